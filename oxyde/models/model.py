"""``Model``: a Pydantic model that is a table."""

from __future__ import annotations

import reprlib
import sys
from collections.abc import Generator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, PydanticUndefinedAnnotation
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from typing_extensions import Self

from oxyde.db.execute import run
from oxyde.models import received
from oxyde.models.cycles import resolve, schema_of
from oxyde.models.foreign_verbs import INSTANCE_NAMES, no_instance_attribute
from oxyde.models.hooks import Hooks
from oxyde.models.info import AnyModel
from oxyde.models.manager import Objects
from oxyde.models.metaclass import ManagerClass, ModelMeta, attach, prepare
from oxyde.models.output import complete_json_schema
from oxyde.models.pydantic_seams import inner_fields, is_class_statement
from oxyde.models.registry import is_completing, rebuild
from oxyde.models.related import RelatedManager, related
from oxyde.models.relations import has_relations
from oxyde.models.repr import card
from oxyde.models.request import Request
from oxyde.models.row_state import copied as copied_state
from oxyde.models.row_state import follow, packed, require_read, restore_fields, set_state, state_of, unpacked
from oxyde.models.unloaded import UNLOADED
from oxyde.models.validation import add_rules
from oxyde.models.verbs import instance
from oxyde.models.where import route_of_model

_OTHER_WORDS: Final = {"__tablename__": "table_name", "__table_args__": "constraints, indexes or schema"}
"""Class attributes of other libraries, which Pydantic does not treat as fields, and the option of ``Meta`` to use instead."""


