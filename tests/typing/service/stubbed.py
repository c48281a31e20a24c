"""What a service does with models that have stubs; every line says what checkers make of it (`# T: type`, `# E`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clinic.bases import Listing, Urgency, Ward
from clinic.people import Animal, Dog, Doctor, Patient, known
from clinic.queries import Patients
from clinic.visits import Drug, Visit
from oxyde import Count, F, Q, QuerySet
from typing_extensions import reveal_type


@dataclass
class Brief:
    id: int


def urgent(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    return visits.filter(urgency=2)


async def reads(doctor: Doctor, patient: Patient, flag: bool) -> None:
    reveal_type(Doctor.objects)  # T: _DoctorManager
    reveal_type(Doctor.objects.filter(Q(id=3), name__icontains="x").exclude(id=1).order_by("-name", F("id"))[:3])  # T: _DoctorManager
    reveal_type(await Doctor.objects.filter(id=doctor.id).all())  # T: list[Doctor]
    reveal_type(await Doctor.objects.get(name="x", using="other"))  # T: Doctor
    reveal_type(await Doctor.objects.get_or_none(id=1))  # T: Doctor | None
    reveal_type(await Doctor.objects.into(Brief).first())  # T: Brief | None
    reveal_type(await Doctor.objects.into(Brief).filter(id=1).all())  # T: list[Brief]
    reveal_type(Patient.objects)  # T: Patients
    reveal_type(Patient.objects.named(["x"]).filter(age__gte=3).limit(1))  # T: Patients
    reveal_type(await Patient.objects.named(["x"]).get(code="x"))  # T: Patient
    reveal_type(Dog.objects.filter(name="x", good=True))  # T: _DogManager
    reveal_type(await urgent(Visit.objects.filter(date=date(2024, 1, 1))).all())  # T: list[Visit]
    reveal_type(await Visit.objects.update(price=F("price") + 1, returning=True))  # T: list[Visit]
    reveal_type(await Visit.objects.update(doctor=doctor))  # T: int
    reveal_type(await Visit.objects.update(kind="again", returning=flag))  # T: int | list[Visit]
    reveal_type(await Visit.objects.get_or_create({"kind": "first"}, id=3))  # T: tuple[Visit, bool]
    async for visit in Visit.objects.stream():
        reveal_type(visit.doctor_id)  # T: int
    await Visit.objects.filter(doctor=doctor, doctor__name="x", doctor__ward=Ward.EAST, doctor_id__in=[3], doctor__in=[doctor, 3]).all()
    await Visit.objects.filter(patient=None, patient__isnull=True, patient_id=patient.id).all()
    await Visit.objects.filter(patient=patient.id, date__year=2024, date__month=(2024, 1), price__between=(1, 2), urgency=1).all()
    await Visit.objects.filter(extra__a__b=3, marks__contains=[3], marks__0=1, note__isnull=True, date__year__gte=2000, drugs__trade_name="x").all()
    await Visit.objects.filter(id__in=Visit.objects.filter(doctor__id=3), doctor__in=Doctor.objects.filter(name="x")).all()
    await Visit.objects.filter(id__in=Visit.objects.values_list("id", flat=True), patient_id__in=Patient.objects.values("id")).all()
    await Visit.objects.filter(doctor__created__date=date(2024, 1, 1), patient__doctor__name="x", doctor__pk=3, pk=3).all()
    await Doctor.objects.filter(visits__kind="first", page__startswith="x", secret="x", ward="west", created__gt=datetime(2024, 1, 1)).all()
    await Doctor.objects.annotate(n=Count("visits")).filter(n__gt=3).order_by("-n").all()
    await Doctor.objects.order_by("?", "pk").all()
    await Visit.objects.order_by("-doctor__name", "patient__doctor__name").all()
    await Visit.objects.only("id", "kind").defer("kind").all()


async def rows() -> None:
    reveal_type(await Visit.objects.values("id", "doctor__name", "urgency").first())  # T: _VisitRow_id_doctor__name_urgency | None
    reveal_type((await Visit.objects.values("id", "patient__age").all())[0]["patient__age"])  # T: int | None
    reveal_type((await Visit.objects.values("id", "date").filter(id=3).get())["date"])  # T: date
    reveal_type(await Visit.objects.values_list("id", "note", "urgency").all())  # T: list[tuple[int, Note | None, Urgency]]
    reveal_type(await Visit.objects.values_list("marks", flat=True).all())  # T: list[list[int]]
    reveal_type(await Visit.objects.values_list("doctor__name", flat=True).first())  # T: str | None
    reveal_type(await Patient.objects.values_list("id", flat=True).first())  # T: UUID | None
    reveal_type(await Doctor.objects.annotate(n=Count("visits")).values_list("name", "n").all())  # T: list[tuple[str, Any]]
    reveal_type(await Doctor.objects.values("ward").annotate(n=Count("id")).all())  # T: list[Any]
    reveal_type(Doctor.objects.annotate(n=Count("visits")))  # T: _DoctorManager


async def writes(doctor: Doctor, body: Visit.Create, change: Visit.Update) -> None:
    reveal_type(await Doctor.objects.create(name="x", ward="west"))  # T: Doctor
    reveal_type(await Patient.objects.create(name="x", code="x"))  # T: Patient
    reveal_type(await Patient.objects.create(fullName="x", code="x", using="other"))  # T: Patient
    reveal_type(await Visit.objects.create(date=date(2024, 1, 1), doctor=doctor))  # T: Visit
    reveal_type(await Visit.objects.create(date=date(2024, 1, 1), doctor_id=3, urgency=Urgency.HIGH))  # T: Visit
    reveal_type(await Visit.objects.create(body, price=3))  # T: Visit
    reveal_type(body.doctor_id)  # T: int
    reveal_type(body.date)  # T: date
    reveal_type(change.price)  # T: Decimal | None
    reveal_type(Patient(fullName="x", code="x").label)  # T: str
    reveal_type(Doctor(name="x").apply(Doctor.Update(name="y")))  # T: Doctor
    reveal_type(Visit(date=date(2024, 1, 1), doctor_id=3).doctor)  # T: Doctor
    reveal_type(Dog(name="x").called("y"))  # T: str
    reveal_type(Doctor(name="x").age_in_days(datetime(2024, 1, 1)))  # T: int
    reveal_type(Listing[int](items=[3]).first())  # T: int
    reveal_type(known("x"))  # T: bool
    Drug.Create(trade_name="x")
    Drug(trade_name="x")
    Drug(tradeName="x")
    Visit.Update()


def blocking() -> None:
    reveal_type(Doctor.objects.sync.filter(name="x"))  # T: _DoctorSync[Doctor]
    reveal_type(Doctor.objects.sync.get(id=3))  # T: Doctor
    reveal_type(Doctor.objects.filter(id=3).sync.values_list("name", flat=True).all())  # T: list[str]
    reveal_type(Drug.objects.sync.create(tradeName="x"))  # T: Drug
    reveal_type([doctor.name for doctor in Doctor.objects.sync])  # T: list[str]


async def wrong(doctor: Doctor, patient: Patient, key: UUID, body: Visit.Create) -> None:
    Doctor.objects.filter(nme="x")  # E
    Doctor.objects.filter(name__contian="x")  # E
    Doctor.objects.exclude(created__gte="3")  # E
    Doctor.objects.filter(id="3")  # E
    Doctor.objects.filter(name=None)  # E
    Doctor.objects.filter(name__isnull="yes")  # E
    Doctor.objects.order_by("nope")  # E
    Doctor.objects.order_by("-visits__date")  # E
    Doctor.objects.only("nope")  # E
    Doctor.objects.values("nope")  # E
    Doctor.objects.values_list("nope", flat=True)  # E
    Doctor.objects.sync.filter(nme="x")  # E
    await Doctor.objects.get(nme="x")  # E
    await Doctor.objects.get_or_create(nme="x")  # E
    await Doctor.objects.create(ward=Ward.EAST)  # E
    await Doctor.objects.create(name=3)  # E
    await Doctor.objects.create(name="x", wrad=Ward.EAST)  # E
    await Doctor.objects.create(name="x", ward="north")  # E
    await Doctor.objects.update(id=3)  # E
    await Doctor.objects.update(name=3)  # E
    await Doctor.objects.update(nme="x")  # E
    await Visit.objects.update(doctor=patient)  # E
    await Visit.objects.update(doctor__name="x")  # E
    Visit.objects.filter(doctor=patient)  # E
    Visit.objects.filter(doctor="x")  # E
    Visit.objects.filter(doctor__gt=3)  # E
    Visit.objects.filter(doctor__nme="x")  # E
    Visit.objects.filter(doctor__name=3)  # E
    Visit.objects.filter(patient_id=3)  # E
    Visit.objects.filter(patient__doctor__nme="x")  # E
    Visit.objects.filter(doctor__in=3)  # E
    Visit.objects.filter(id__in=["x"])  # E
    Visit.objects.filter(id__in=Visit.objects.values_list("kind", flat=True))  # E
    Visit.objects.filter(doctor_id__in=Patient.objects.values_list("id", flat=True))  # E
    Visit.objects.filter(urgency="high")  # E
    Visit.objects.filter(urgency=3)  # E
    Visit.objects.filter(kind="third")  # E
    Visit.objects.filter(date__year="x")  # E
    Visit.objects.filter(date__hour=3)  # E
    Visit.objects.filter(price__between=3)  # E
    Visit.objects.filter(marks__overlap=["x"])  # E
    Doctor.objects.filter(ward="north")  # E
    Doctor.objects.filter(visits__kind="third")  # E
    (await Visit.objects.values("id", "date").get())["dat"]  # E
    (await Visit.objects.values("id", "date").get())["date"].nothing()  # E
    (await Visit.objects.values_list("id", "note", "urgency").all())[0][2].nothing()  # E
    (await Visit.objects.values_list("id", flat=True).all())[0].nothing()  # E
    Visit.Create(date=date(2024, 1, 1))  # E
    Visit.Create(date=[3], doctor_id=3)  # E
    Visit.Update(kind="third")  # E
    Drug(trdaeName="x")  # E: mypy pyright
    body.dat  # E
    body.kind = 3  # E
    await Visit.objects.create(3)  # E
    await Doctor.objects.create(body)  # E
    await Visit.objects.create(body, pirce=3)  # E
    Doctor()  # E
    Doctor(name=3)  # E
    Patient(code="x")  # E: mypy pyright ty
    doctor.nme  # E
    doctor.name.nothing()  # E
    Patient.objects.nmaed(["x"])  # E
    Patient.objects.named([3])  # E
    Patient.objects.named(["x"]).filter(nme="x")  # E
    Dog.objects.filter(godo=True)  # E
    Animal.objects.filter(good=True)  # E
    Doctor.objects.into(3)  # E
    _wrong: list[Patient] = await Doctor.objects.all()  # E
    urgent(Doctor.objects)  # E


def own() -> Patients:
    return Patient.objects
