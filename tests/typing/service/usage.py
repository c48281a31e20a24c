"""What a service does with its models: each line says what checkers make of it (`# T: type`), or which of them flag it (`# E`)."""

from __future__ import annotations

from dataclasses import dataclass

import oxyde
from models import Book, Books, Seat, Team, User
from oxyde import Count, Exists, F, OuterRef, Page, Prefetch, Q, QuerySet, RowNumber, Value, When, Window, atomic
from typing_extensions import reveal_type


@dataclass
class Pair:
    id: int


def adults(users: QuerySet[User]) -> QuerySet[User]:
    return users.filter(age__gte=18)


def shown(rows: QuerySet[User, dict[str, object]]) -> None: ...


@atomic(timeout=5)
async def rename(name: str) -> int:
    return await User.objects.update(name=name)


@oxyde.sync.atomic
def renamed(name: str) -> int:
    return User.objects.sync.update(name=name)


async def reads() -> None:
    users = User.objects.filter(Q(age=3) | Q(age=4), name="x").exclude(age=1).order_by("-age").limit(3)[:2]
    reveal_type(User.objects)  # T: Manager[User]
    reveal_type(await users.all())  # T: list[User]
    reveal_type(await users.first())  # T: User | None
    reveal_type(await users.last())  # T: User | None
    reveal_type(await User.objects.get(id=1))  # T: User
    reveal_type(await User.objects.get(id=1, using="other"))  # T: User
    reveal_type(await User.objects.get_or_none(id=1))  # T: User | None
    reveal_type(await users.count())  # T: int
    reveal_type(await users.exists())  # T: bool
    reveal_type((await users.all())[0].name)  # T: str
    reveal_type((await User.objects.get(id=1)).team)  # T: Team | None
    reveal_type(adults(users))  # T: QuerySet[User, User]
    reveal_type(await adults(User.objects).distinct().reverse().offset(1).using("x").all())  # T: list[User]
    reveal_type(await User.objects.query().all())  # T: list[User]
    reveal_type(await users.prefetch("team", Prefetch("team", Team.objects.limit(1), to_attr="own")).all())  # T: list[User]
    reveal_type(await (await Team.objects.get(id=1)).related("users").filter(age=1).all())  # T: list[Any]
    reveal_type(await (await Team.objects.get(id=1)).related("users").remove(1))  # T: int
    reveal_type(await User.objects.unscoped().all())  # T: list[User]


async def conditions() -> None:
    members = User.objects.filter(team=OuterRef("id"))
    reveal_type(await Team.objects.filter(Exists(members), F("id") > 3).exclude(~Exists(members) & Q(id=1)).all())  # T: list[Team]
    reveal_type(await Team.objects.get(Exists(members)))  # T: Team
    reveal_type(Team.objects.sync.get_or_none(Exists(members)))  # T: Team | None
    reveal_type(await User.objects.annotate(place=Window(RowNumber(), order_by="id")).filter(place=1).all())  # T: list[User]
    reveal_type(When(Exists(members), then=Value(1)))  # T: When
    reveal_type(await User.objects.aggregate(n=Count(filter=Q(age=3))))  # T: dict[str, Any]
    if Q(id=1) and Q(id=2):  # E: ty pyrefly
        Team.objects.filter("name")  # E
    Team.objects.filter("name")  # E
    Team.objects.filter(3)  # E


async def rows() -> None:
    reveal_type(User.objects.values("id", "name"))  # T: QuerySet[User, dict[str, Any]]
    reveal_type(await User.objects.values("id").filter(age=1).all())  # T: list[dict[str, Any]]
    reveal_type(await User.objects.values("id").first())  # T: dict[str, Any] | None
    reveal_type(await User.objects.into(Pair).all())  # T: list[Pair]
    reveal_type(await User.objects.only("id").first())  # T: User | None
    reveal_type((await User.objects.page(size=3)).items)  # T: Sequence[User]
    page: Page[Pair] = await User.objects.into(Pair).page(size=3)
    reveal_type([pair.id for pair in page])  # T: list[int]
    reveal_type(page.next)  # T: str | None
    reveal_type(await User.objects.json())  # T: bytes
    reveal_type(User.objects.sync.into(Pair).stream())  # T: BlockingStream[Pair]
    reveal_type(await oxyde.raw("SELECT 1 AS id").into(Pair).first())  # T: Pair | None
    async for user in User.objects.filter(id=1).stream():
        reveal_type(user)  # T: User
    reveal_type(await User.objects.values_list("id", "name").all())  # T: list[tuple[Any, ...]]
    reveal_type(await User.objects.values_list("id", flat=True).all())  # T: list[Any]
    shown(User.objects.values("id"))


