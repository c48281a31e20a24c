"""Names that other libraries give to what a queryset, a model class or an instance does, and the errors that say what is written here."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, Final, NoReturn, TypeVar

from oxyde.schema.naming import meant

F = TypeVar("F", bound=Callable[..., Any])

VERBS: Final[dict[str, str]] = {
    "add": "create(...)",
    "add_all": "bulk_create([...])",
    "complex_filter": "filter(Q(...))",
    "cte": "With(name, queryset) and with_()",
    "dates": 'annotate(year=Extract("field", "year")).values_list("year", flat=True).distinct()',
    "datetimes": 'annotate(year=Extract("field", "year")).values_list("year", flat=True).distinct()',
    "dicts": "values(...)",
    "difference": "except_(...)",
    "execute": "all()",
    "extra": "RawSQL(...) inside filter(), annotate() or order_by()",
    "fetchall": "all()",
    "fetchone": "first()",
    "fetch_related": "prefetch(...)",
    "filter_by": "filter(...)",
    "get_by_id": "get(pk=...)",
    "head": "limit(...)",
    "insert": "create(...)",
    "insert_many": "bulk_create([...])",
    "intersection": "intersect(...)",
    "iterator": "stream()",
    "joinedload": "join(...)",
    "label": "annotate(name=...)",
    "mappings": "values(...)",
    "none": "filter(pk__in=[])",
    "one": "get(...)",
    "one_or_none": "get_or_none(...)",
    "options": "join(...) or prefetch(...)",
    "outerjoin": "join(...)",
    "paginate": "page(size=...)",
    "prefetch_related": "prefetch(...)",
    "raw": "oxyde.raw(sql, params)",
    "raw_sql": "oxyde.raw(sql, params)",
    "scalar": 'values_list("field", flat=True).first()',
    "scalar_one": 'values_list("field", flat=True).get()',
    "scalars": 'values_list("field", flat=True)',
    "select_for_update": "for_update()",
    "select_related": "join(...)",
    "selectinload": "prefetch(...)",
    "sort": "order_by(...)",
    "sort_by": "order_by(...)",
    "subquery": "Subquery(queryset)",
    "to_df": "to_polars() or to_pandas()",
    "to_dict": "values(...).all()",
    "to_dicts": "values(...).all()",
    "to_json": "json()",
    "to_list": "all()",
    "tuples": "values_list(...)",
    "unique": "distinct()",
    "using_db": "using(alias)",
    "where": "filter(...)",
    "with_for_update": "for_update()",
    "yield_per": "stream(batch_size=...)",
}
"""What a query is asked in other libraries, with what is written here."""
CLASS_NAMES: Final[dict[str, str]] = {
    "DoesNotExist": "oxyde.NotFoundError",
    "MultipleObjectsReturned": "oxyde.MultipleObjectsReturned",
    "NotFoundError": "oxyde.NotFoundError",
    "_meta": "__table__",
    "metadata": "oxyde.create_tables()",
    "__tablename__": "get_table_name()",
}
"""What a model class has in other libraries, with what there is here."""
INSTANCE_NAMES: Final[dict[str, str]] = {
    "fetch_related": 'related("posts") for a manager of the rows, or prefetch("posts") of the query',
    "full_clean": "save(), which validates what was assigned",
    "refresh_from_db": "refresh()",
    "update": "apply({...}), then save()",
}
"""What an instance does in other libraries, with what is written here."""


def refuse_verb(chain: object, name: str) -> NoReturn:
    """Raises the error for an attribute that a queryset does not have; one that raised an error of its own raises it again."""
    cls = type(chain)
    if inspect.getattr_static(cls, name, None) is not None:
        object.__getattribute__(chain, name)
    if name.startswith("_"):
        raise _missing(f"{cls.__name__!r} object", name, chain)
    known = _public(cls)
    model = getattr(vars(chain).get("model"), "__name__", "a model")
    remedy = VERBS.get(name) or (f"await ....{name[1:]}(...)" if name[:1] == "a" and name[1:] in known else None)
    raise _missing(f"a queryset of {model}", name, chain, remedy, known)


def refusing(**words: str) -> Callable[[F], F]:
    """Returns a decorator of a verb: keywords that other libraries have for it raise TypeError, with what is written here."""

    def around(function: F) -> F:
        @functools.wraps(function)
        def checked(*args: Any, **given: Any) -> Any:
            for word in given.keys() & words.keys():
                message = f"{function.__name__.lstrip('_')}() has no keyword {word!r}; write {words[word]}"
                raise TypeError(message)
            return function(*args, **given)

        return checked  # type: ignore[return-value] # it has the function's own signature

    return around


def no_class_attribute(cls: Any, name: str, fields: Iterable[str]) -> AttributeError:
    """Returns the error for an attribute that the class of a table does not have."""
    verbs = _public(getattr(inspect.getattr_static(cls, "objects"), "manager_class", object))
    remedy = CLASS_NAMES.get(name) or (f"{cls.__name__}.objects.{VERBS.get(name, f'{name}(...)')}" if name in {*VERBS, *verbs} else None)
    return _missing(f"the class {cls.__name__}", name, cls, remedy, [*fields, *_public(cls)])


def no_instance_attribute(instance: object, name: str) -> AttributeError:
    """Returns the error for an attribute of ``INSTANCE_NAMES``."""
    return _missing(f"{type(instance).__name__!r} object", name, instance, INSTANCE_NAMES[name])


def _public(cls: type[Any]) -> list[str]:
    return [name for name in dir(cls) if not name.startswith("_")]


def _missing(where: str, name: str, owner: object, remedy: str | None = None, known: Iterable[str] = ()) -> AttributeError:
    hint = f"; write {remedy}" if remedy else meant(name, known)
    return AttributeError(f"{where} has no attribute {name!r}{hint}", name=name, obj=owner)
