"""``Field``: describes a field of a model, to Pydantic and to the database."""

from __future__ import annotations

import inspect
import types
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import pydantic
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from oxyde.exceptions import FieldError
from oxyde.models.pydantic_seams import convert_field
from oxyde.schema.constraint import Action
from oxyde.schema.naming import meant

Read = Literal["validators", "types"]


@dataclass(frozen=True, repr=False)
class Options:
    """The ``db_*`` options of a field. They are kept in the field's metadata, so that ``Annotated`` carries them too.

    Attributes are documented at ``Field``; ``foreign_words`` are keywords of other libraries, which the class statement refuses.
    """

    db_pk: bool = False
    db_index: bool = False
    db_index_name: str | None = None
    db_index_method: str | None = None
    db_unique: bool = False
    db_column: str | None = None
    db_type: str | None = None
    db_default: str | None = None
    db_comment: str | None = None
    db_collation: str | None = None
    db_nullable: bool | None = None
    db_fk: str | None = None
    db_on_delete: Action = "RESTRICT"
    db_on_update: Action = "CASCADE"
    db_reverse_fk: str | None = None
    db_m2m: bool = False
    db_through: str | type | None = None
    db_through_fields: tuple[str, str] | None = None
    db_generated: str | None = None
    db_stored: bool = False
    db_enum_name: str | None = None
    db_version: bool = False
    db_read: Read | None = None
    db_was: str | None = None
    auto_now: bool = False
    auto_now_add: bool = False
    foreign_words: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Returns the options that were set."""
        said = ", ".join(f"{name}={getattr(self, name)!r}" for name in NAMES if getattr(self, name) != getattr(NOTHING, name))
        return f"Options({said})"


FOREIGN_WORDS = {
    "primary_key": "db_pk=True",
    "unique": "db_unique=True",
    "index": "db_index=True",
    "foreign_key": "an annotation that is the other model (with db_fk= for another field than its key)",
    "nullable": "the annotation X | None (or db_nullable=)",
    "null": "the annotation X | None (or db_nullable=)",
    "ondelete": "db_on_delete=",
    "on_delete": "db_on_delete=",
    "on_update": "db_on_update=",
    "server_default": "db_default=",
    "related_name": "a list of the model on the other side, with db_reverse_fk=",
    "sa_column": "db_column= and db_type=",
    "sa_type": "db_type=",
    "pk": "db_pk=True",
    "autoincrement": "an int key (int | None with db_pk=True), which the database counts up by itself",
    "auto_increment": "an int key (int | None with db_pk=True), which the database counts up by itself",
    "column": "db_column=",
    "column_name": "db_column=",
    "comment": "db_comment=",
    "collation": "db_collation=",
    "default_sql": "db_default=",
    "choices": "an annotation that is a Literal or an Enum",
    "blank": "the annotation X | None",
    "to_field": "db_fk=",
    "through": "db_through=",
    "onupdate": "auto_now=True for the present time; pre_save() for other values",
    "sa_column_args": "db_type=, db_default= and their kin",
    "sa_column_kwargs": "db_default=, db_comment= and their kin",
    "back_populates": "a list of the model on the other side, with db_reverse_fk=",
    "backref": "a list of the model on the other side, with db_reverse_fk=",
    "source_field": "db_column=",
    "generated": "an int key (int | None with db_pk=True), which the database counts up by itself; or db_generated= with its SQL",
    "max_len": "max_length=",
}
"""Keywords of other libraries that describe a column, and their equivalents here."""

NOTHING = Options()
NAMES = tuple(option.name for option in fields(Options))
PYDANTIC_KEYWORDS: Final = frozenset(inspect.signature(pydantic.Field).parameters) - {"extra"}


class ModelField(FieldInfo):  # type: ignore[misc] # Pydantic marks the class final for checkers only
    """A field of a model: Pydantic's description of it, with every ``db_*`` keyword of ``Field`` as an attribute.

    Attributes:
        options: All of them.
        key_of: The relation whose key this field holds, for the field that a foreign key adds.
    """

    options: Options = NOTHING
    key_of: str | None = None

    def __getattr__(self, name: str) -> Any:
        """Returns an option."""
        if name in NAMES:
            return getattr(self.options, name)
        message = f"{type(self).__name__!r} object has no attribute {name!r}"
        raise AttributeError(message)


def options(info: FieldInfo) -> Options:
    """Returns the options of a field; later ones in an ``Annotated`` override earlier ones."""
    if isinstance(info, ModelField):
        return info.options
    return merged([*_inside(info.annotation), *info.metadata])


def unaliased(annotation: Any) -> Any:
    """Resolves a type alias (``type Code = ...``); other annotations are returned unchanged."""
    while type(annotation).__name__ == "TypeAliasType":  # the class of Python 3.12, or that of typing_extensions
        annotation = annotation.__value__
    return annotation


def _inside(annotation: Any) -> Iterator[Any]:
    """Yields the metadata inside an optional type: in ``Optional[Code]``, that of ``Code = Annotated[str, Field(...)]``.

    A type alias (``type Code = ...``) is looked into.
    """
    annotation = unaliased(annotation)
    if get_origin(annotation) is Annotated:
        yield from _inside(get_args(annotation)[0])
        for item in get_args(annotation)[1:]:
            yield from item.metadata if isinstance(item, FieldInfo) else [item]
    elif get_origin(annotation) in {Union, types.UnionType}:
        for member in get_args(annotation):
            yield from _inside(member)


def merged(metadata: Sequence[Any]) -> Options:
    """Returns the options in a list of metadata, as one."""
    found = [item for item in metadata if isinstance(item, Options)]
    if len(found) < 2:
        return found[0] if found else NOTHING
    changed: dict[str, Any] = {}
    for item in found:
        changed.update({name: getattr(item, name) for name in NAMES if getattr(item, name) != getattr(NOTHING, name)})
    return replace(NOTHING, **changed)


def model_field(info: FieldInfo) -> ModelField:
    """Returns a field as a ``ModelField``; one that the database fills in is not required."""
    said = merged([*_inside(info.annotation), *info.metadata])
    if type(info) is ModelField and info.options == said:
        return info
    made = convert_field(info, ModelField)
    made.options = said
    made.key_of = getattr(info, "key_of", None)
    if made.default is PydanticUndefined and made.default_factory is None:
        if made.options.db_version:
            made.default = 1
        elif is_filled_by_database(made.options):
            made.default = None
    return made


def is_filled_by_database(options: Options) -> bool:
    """Whether the database, or the verb that writes, supplies the value when the application does not."""
    return options.db_generated is not None or options.db_default is not None or options.auto_now or options.auto_now_add


def Field(  # noqa: N802 - public name, as in Pydantic
    default: Any = ...,
    *,
    db_pk: bool = False,
    db_index: bool = False,
    db_index_name: str | None = None,
    db_index_method: str | None = None,
    db_unique: bool = False,
    db_column: str | None = None,
    db_type: str | None = None,
    db_default: str | None = None,
    db_comment: str | None = None,
    db_collation: str | None = None,
    db_nullable: bool | None = None,
    db_fk: str | None = None,
    db_on_delete: Action = "RESTRICT",
    db_on_update: Action = "CASCADE",
    db_reverse_fk: str | None = None,
    db_m2m: bool = False,
    db_through: str | type | None = None,
    db_through_fields: Sequence[str] | None = None,
    db_generated: str | None = None,
    db_stored: bool = False,
    db_enum_name: str | None = None,
    db_version: bool = False,
    db_read: Read | None = None,
    db_was: str | None = None,
    auto_now: bool = False,
    auto_now_add: bool = False,
    **pydantic_keywords: Any,
) -> Any:
    """Describes a field of a model.

    Args:
        default: The value when none is given; required without one.
        db_pk: Part of the primary key. Several fields make a composite key.
        db_index: Indexed by itself.
        db_index_name: The index's name.
        db_index_method: The index method, as the server names it.
        db_unique: No two rows share a value.
        db_column: The column's name in the database; the field's when not given.
        db_type: The SQL type, used as given.
        db_default: SQL text of the server's default, used when the field is not given.
        db_comment: A comment for the database.
        db_collation: The collation of the column's text, as the server names it; the database's when not given.
        db_nullable: Whether NULL is allowed; by the annotation (``X | None``) when not given.
        db_fk: The field of the other model that a foreign key points to; its primary key when not given.
        db_on_delete: What happens to this row when the other row is deleted.
        db_on_update: What happens to this row when the other row's key changes.
        db_reverse_fk: For a list of models: their field that points here, its column's field, or a plain field that holds our key.
        db_m2m: For a list of models: many-to-many.
        db_through: The junction model of a many-to-many relation, by class or name.
        db_through_fields: The junction's fields that point to us and to the other side, where they are ambiguous.
        db_generated: SQL text that the database computes the column with.
        db_stored: The generated value is stored, not computed when read.
        db_enum_name: The name of the database type of an enumeration.
        db_version: Checked and incremented on every save.
        db_read: ``"types"`` reads stored values by their types and constraints, and runs no validator of the application on them;
            ``"validators"`` runs them, which is the default unless ``Meta.db_read`` says otherwise.
        db_was: The column's former name, for migrations.
        auto_now: Set to the current time (UTC) by every write.
        auto_now_add: Set to the current time (UTC) by the INSERT.
        **pydantic_keywords: Anything that ``pydantic.Field`` takes.

    Warns:
        UserWarning: A keyword is near to one of Pydantic's, and is none.

    Raises:
        TypeError: A ``db_*`` keyword is unknown.
        ValueError: An action is not one that databases have, or ``db_through_fields`` is not a pair.
    """
    words = tuple(keyword for keyword in pydantic_keywords if keyword in FOREIGN_WORDS)
    for word in words:
        del pydantic_keywords[word]
    for keyword in pydantic_keywords:
        if keyword.startswith(("db_", "auto_now")):
            message = f"Field() has no keyword {keyword!r}{meant(keyword, NAMES)}"
            raise TypeError(message)
        if keyword not in PYDANTIC_KEYWORDS and (near := meant(keyword, PYDANTIC_KEYWORDS)):  # Pydantic takes any keyword, for JSON schemas
            warnings.warn(f"Field() has no keyword {keyword!r}{near}", stacklevel=2)
    for keyword, action in (("db_on_delete", db_on_delete), ("db_on_update", db_on_update)):
        if action not in get_args(Action):
            message = f"{keyword}={action!r} is not one of {', '.join(get_args(Action))}"
            raise ValueError(message)
    pair = None if db_through_fields is None else tuple(db_through_fields)
    if pair is not None and len(pair) != 2:
        message = f"db_through_fields takes the two fields of the junction, not {len(pair)}"
        raise ValueError(message)
    said = Options(
        db_pk=db_pk,
        db_index=db_index,
        db_index_name=db_index_name,
        db_index_method=db_index_method,
        db_unique=db_unique,
        db_column=db_column,
        db_type=db_type,
        db_default=db_default,
        db_comment=db_comment,
        db_collation=db_collation,
        db_nullable=db_nullable,
        db_fk=db_fk,
        db_on_delete=db_on_delete,
        db_on_update=db_on_update,
        db_reverse_fk=db_reverse_fk,
        db_m2m=db_m2m,
        db_through=db_through,
        db_through_fields=pair,
        db_generated=db_generated,
        db_stored=db_stored,
        db_enum_name=db_enum_name,
        db_version=db_version,
        db_read=db_read,
        db_was=db_was,
        auto_now=auto_now,
        auto_now_add=auto_now_add,
        foreign_words=words,
    )
    if default is ...:
        info: FieldInfo = pydantic.Field(**pydantic_keywords)
    else:
        info = pydantic.Field(default, **pydantic_keywords)
    if said != NOTHING:
        info.metadata.append(said)
    return model_field(info)


def refuse_foreign_words(model: str, described: Mapping[str, FieldInfo]) -> None:
    """Refuses keywords that other libraries understand and that Oxyde would ignore.

    Args:
        model: The model's name, for the message.
        described: Its fields.

    Raises:
        FieldError: A field is described by a keyword of another library, or by one of ours that ``pydantic.Field`` was given.
    """
    for name, info in described.items():
        for word in options(info).foreign_words:
            message = f"{model}.{name}: {word}= is not a keyword of Oxyde's Field(); use {FOREIGN_WORDS[word]}"
            raise FieldError(message, column=name)
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        for word in extra:
            if word in NAMES or word in {"primary_key", "foreign_key", "pk", "autoincrement", "server_default", "ondelete", "on_delete"}:
                ours = FOREIGN_WORDS.get(word, f"{word}=")
                message = f"{model}.{name}: pydantic.Field() ignores {word}=; import Field from oxyde, and use {ours} there"
                raise FieldError(message, column=name)
        inside = _option_inside(info.annotation)
        if inside is not None:
            message = (
                f"{model}.{name}: {inside}= inside the annotation describes the members of a container, and would be ignored; "
                f"put it on the whole field: {name}: ... = Field({inside}=...)"
            )
            raise FieldError(message, column=name)


def _option_inside(annotation: Any) -> str | None:
    """Returns a ``db_*`` keyword that was given to the members of a container, as in ``list[Annotated[str, Field(...)]]``."""
    annotation = unaliased(annotation)
    origin = get_origin(annotation)
    for part in get_args(annotation):
        said = [] if origin in {Annotated, Union, types.UnionType} else list(_inside(part))
        found = merged(said)
        for one in fields(found) if found is not NOTHING else ():
            if getattr(found, one.name) != getattr(NOTHING, one.name):
                return one.name
        word = _option_inside(part)
        if word is not None:
            return word
    return None
