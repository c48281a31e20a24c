"""SQLAlchemy's ORM, blocking, with the driver that is fastest with it."""

from __future__ import annotations

import random
from typing import Any

from data import AUTHORS, MANY, stock
from data import user as fields
from sqlalchemy import ForeignKey, Numeric, Uuid, create_engine, delete, event, func, select
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship, selectinload
from sqlalchemy.types import DateTime

DRIVERS = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite", "mysql": "mysql+pymysql"}


class Base(DeclarativeBase):
    """All tables."""


class Person:
    """The columns of the large table."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    nick: Mapped[str | None]
    age: Mapped[int]
    score: Mapped[float]
    active: Mapped[bool]
    created: Mapped[Any] = mapped_column(DateTime(timezone=True))
    balance: Mapped[Any] = mapped_column(Numeric(12, 2))
    uid: Mapped[Any] = mapped_column(Uuid(native_uuid=True))


class User(Person, Base):
    """The large table."""

    __tablename__ = "bench_user"


class Insert(Person, Base):
    """The table that is inserted into."""

    __tablename__ = "bench_insert"


class Author(Base):
    """Wrote posts."""

    __tablename__ = "bench_author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    rating: Mapped[float]
    active: Mapped[bool]
    posts: Mapped[list[Post]] = relationship(back_populates="author", order_by="Post.id")


class PostTag(Base):
    """The junction."""

    __tablename__ = "bench_post_tag"
    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("bench_post.id"))
    tag_id: Mapped[int] = mapped_column(ForeignKey("bench_tag.id"))


class Post(Base):
    """Has an author, comments and tags."""

    __tablename__ = "bench_post"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    views: Mapped[int]
    score: Mapped[float]
    author_id: Mapped[int] = mapped_column(ForeignKey("bench_author.id"))
    author: Mapped[Author] = relationship(back_populates="posts")
    comments: Mapped[list[Comment]] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary="bench_post_tag")


class Comment(Base):
    """Belongs to a post."""

    __tablename__ = "bench_comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    post_id: Mapped[int] = mapped_column(ForeignKey("bench_post.id"))


class Tag(Base):
    """A word on posts."""

    __tablename__ = "bench_tag"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Stock(Base):
    """The table of bulk updates."""

    __tablename__ = "bench_stock"
    sku: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    count: Mapped[int]
    price: Mapped[float]


class Ware(Base):
    """The table of upserts."""

    __tablename__ = "bench_ware"
    sku: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    count: Mapped[int]
    price: Mapped[float]


def operations(url: str, rows: int) -> dict[str, Any]:
    """Returns the functions by the names of operations."""
    family, _, place = url.partition(":")
    engine = create_engine(f"{DRIVERS[family]}:{place}")
    turn = 0
    new = [fields(number) for number in range(MANY)]
    kept = Session(engine, expire_on_commit=False)
    stocks: list[Stock] = []

    if family == "sqlite":

        @event.listens_for(engine, "connect")
        def quicker(connection: Any, _: Any) -> None:
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA cache_size=10000")

    def read(statement: Any, *, unique: bool = False) -> list[Any]:
        with Session(engine) as session:
            found = session.scalars(statement)
            return [*(found.unique() if unique else found)]

    def key_sync() -> None:
        with Session(engine) as session:
            assert session.get(User, random.randint(1, rows))

    def all_1k() -> None:
        assert len(read(select(User).where(User.id <= 1_000))) == 1_000

    def all_100k() -> None:
        read(select(User).where(User.id <= 100_000))

    def join_1k() -> None:
        assert len(read(select(Post).where(Post.id <= 1_000).options(joinedload(Post.author, innerjoin=True)))) == 1_000

    def join_many_1k() -> None:
        assert len(read(select(Author).options(joinedload(Author.posts)), unique=True)) == AUTHORS

    def prefetch_1k() -> None:
        assert len(read(select(Author).options(selectinload(Author.posts)))) == AUTHORS

    def nested_1k() -> None:
        assert len(read(select(Author).options(selectinload(Author.posts).selectinload(Post.comments)))) == AUTHORS

    def tags_1k() -> None:
        assert len(read(select(Post).where(Post.id <= 1_000).options(selectinload(Post.tags)))) == 1_000

    def groups_1k() -> None:
        columns = (Post.author_id, func.count().label("n"), func.sum(Post.views).label("views"), func.avg(Post.score).label("score"))
        with Session(engine) as session:
            assert len(session.execute(select(*columns).group_by(Post.author_id)).mappings().all()) == AUTHORS

    def create_1k() -> None:
        with Session(engine) as session, session.begin():
            for one in new[:1_000]:
                session.add(Insert(**one))
                session.flush()

    def save_1k() -> None:
        with Session(engine) as session, session.begin():
            for user in session.scalars(select(User).where(User.id <= 1_000)).all():
                user.age = (user.age + 1) % 90
                session.flush()

    def bulk_10k() -> None:
        with Session(engine) as session, session.begin():
            session.add_all([Insert(**one) for one in new])

    def bulk_update_10k() -> None:
        nonlocal turn
        turn += 1
        if not stocks:
            stocks.extend(kept.scalars(select(Stock)))
        for one in stocks:
            one.count, one.price = one.sku % 1_000 + turn, one.sku / 4 + turn
        kept.commit()

    def conflicts_10k() -> None:
        nonlocal turn
        turn += 1
        names = ("name", "count", "price")
        with Session(engine) as session, session.begin():
            session.execute(delete(Ware).where(Ware.sku % 2 == 1))
        if family == "mysql":
            made: Any = mysql.insert(Ware)
            made = made.on_duplicate_key_update({name: made.inserted[name] for name in names})
        else:
            made = (postgresql if family == "postgresql" else sqlite).insert(Ware)
            made = made.on_conflict_do_update(index_elements=["sku"], set_={name: made.excluded[name] for name in names})
        with Session(engine) as session, session.begin():
            session.connection().execute(made, [stock(number, turn) for number in range(MANY)])

    def stream_1m() -> None:
        count = 0
        with Session(engine) as session:
            for _ in session.scalars(select(User).execution_options(yield_per=4_096)):
                count += 1
        assert count == rows

    functions = [join_1k, join_many_1k, prefetch_1k, nested_1k, tags_1k, groups_1k, bulk_update_10k, conflicts_10k]
    if family == "postgresql":  # elsewhere the encodings of the large table are others
        functions += [key_sync, all_1k, all_100k, create_1k, save_1k, bulk_10k, stream_1m]
    return {function.__name__: function for function in functions}
