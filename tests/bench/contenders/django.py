"""Django's ORM, blocking, as it is."""

from __future__ import annotations

import os
import random
from typing import Any
from urllib.parse import urlsplit

import django
from data import AUTHORS, MANY, stock
from data import user as fields
from django.conf import settings

ENGINES = {"postgresql": "postgresql", "sqlite": "sqlite3", "mysql": "mysql"}


def connect(url: str) -> str:
    """Sets Django up; returns the family of the database."""
    place = urlsplit(url)
    name = url.removeprefix("sqlite:///") if place.scheme == "sqlite" else place.path[1:]
    if place.scheme == "mysql":
        import pymysql

        pymysql.version_info = (2, 2, 8, "final", 0)  # what Django asks of mysqlclient
        pymysql.install_as_MySQLdb()
    database = {
        "ENGINE": f"django.db.backends.{ENGINES[place.scheme]}",
        "NAME": name,
        "USER": place.username or "",
        "PASSWORD": place.password or "",
        "HOST": place.hostname or "",
        "PORT": str(place.port or ""),
    }
    if place.scheme == "sqlite":
        database["OPTIONS"] = {"init_command": "PRAGMA synchronous=NORMAL; PRAGMA cache_size=10000;"}  # type: ignore[assignment] # a dictionary
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    settings.configure(
        INSTALLED_APPS=["contenders"], DATABASES={"default": database}, USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField"
    )
    django.setup()
    return place.scheme


def operations(url: str, rows: int) -> dict[str, Any]:
    """Returns the functions by the names of operations."""
    family = connect(url)
    from django.db import models, transaction
    from django.db.models import Avg, Count, Prefetch, Sum

    class Bench:
        app_label = "contenders"
        managed = False

    class Person(models.Model):
        name = models.TextField()
        email = models.TextField()
        nick = models.TextField(null=True)
        age = models.BigIntegerField()
        score = models.FloatField()
        active = models.BooleanField()
        created = models.DateTimeField()
        balance = models.DecimalField(max_digits=12, decimal_places=2)
        uid = models.UUIDField()

        class Meta:
            abstract = True
            app_label = "contenders"

    class User(Person):
        class Meta(Bench):
            db_table = "bench_user"

    class Insert(Person):
        class Meta(Bench):
            db_table = "bench_insert"

    class Author(models.Model):
        name = models.TextField()
        email = models.TextField()
        rating = models.FloatField()
        active = models.BooleanField()

        class Meta(Bench):
            db_table = "bench_author"

    class Tag(models.Model):
        name = models.TextField()

        class Meta(Bench):
            db_table = "bench_tag"

    class Post(models.Model):
        title = models.TextField()
        views = models.BigIntegerField()
        score = models.FloatField()
        author = models.ForeignKey(Author, models.DO_NOTHING, related_name="posts")
        tags = models.ManyToManyField(Tag, through="PostTag")

        class Meta(Bench):
            db_table = "bench_post"

    class PostTag(models.Model):
        post = models.ForeignKey(Post, models.DO_NOTHING)
        tag = models.ForeignKey(Tag, models.DO_NOTHING)

        class Meta(Bench):
            db_table = "bench_post_tag"

    class Comment(models.Model):
        text = models.TextField()
        post = models.ForeignKey(Post, models.DO_NOTHING, related_name="comments")

        class Meta(Bench):
            db_table = "bench_comment"

    class Item(models.Model):
        sku = models.BigIntegerField(primary_key=True)
        name = models.TextField()
        count = models.BigIntegerField()
        price = models.FloatField()

        class Meta:
            abstract = True
            app_label = "contenders"

    class Stock(Item):
        class Meta(Bench):
            db_table = "bench_stock"

    class Ware(Item):
        class Meta(Bench):
            db_table = "bench_ware"

    new = [fields(number) for number in range(MANY)]
    stocks = [Stock(**stock(number, 0)) for number in range(MANY)]
    turn = 0

    def key_sync() -> None:
        User.objects.get(id=random.randint(1, rows))

    def all_1k() -> None:
        assert len(User.objects.filter(id__lte=1_000)) == 1_000

    def all_100k() -> None:
        len(User.objects.filter(id__lte=100_000))

    def join_1k() -> None:
        assert len(Post.objects.filter(id__lte=1_000).select_related("author")) == 1_000

    def prefetch_1k() -> None:
        assert len(Author.objects.prefetch_related("posts")) == AUTHORS

    def nested_1k() -> None:
        posts = Post.objects.prefetch_related("comments")
        assert len(Author.objects.prefetch_related(Prefetch("posts", posts))) == AUTHORS

    def tags_1k() -> None:
        assert len(Post.objects.filter(id__lte=1_000).prefetch_related("tags")) == 1_000

    def groups_1k() -> None:
        found = Post.objects.values("author_id").annotate(n=Count("id"), total=Sum("views"), mean=Avg("score"))
        assert len(found.order_by()) == AUTHORS

    def create_1k() -> None:
        with transaction.atomic():
            for one in new[:1_000]:
                Insert.objects.create(**one)

    def save_1k() -> None:
        with transaction.atomic():
            for user in User.objects.filter(id__lte=1_000):
                user.age = (user.age + 1) % 90
                user.save(update_fields=["age"])

    def bulk_10k() -> None:
        Insert.objects.bulk_create([Insert(**one) for one in new])

    def bulk_update_10k() -> None:
        nonlocal turn
        turn += 1
        for one in stocks:
            one.count, one.price = one.sku % 1_000 + turn, one.sku / 4 + turn
        Stock.objects.bulk_update(stocks, ["count", "price"], batch_size=500)

    def conflicts_10k() -> None:
        nonlocal turn
        turn += 1
        Ware.objects.extra(where=["sku %% 2 = 1"]).delete()
        made = [Ware(**stock(number, turn)) for number in range(MANY)]
        target = {} if family == "mysql" else {"unique_fields": ["sku"]}
        Ware.objects.bulk_create(made, update_conflicts=True, update_fields=["name", "count", "price"], **target)

    def stream_1m() -> None:
        count = 0
        for _ in User.objects.iterator(4_096):
            count += 1
        assert count == rows

    functions = [join_1k, prefetch_1k, nested_1k, tags_1k, groups_1k, bulk_update_10k, conflicts_10k]
    if family == "postgresql":  # elsewhere the encodings of the large table are others
        functions += [key_sync, all_1k, all_100k, create_1k, save_1k, bulk_10k, stream_1m]
    return {function.__name__: function for function in functions}
