"""Table models that refer to each other: as many as there are, and the same schemas as if each were built by itself."""

from __future__ import annotations

import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from random import Random
from types import GenericAlias, ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError, create_model

from oxyde.models import cycles, model
from oxyde.models.locate import check
from oxyde.models.registry import clear_registry, registered, registered_tables

HEAD = """
from __future__ import annotations
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Literal
from pydantic import BaseModel, Field as PydanticField, computed_field, field_validator, model_validator
from oxyde import Field, Model
class CycleMood(Enum):
    glad = "glad"
    sad = "sad"
class CycleHome(BaseModel):
    street: str
    moods: list[CycleMood] = []
@dataclass
class CyclePoint:
    x: int
    mood: CycleMood = CycleMood.glad
class CycleCat(BaseModel):
    kind: Literal["cat"]
    home: CycleHome | None = None
class CycleDog(BaseModel):
    kind: Literal["dog"]
"""
EXTRAS = {
    "enum": "    mood: CycleMood = CycleMood.sad\n",
    "model": "    home: CycleHome | None = None\n",
    "dataclass": "    at: list[CyclePoint] = []\n",
    "tagged": '    pet: Annotated[CycleCat | CycleDog, PydanticField(discriminator="kind")] | None = None\n',
    "computed": "    @computed_field\n    @property\n    def twice(self) -> int:\n        return 2 * (self.id or 0)\n",
    "after": "    @model_validator(mode='after')\n    def refuse(self) -> object:\n"
    "        if self.id == 13:\n            raise ValueError('unlucky')\n        return self\n",
    "before": "    @model_validator(mode='before')\n    @classmethod\n    def take(cls, given: object) -> object:\n"
    "        return {'id': given} if isinstance(given, int) else given\n",
    "field": "    @field_validator('id')\n    @classmethod\n    def no_seven(cls, given: int | None) -> int | None:\n"
    "        if given == 7:\n            raise ValueError('seven')\n        return given\n",
}
"""What a model may have besides its relations."""


def source(size: int, links: list[tuple[int, int, bool]], extras: dict[int, list[str]]) -> str:
    """Returns the text of models; a link is from where to where, and whether the other side declares it, too."""
    text = HEAD
    for number in range(size):
        text += f"class Cycle{number}(Model):\n    id: int | None = Field(default=None, db_pk=True)\n"
        text += "".join(f"    to_{end}: Cycle{end} | None = None\n" for start, end, _ in links if start == number)
        back = [(start, end) for start, end, both in links if both and end == number]
        text += "".join(f"    from_{start}: list[Cycle{start}] = Field(db_reverse_fk='to_{end}')\n" for start, end in back)
        text += "".join(EXTRAS[name] for name in extras.get(number, []))
        text += f"    class Meta:\n        is_table = True\n        table_name = 'cycle_{number}'\n"
    return text


@pytest.fixture
def module() -> Iterator[Callable[[str], dict[str, Any]]]:
    """Makes modules of a text, whose models know no others."""
    name = "cycle_models"

    def made(text: str) -> dict[str, Any]:
        clear_registry()
        sys.modules[name] = ModuleType(name)
        exec(compile(text, name, "exec"), vars(sys.modules[name]))
        return {key: one for key, one in vars(sys.modules[name]).items() if isinstance(one, type)}

    yield made
    sys.modules.pop(name, None)


def chain(size: int) -> str:
    """Returns the text of a chain of models in which both sides declare each relation."""
    return source(size, [(number, number + 1, True) for number in range(size - 1)], {})


def test_a_chain_of_300_is_complete(module: Callable[[str], dict[str, Any]]) -> None:
    """However deep the stack is already, and in a thread."""
    assert sys.getrecursionlimit() <= 1_000
    found: list[Any] = []

    def use(depth: int) -> None:
        if depth:
            use(depth - 1)
            return
        models = module(chain(300))
        check(registered())
        found.append(models)

    use(500)
    thread = threading.Thread(target=use, args=(500,))
    thread.start()
    thread.join()
    assert len(found) == 2
    for models in found:
        assert all(models[f"Cycle{number}"].__pydantic_complete__ for number in range(300))
        first, last = models["Cycle0"], models["Cycle299"]
        assert first(to_1={"to_2": {"id": 3}}).to_1.to_2.id == 3
        assert last(from_298=[{"from_297": [{"id": 1}]}]).model_dump(mode="json")["from_298"][0]["from_297"][0]["id"] == 1