class Model(AnyModel, Hooks, metaclass=ModelMeta):
    """A Pydantic model; with ``class Meta: is_table = True`` inside it is a table as well.

    Without that it is a mixin or an ordinary Pydantic model. ``Model.objects`` runs queries; ``Model.__table__`` describes the table.
    """

    __slots__ = ()

    model_config = ConfigDict(ignored_types=(Objects, ManagerClass))

    objects = Objects()  # type: ignore[pydantic-field] # an annotation would be the type of the managers of subclasses too

    if TYPE_CHECKING:  # what the metaclass makes; a class, so that it can be an annotation

        class Create(Request):
            """What a request may send to create a row."""

        class Update(Request):
            """What a request may send to change a row."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Reads ``Meta`` and refuses reserved names, before Pydantic collects the fields.

        Raises:
            TypeError: The class declares its table in the syntax of another library.
        """
        if "table" in keywords:
            message = f"class {cls.__name__}(Model, table=...) is not supported; declare it inside the class: class Meta: is_table = True"
            raise TypeError(message)
        for word, option in _OTHER_WORDS.items():
            if word in cls.__dict__:
                message = f"{cls.__name__}.{word} has no effect here; use {option} in class Meta"
                raise TypeError(message)
        super().__init_subclass__(**keywords)
        prepare(cls)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Adds the key fields of foreign keys, lets Pydantic build the schema, and adds the rules for relations and time zones."""
        if not has_relations(cls):
            return handler(source)
        info = cls.__oxyde__
        if not cls.__pydantic_complete__ and not is_completing() and not is_class_statement(cls, handler):
            rebuild(info)
        resolve(cls, handler)

        def build() -> CoreSchema:
            schema = handler(source)
            fields = inner_fields(schema, handler.resolve_ref_schema)
            if fields is not None:
                add_rules(info, fields["fields"], handler.resolve_ref_schema)
                attach(info)
            return schema

        return schema_of(cls, handler, build)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Completes the JSON schema: the key of a required relation is required on input, all that every row has on output."""
        schema = handler(core_schema)
        if cls.__oxyde__.is_table:
            complete_json_schema(cls.__oxyde__, handler.resolve_ref_schema(schema), handler.mode)
        return schema

    @classmethod
    def model_rebuild(
        cls,
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: Mapping[str, Any] | None = None,
    ) -> bool | None:
        """Builds the schema again, as Pydantic does; annotations may also name any registered model.

        Models that it depends on are completed as well.
        """
        if cls.__pydantic_complete__ and not force:
            return None
        if _types_namespace is None:
            _types_namespace = sys._getframe(max(_parent_namespace_depth - 1, 0)).f_locals
        try:
            rebuild(cls.__oxyde__, _types_namespace, force=force)
        except PydanticUndefinedAnnotation:
            if raise_errors:
                raise
            return False
        return True

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:  # type: ignore[override] # the first name
        """Makes an instance without validation, as Pydantic does; relations that are not given count as not loaded."""
        made: Self = super().model_construct(_fields_set, **values)  # type: ignore[assignment] # Pydantic declares it
        for name in cls.__oxyde__.links:
            if name not in values:
                vars(made)[name] = UNLOADED
        return made

    @classmethod
    def get_table_name(cls) -> str:
        """Returns the table's name: ``Meta.table_name``, else the class name in lower case."""
        return cls.__oxyde__.table_name

    @property
    def pk(self) -> Any:
        """The key: a value, or a tuple of a composite key's values."""
        key = [getattr(self, column.field) for column in type(self).__table__.key]
        return key[0] if len(key) == 1 else tuple(key)

    async def save(
        self,
        *,
        using: str | None = None,
        client: object | None = None,
        update_fields: Iterable[str] | None = None,
        force_insert: bool = False,
    ) -> Self:
        """Writes the instance: an INSERT of a new one, an UPDATE of the changed fields of a row that was read.

        Args:
            using: The alias of a connection.
            client: A connection or an atomic block.
            update_fields: Write only these fields.
            force_insert: INSERT even though a key was given.

        Returns:
            The instance, with what the database filled in.

        Raises:
            NotFoundError: No row has this key.
            StaleObjectError: Another writer changed the row (``db_version``).
            FieldError: A relation was assigned an object that is not saved.
            FieldValueError: A value does not fit its column.
            ValidationError: An assigned value is not valid.
        """
        await run(instance.save(self, update_fields=update_fields, force_insert=force_insert), route_of_model(type(self), using, client))
        return self

    async def delete(self, *, using: str | None = None, client: object | None = None) -> int:
        """Deletes the row; returns how many there were, 0 or 1.

        Raises:
            StaleObjectError: Another writer changed the row (``db_version``).
        """
        return await run(instance.delete(self), route_of_model(type(self), using, client))

    async def refresh(self, *, using: str | None = None, client: object | None = None) -> Self:
        """Reads the row again; drops loaded relations whose key changed, keeps the others.

        Raises:
            NotFoundError: The row is gone.
        """
        await run(instance.refresh(self), route_of_model(type(self), using, client))
        return self

    def related(self, name: str) -> RelatedManager[Any]:
        """Returns a manager of the rows that a reverse or many-to-many relation leads to from this instance: ``user.related("posts")``.

        It has every verb of a queryset, ``create()`` of rows that belong here, and for many-to-many ``add remove set clear``.

        Raises:
            FieldError: The name is of no such relation, or the instance is not saved.
        """
        return related(self, name)

    def apply(self, body: BaseModel | Mapping[str, Any]) -> Self:
        """Assigns what a request sent, validated like assignment, all of it or nothing; ``save()`` writes it.

        Args:
            body: An ``Update`` of this class, of which only what was sent is assigned; or a dictionary, which is validated as one.

        Returns:
            The instance.

        Raises:
            TypeError: The body is another model.
            FieldError: A dictionary has a name that requests do not have.
            ValidationError: A value is not valid; nothing was assigned.
        """
        received.apply(self, body)
        return self

    def __setattr__(self, name: str, value: Any) -> None:
        """Assigns as Pydantic does, and records what ``save()`` has to write."""
        cls = type(self)
        info = cls.__oxyde__
        if name not in cls.__pydantic_fields__ or not info.has_links:
            super().__setattr__(name, value)
            return
        if not info.validates_assignment:
            old = self.__dict__.get(name, UNLOADED)
            super().__setattr__(name, value)
            follow(self, name, old)
            return
        before, given = dict(self.__dict__), set(self.__pydantic_fields_set__)
        unhinged = {link.field: before.get(link.field, UNLOADED) for link in info.references if link.key == name}
        vars(self).update(dict.fromkeys(unhinged, UNLOADED))
        try:
            super().__setattr__(name, value)
        except BaseException:
            # A model validator refuses the values that the instance already has.
            restore_fields(self, before, given)
            raise
        vars(self).update(unhinged)
        follow(self, name, before.get(name, UNLOADED))

    if not TYPE_CHECKING:  # a stub says what it returns; and type checkers would accept any misspelt attribute

        def __oxyde_manager__(self) -> Any:
            """Returns the manager of the class."""
            return type(self).objects

        def __getattr__(self, name: str) -> Any:
            """Returns None for the state of a new instance; else private attributes and extras, as Pydantic does."""
            if name == "__oxyde_state__":
                return None
            if name in type(self).__pydantic_fields__:
                require_read(self, (name,))
            if name in INSTANCE_NAMES and name not in (self.__pydantic_extra__ or ()):
                raise no_instance_attribute(self, name)
            return super().__getattr__(name)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copies the instance and the state of its row; ``save()`` writes what ``update`` changes."""
        copied = super().model_copy(update=update, deep=deep)
        for name in update or ():
            if name in type(self).__pydantic_fields__:
                follow(copied, name, self.__dict__.get(name, UNLOADED))
        return copied

    def __copy__(self) -> Self:
        copied = super().__copy__()
        set_state(copied, copied_state(state_of(self)))
        return copied

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        copied = super().__deepcopy__(memo)
        set_state(copied, copied_state(state_of(self)))
        return copied

    def __getstate__(self) -> dict[Any, Any]:
        return {**super().__getstate__(), "__oxyde_state__": packed(self)}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__(state)
        set_state(self, unpacked(type(self), state.get("__oxyde_state__")))

    def __iter__(self) -> Generator[tuple[str, Any], None, None]:  # noqa: PYI058 - as Pydantic declares it
        """Yields the fields and their values, without relations that are not loaded."""
        yield from ((name, value) for name, value in super().__iter__() if value is not UNLOADED)

    def __repr_args__(self) -> Any:
        """Yields what ``repr`` shows: no relation that is not loaded, and no error of a computed field."""
        for name, value in self.__dict__.items():
            info = type(self).__pydantic_fields__.get(name)
            if value is not UNLOADED and (info is None or info.repr):
                yield name, value

    @reprlib.recursive_repr(fillvalue="...")
    def __repr__(self) -> str:
        """Returns one line; never raises and never reads the database."""
        given = ", ".join(f"{name}={_shown(value)}" for name, value in self.__repr_args__())
        return f"{type(self).__name__}({given})"

    def _repr_html_(self) -> str:
        """Returns a card for a notebook; never raises and never reads the database."""
        return card(self)


def _shown(value: Any) -> str:
    try:
        return " ".join(repr(value).splitlines())
    except Exception as error:  # noqa: BLE001 - a repr never raises
        return f"<{type(value).__name__}: {type(error).__name__}>"
