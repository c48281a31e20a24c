"""Runs queries by Django: reads the address of a database and texts as JSON, and writes pickled answers. It imports nothing of ours."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.db import models
from django.db.models import functions, lookups

given = json.load(sys.stdin)
parts = urlsplit(given["url"])
where = {"ENGINE": "django.db.backends.sqlite3", "NAME": given["path"]}
if not given["path"]:
    where = {"ENGINE": "django.db.backends.postgresql", "NAME": parts.path.strip("/"), "HOST": parts.hostname, "USER": parts.username}
    where |= {"PORT": parts.port or "", "PASSWORD": parts.password or ""}
settings.configure(DATABASES={"default": where}, USE_TZ=False, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", INSTALLED_APPS=["pairs"])
sys.modules["pairs"] = ModuleType("pairs")  # an application whose models are below; without one they have no reverse relations
sys.modules["pairs"].__path__ = [str(Path(__file__).parent)]
django.setup()


class Team(models.Model):
    id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=20)
    city = models.CharField(max_length=20, null=True)

    class Meta:
        app_label = "pairs"
        db_table = "pair_team"


class Tag(models.Model):
    id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=20)

    class Meta:
        app_label = "pairs"
        db_table = "pair_tag"


class Player(models.Model):
    id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=20)
    nick = models.CharField(max_length=20, null=True)
    age = models.BigIntegerField(null=True)
    goals = models.BigIntegerField()
    height = models.FloatField(null=True)
    wage = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    active = models.BooleanField(null=True)
    born = models.DateField(null=True)
    seen = models.DateTimeField(null=True)
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="players")
    mentor = models.ForeignKey("self", models.CASCADE, null=True, related_name="pupils")
    tags = models.ManyToManyField(Tag, through="PlayerTag", related_name="players")

    class Meta:
        app_label = "pairs"
        db_table = "pair_player"


class PlayerTag(models.Model):
    id = models.BigIntegerField(primary_key=True)
    player = models.ForeignKey(Player, models.CASCADE)
    tag = models.ForeignKey(Tag, models.CASCADE)

    class Meta:
        app_label = "pairs"
        db_table = "pair_playertag"


def rows(answer: object) -> object:
    """Returns the rows of a queryset, instances as their keys; other answers as they are."""
    if isinstance(answer, models.QuerySet):
        return [one.pk if isinstance(one, models.Model) else one for one in answer]
    return answer.pk if isinstance(answer, models.Model) else answer


names = {**vars(functions), **vars(models), **vars(lookups), "datetime": dt, "Decimal": Decimal}
names |= {"Team": Team, "Tag": Tag, "Player": Player, "PlayerTag": PlayerTag}


def answer(text: str) -> object:
    """Returns what a text answers; what is wrong with it is the answer too, and must not hide the others."""
    try:
        return rows(eval(text, dict(names)))
    except Exception as error:  # noqa: BLE001 - shown beside the text
        return f"{type(error).__name__}: {error}"


pickle.dump([answer(text) for text in given["texts"]], sys.stdout.buffer)