def test_each_schema_is_built_once(module: Callable[[str], dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []
    add_rules = model.add_rules
    monkeypatch.setattr(model, "add_rules", lambda info, *rest: (built.append(info.name), add_rules(info, *rest))[1])
    module(chain(20))
    assert sorted(built) == sorted({*built})
    assert len(built) == 20


def test_a_schema_that_a_model_gets_is_not_changed_by_others(module: Callable[[str], dict[str, Any]]) -> None:
    """Models of one cycle share definitions; Pydantic cleans schemas in place, which must not reach those."""
    models = module(source(3, [(0, 1, True), (1, 2, True)], {0: ["enum", "model"], 1: ["tagged"], 2: ["dataclass"]}))
    before = {name: repr(one.__pydantic_core_schema__) for name, one in models.items() if name in registered_names()}

    zero, first, second = (models[f"Cycle{number}"] for number in range(3))
    around = create_model("CycleAround", first=(first, ...), second=(held(list, second), []))
    TypeAdapter(held(dict, str, zero)).json_schema()
    models["Cycle1"].Create(id=3)
    assert around.model_validate({"first": {"id": 1, "to_2": {"id": 2}}}).model_dump()["first"]["to_2"]["id"] == 2
    assert {name: repr(models[name].__pydantic_core_schema__) for name in before} == before
    for number in range(3):
        models[f"Cycle{number}"].model_rebuild(force=True)
        assert models[f"Cycle{number}"](id=1).id == 1
    assert models["Cycle0"](to_1={"id": 4, "to_2": {"id": 5}}).to_1.to_2.id == 5


def held(container: type, *types: Any) -> Any:
    """Returns a container of types that are known only here."""
    return GenericAlias(container, types)


def registered_names() -> set[str]:
    """Returns the names of the registered models."""
    return {one.__name__ for one in registered_tables().values()}


def outcome(model: Any, given: Any) -> Any:
    """Returns what becomes of a value: its dumps, or the errors."""
    try:
        made = model.model_validate(given)
    except ValidationError as error:
        return repr(error.errors(include_url=False, include_context=False))
    return repr(made.model_dump()), made.model_dump_json(), repr(made), pickle.loads(pickle.dumps(made)) == made


def described(models: dict[str, Any], values: list[Any]) -> dict[str, Any]:
    """Returns all that schemas show of models: as JSON, on validation and on serialization, of requests, and nested elsewhere."""
    found: dict[str, Any] = {}
    check(registered())
    for name in sorted(registered_names()):
        one = models[name]
        found[name] = [
            one.model_json_schema(),
            one.model_json_schema(mode="serialization"),
            one.Create.model_json_schema(),
            one.Update.model_json_schema(),
            TypeAdapter(held(list, one)).json_schema(),
            repr(one.__signature__),
            [repr(column) for column in one.__table__.columns if column.adapt is None],
            [outcome(one, given) for given in values],
            [outcome(one.Create, given) for given in values if isinstance(given, dict)],
        ]
    return found


def graph(random: Random) -> str:
    """Returns the text of some models, with some relations, and with something else."""
    size = random.randint(1, 6)
    ends = sorted({(random.randrange(size), random.randrange(size)) for _ in range(random.randint(0, 9))})
    extras = {number: random.sample(sorted(EXTRAS), random.randint(0, 4)) for number in range(size)}
    return source(size, [(*pair, random.random() < 0.6) for pair in ends], extras)


def value(random: Random, depth: int = 3) -> Any:
    """Returns what a model is made of, right or wrong."""
    found: dict[str, Any] = {"id": random.choice([None, 1, 1, 2, 7, 13, "x"])}
    for name, choices in (("mood", ["glad", "none"]), ("at", [[{"x": 1, "mood": "sad"}], 3]), ("pet", [{"kind": "dog"}, {"kind": "cow"}])):
        if random.random() < 0.3:
            found[name] = random.choice(choices)
    for number in range(6 if depth else 0):
        if random.random() < 0.3:
            found[f"to_{number}"] = value(random, depth - 1)
        if random.random() < 0.3:
            found[f"from_{number}"] = [value(random, depth - 1)]
    return found


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_schemas_are_those_of_models_built_one_by_one(seed: int) -> None:
    """What Pydantic makes where every model is built inside every other one, which it can for small graphs."""
    random = Random(seed)
    name, text, values = "cycle_models", graph(random), [13, *(value(random) for _ in range(6))]

    def made() -> dict[str, Any]:
        clear_registry()
        sys.modules[name] = ModuleType(name)
        exec(compile(text, name, "exec"), vars(sys.modules[name]))
        return described({key: one for key, one in vars(sys.modules[name]).items() if isinstance(one, type)}, values)

    try:
        together = made()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(model, "schema_of", lambda _model, _handler, build: build())
            assert made() == together
    finally:
        sys.modules.pop(name, None)


def test_sharing_ends_with_its_block() -> None:
    with cycles.sharing() as outer:
        with cycles.sharing() as inner:
            assert inner is cycles._thread.made
        assert cycles._thread.made is outer
    assert cycles._thread.made is None