async def writes() -> None:
    user = await User.objects.create(name="x")
    reveal_type(user)  # T: User
    reveal_type(await user.save())  # T: User
    reveal_type(Seat(team=Team(name="x")).team_id)  # T: int
    reveal_type(await user.refresh())  # T: User
    reveal_type(await user.delete())  # T: int
    reveal_type(await User.objects.bulk_create([User(name="x"), {"name": "y"}]))  # T: list[User]
    reveal_type(await User.objects.bulk_create([User.Create(name="x")]))  # T: list[User]
    reveal_type(await User.objects.upsert([{"name": "y"}], on="name"))  # T: list[Upserted[User]]
    reveal_type(await User.objects.upsert([{"name": "y"}], on="name", returning=False))  # T: int
    (changed,) = await User.objects.upsert([User(name="y")], on="name")
    reveal_type(changed.row)  # T: User
    reveal_type(await User.objects.filter(age=1).update(age=2))  # T: int
    reveal_type(await User.objects.filter(age=1).update(age=2, returning=True))  # T: list[User]
    reveal_type(await User.objects.filter(age=1).delete())  # T: int
    reveal_type(await User.objects.filter(age=1).delete(returning=True))  # T: list[User]
    reveal_type(await User.objects.filter(age=1).increment("age"))  # T: int
    reveal_type(await rename("x"))  # T: int


async def own() -> None:
    reveal_type(Book.objects)  # T: Books
    reveal_type(Book.objects.cheap().filter(title="x").cheap(3))  # T: Books
    reveal_type(await Book.objects.cheap().limit(3).all())  # T: list[Book]
    reveal_type(await Book.objects.query().cheap().get(id=1))  # T: Book
    reveal_type(await Book.objects.create(title="x"))  # T: Book
    reveal_type(await Book.present.all())  # T: list[Book]


def blocking() -> None:
    users = User.objects.sync.filter(age=1)
    reveal_type(users)  # T: BlockingQuerySet[User, User]
    reveal_type(users.all())  # T: list[User]
    reveal_type(User.objects.filter(age=1).sync.first())  # T: User | None
    reveal_type(users.get(id=1))  # T: User
    reveal_type(users.values("id").all())  # T: list[dict[str, Any]]
    reveal_type(users.update(age=2, returning=True))  # T: list[User]
    reveal_type(users.create(name="x"))  # T: User
    reveal_type([user.name for user in users])  # T: list[str]
    reveal_type(len(users))  # T: int
    reveal_type(oxyde.sync.save(User(name="x")))  # T: User
    reveal_type(oxyde.sync.delete(User(name="x")))  # T: int
    reveal_type(renamed("x"))  # T: int


async def wrong() -> None:
    user = await User.objects.get(id=1)
    user.nmae  # E
    user.name = 3  # E
    user.name.nothing()  # E
    await User.objects.get(using=3)  # E
    await User.objects.get("x")  # E
    await User.objects.all(3)  # E
    for _ in User.objects.filter(age=1):  # E: mypy pyright ty
        pass
    for _ in User.objects:  # E: mypy pyright ty
        pass
    await User.objects.filter(age=1)  # E
    len(User.objects.filter(age=1))  # E
    _ = user in User.objects.filter(age=1)  # E
    User.objects.all()  # E
    user.save()  # E
    User.objects.filter(age=1).chaep()  # E
    User.objects.select_related("team")  # E
    User.objects.annotate(Count("id"))  # E
    await User.objects.aggregate(Count("id"))  # E
    Book.objects.chaep()  # E
    Book.objects.cheap("x")  # E
    User.objects.cheap()  # E
    User(age=1)  # E
    User(name=3)  # E
    user.objects  # E
    oxyde.sync.save(3)  # E
    adults(Book.objects)  # E
    (await User.objects.values("id").all())[0].name  # E
    (await User.objects.first()).name  # E
    User.objects.limit("x")  # E
    User.objects.sync.nothing()  # E
    _wrong: list[Book] = await User.objects.all()  # E


def manager() -> Books:
    return Book.objects


async def requests(body: User.Create, change: User.Update) -> User:
    reveal_type(await User.objects.create(body))  # T: User
    reveal_type(await User.objects.create(User.Create(name="x"), age=3))  # T: User
    reveal_type(User.objects.sync.create(body))  # T: User
    await User.objects.create(3)  # E
    user = await User.objects.get(id=1)
    user.apply(3)  # E
    reveal_type(user.apply(change))  # T: User
    return await user.apply({"name": body.name}).save()
