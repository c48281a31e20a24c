"""``Request``: the base of ``User.Create`` and ``User.Update``, models of what a client may send."""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from oxyde.models.info import AnyModel, ModelInfo
from oxyde.models.narrow import Exact
from oxyde.models.own_validators import own_functions
from oxyde.models.pydantic_seams import ModelMetaclass
from oxyde.models.request_schema import request_schema

Verb = Literal["Create", "Update"]


if TYPE_CHECKING:

    class AnyAttribute:
        """``__getattr__`` of a request model whose fields no stub names; an attribute, so that those of a stub can do without."""

        def __init__(self, function: Any, /) -> None: ...
        @overload
        def __get__(self, request: Exact, owner: type[Any], /) -> Any: ...
        @overload
        def __get__(self, request: Any, owner: type[Any], /) -> Callable[[str], Any]: ...
        def __get__(self, request: Any, owner: type[Any], /) -> Any: ...


class RequestMeta(ModelMetaclass):
    """The class of request models, which are pickled by the name of their table's model."""


def _reduced(model: Any) -> Any:
    """Returns how a request model is pickled: as the attribute of a table's model; a class derived from one by its own name."""
    if "__oxyde_model__" not in vars(model):
        return model.__qualname__
    return getattr, (model.__oxyde_model__, model.__oxyde_verb__)


copyreg.pickle(RequestMeta, _reduced)


class Request(BaseModel, metaclass=RequestMeta):
    """What a client may send to create or to change a row; made from a table's model, as ``User.Create`` and ``User.Update``.

    Each field is validated as the table's model validates it. Methods, properties and constants of the table's model that its
    validators use are found here too.
    """

    __oxyde_model__: ClassVar[type[AnyModel]]
    __oxyde_verb__: ClassVar[Verb | None] = None
    __oxyde_fields__: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Lets Pydantic build the schema, then replaces the rules of the annotations by those of the table's model."""
        schema = handler(source)
        if cls.__oxyde_verb__ is None:
            return schema
        update, model = cls.__oxyde_verb__ == "Update", cls.__oxyde_model__.__oxyde__
        rules = {name: _rule(model, name, update=update) for name in table_fields(cls)}
        made: CoreSchema = request_schema(
            schema, handler.generate_schema(model.model), rules, handler.resolve_ref_schema, functions=not update
        )
        return made

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Yields what is shown: of an ``Update`` what was sent, because the others are not None but absent."""
        for name, value in super().__repr_args__():
            if self.__oxyde_verb__ != "Update" or name is None or name in self.model_fields_set or name not in self.__oxyde_fields__:
                yield name, value

    if TYPE_CHECKING:  # until a stub names the fields

        def __init__(self, **values: Any) -> None: ...

        @AnyAttribute
        def __getattr__(self, name: str) -> Any: ...
    else:

        def __getattr__(self, name: str) -> Any:
            """Returns the attribute of the table's model: a method, a constant, the default of a field that was not sent."""
            cls = type(self)
            if name.startswith("__") or cls.__oxyde_verb__ is None or name in cls.__private_attributes__:
                return super().__getattr__(name)
            model = cls.__oxyde_model__
            field = model.__pydantic_fields__.get(name)
            if field is not None and name not in model.__oxyde__.links and not field.is_required():
                return field.get_default()
            for base in model.__mro__:
                if base is AnyModel:
                    break
                if name in vars(base) and base.__module__ != "oxyde.models.model":
                    found = vars(base)[name]
                    return found.__get__(self, model) if hasattr(found, "__get__") else found
            return super().__getattr__(name)


def table_fields(request: type[Request]) -> list[str]:
    """Returns the fields of a request model that are the table's; a class derived from one may have others in their place."""
    return [name for name, info in request.__oxyde_fields__.items() if request.__pydantic_fields__[name].annotation == info.annotation]


def nothing() -> None:
    """Returns None: the value of a field that was not sent."""


def is_nothing(value: Any) -> bool:
    """Whether a field that cannot be None was not sent; it is then left out of output."""
    return value is None


def _rule(model: ModelInfo, name: str, *, update: bool) -> Callable[[Any], Any]:
    """Returns the function that makes the node of a request's field from the node of the table's field."""

    def made(node: Any) -> Any:
        schema = rule(node["schema"])
        kept = {key: value for key, value in node.items() if key not in {"serialization_exclude_if", "frozen"}}
        unsent = {"serialization_exclude_if": is_nothing} if update and not _takes_none(schema["schema"]) else {}
        return {**kept, **unsent, "schema": schema}

    def rule(schema: Any) -> Any:
        default: Any = None
        shown = {"serialization": schema["serialization"]} if "serialization" in schema else {}
        if name in model.reference_by_key:  # the rule of a key reads the relation, which requests do not have
            info = model.fields[name]
            schema = schema["schema"]["schema"]
            if not info.is_required():
                plain = schema["type"] == "nullable" or info.default is not None
                given: Any = {"default": info.default} if plain and info.default_factory is None else {"default_factory": nothing}
                default = core_schema.with_default_schema(schema, **given)
        elif schema["type"] == "default":
            default, schema = schema, schema["schema"]
            if default.get("default", 0) is None and not _takes_none(schema):
                default = core_schema.with_default_schema(schema, default_factory=nothing)  # the database fills it in
        if update:
            return {**core_schema.with_default_schema(_as_sent(schema), default_factory=nothing), **shown}
        return schema if default is None else {**default, "schema": schema, **shown}

    return made


def _takes_none(schema: Any) -> bool:
    while schema["type"].startswith("function-") and "schema" in schema:
        schema = schema["schema"]
    return schema["type"] in {"nullable", "any", "none"}


def _as_sent(schema: Any) -> Any:
    """Returns a schema that keeps a value as it was sent if functions of the application must see it in ``apply()``.

    They would otherwise see their own result. Functions that read other fields run only in ``apply()``, where those are known.
    """
    found = own_functions(schema)
    if not found:
        return schema
    alone = not any(node["function"].get("type") == "with-info" for node in found)

    def checked(value: Any, handler: Callable[[Any], Any]) -> Any:
        if alone:
            handler(value)
        return value

    shown = {} if "serialization" in schema else {"serialization": core_schema.simple_ser_schema("any")}  # of no type yet
    return {**core_schema.no_info_wrap_validator_function(checked, schema), **shown}
