"""What a service does with the columns of models that have stubs, `User.c`; every line says what checkers make of it (`# T: type`, `# E`)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from clinic.bases import Urgency
from clinic.people import Doctor, Dog, Patient
from clinic.visits import Visit
from models import Book
from oxyde import Avg, Count, F, QuerySet
from typing_extensions import reveal_type


def typed(doctor: Doctor) -> QuerySet[Visit]:
    reveal_type(Visit.c.price)  # T: Ordered[Decimal | int]
    reveal_type(Visit.c.doctor)  # T: _DoctorLink
    reveal_type(Visit.c.patient.doctor.name)  # T: Text[str]
    reveal_type(Visit.c.price > 3)  # T: Q
    reveal_type(Visit.c["price"])  # T: ColumnExpression
    reveal_type(Dog.c.good)  # T: Column[bool]
    reveal_type(Book.c)  # T: Columns
    Book.objects.filter(Book.c.anything.at.all == 3)
    Visit.objects.filter(Visit.c.id == 3, Visit.c.pk.in_([3]), Visit.c.price.between(Decimal(1), 2), Visit.c.date >= date(2024, 1, 1))
    Visit.objects.filter(Visit.c.urgency == Urgency.LOW, Visit.c.urgency == 2, Visit.c.kind == "first", Visit.c.note == {"text": "x"})
    Visit.objects.filter(Visit.c.doctor == doctor, Visit.c.doctor == 3, Visit.c.doctor_id != 3, Visit.c.patient == None)  # noqa: E711 - asks for NULL
    Visit.objects.filter(Visit.c.doctor.in_([doctor, 3]), Visit.c.doctor.in_(Doctor.objects.filter(Doctor.c.name == "x")))
    Visit.objects.filter(Visit.c.doctor.name.startswith("x") & ~Visit.c.patient.is_null(), Visit.c.marks.contains([3]))
    Visit.objects.filter(Visit.c.price > Visit.c.doctor_id, Visit.c.price > F("id") + 1, Visit.c.extra.contains({"a": 1}))
    Visit.objects.filter(Visit.c.date.lookup("year__gte", 2000))
    Visit.objects.values(Visit.c.id, Visit.c.doctor.name, "kind")
    Visit.objects.annotate(a=Avg(Visit.c.price), n=Count(Visit.c.id, filter=Visit.c.price > 3))
    return Visit.objects.order_by(Visit.c.price.desc(), F("price").desc(nulls_last=True), Visit.c.doctor.name, -Visit.c.id)


def wrong(doctor: Doctor, patient: Patient) -> None:
    Visit.c.nope  # E
    Visit.c.doctor.nope  # E
    Visit.c.patient.doctor.nope  # E
    Visit.c.price.icontains("x")  # E
    Visit.objects.filter(Visit.c.price > "x")  # E
    Visit.objects.filter(Visit.c.price == "x")  # E
    Visit.objects.filter(Visit.c.date >= 3)  # E
    Visit.objects.filter(Visit.c.date.between(1, 2))  # E
    Visit.objects.filter(Visit.c.id.in_(["x"]))  # E
    Visit.objects.filter(Visit.c.kind == "third")  # E
    Visit.objects.filter(Visit.c.urgency == "high")  # E
    Visit.objects.filter(Visit.c.doctor == patient)  # E
    Visit.objects.filter(Visit.c.doctor == "x")  # E
    Visit.objects.filter(Visit.c.doctor > 3)  # E
    Visit.objects.filter(Visit.c.doctor.name == 3)  # E
    Visit.objects.filter(Visit.c.doctor.name.startswith(3))  # E
    Visit.objects.filter(Visit.c.doctor_id == "x")  # E
    Visit.objects.filter(Visit.c.patient.in_([doctor]))  # E
    Visit.objects.filter(Visit.c.marks.contains(["x"]))  # E
    Visit.objects.filter(Visit.c.price.is_null(3))  # E
    Visit.objects.order_by(Visit.c.price.descending())  # E
    Visit.objects.values(Visit.c.price.desc())  # E
    Visit.objects.values(Visit.c.nope)  # E
    Dog.objects.filter(Dog.c.good > True)  # E
    Dog.objects.filter(Dog.c.goood)  # E
    Visit.objects.only(Visit.c.id)  # E
    Visit.objects.defer(F("id"))  # E
    Visit.objects.order_by(3)  # E
    Visit.objects.values(3)  # E
    Visit.c.tags  # E
    Visit.c.drugs  # E
