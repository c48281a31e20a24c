"""``Prefetch``: related rows that a queryset loads with statements of their own; and the tree of all that a queryset loads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from oxyde.exceptions import FieldError, UnsupportedError
from oxyde.models.info import AnyModel, Link, ModelInfo, holds
from oxyde.models.rows import Instances
from oxyde.queries import ranked
from oxyde.queries.foreign_values import named
from oxyde.queries.paths import PathKey, split, unknown
from oxyde.queries.query import Query
from oxyde.queries.source import State, everything
from oxyde.schema import Table
from oxyde.schema.naming import meant


class Queryset(Protocol):
    """A queryset, or a manager."""

    model: Any
    _query: Query[Any]


class Prefetch:
    """Related rows to be loaded by ``prefetch()``, if not simply all of a path.

    Attributes:
        path: Relations joined by ``__``; those on the way are loaded too.
        queryset: Which rows at the end of the path, in which order, with which annotations and relations of their own. Of a slice,
            each row of the query gets its own: ``Post.objects.order_by("-views")[:3]`` is the three most viewed posts of each author.
        to_attr: The attribute that receives them, instead of the relation: a list, or the one related instance.
    """

    __slots__ = ("path", "queryset", "to_attr")

    def __init__(self, path: str, queryset: Queryset | None = None, to_attr: str | None = None) -> None:
        """Checks what can be checked without the model.

        Raises:
            TypeError: An argument is of another type.
            FieldError: The queryset has no instances, or says where it runs; or the attribute's name cannot be one.
        """
        if not isinstance(path, str):
            message = f'Prefetch() takes a path of relations as text: Prefetch("posts"), not {named(path)}'
            raise TypeError(message)
        if queryset is not None:
            _check_queryset(path, queryset)
        if to_attr is not None and not isinstance(to_attr, str):
            message = f"Prefetch(to_attr=) takes the name of an attribute, not {named(to_attr)}"
            raise TypeError(message)
        if to_attr is not None and (not to_attr.isidentifier() or to_attr.startswith("_") or "__" in to_attr):
            message = f'"{to_attr}" cannot be the attribute of a Prefetch(): it takes a name without leading or double underscores'
            raise FieldError(message, column=to_attr)
        self.path = path
        self.queryset = queryset
        self.to_attr = to_attr

    def __repr__(self) -> str:
        """Returns path and attribute; the queryset's values may be secret."""
        own = "" if self.queryset is None else f", {self.queryset.model.__name__} queryset"
        return f'Prefetch("{self.path}"{own}{"" if self.to_attr is None else f", to_attr={self.to_attr!r}"})'


def _check_queryset(path: str, queryset: Any) -> None:
    query = getattr(queryset, "_query", None)
    if not isinstance(query, Query):
        message = f'Prefetch("{path}", ...) takes a queryset of the related rows, not {named(queryset)}'
        raise TypeError(message)
    state = query.state
    if not isinstance(query.rows, Instances):
        message = f'Prefetch("{path}", ...) loads instances, and values() has none; leave it out, or read the rows by a query of their own'
        raise FieldError(message)
    if query.alias is not None:
        message = f'Prefetch("{path}", ...) runs where the query runs; leave using("{query.alias}") out'
        raise FieldError(message)
    if state.is_sliced and state.lock is not None:
        message = f'Prefetch("{path}", ...) takes no slice of rows that are locked; leave one of the two out'
        raise FieldError(message)
    inner = state.source
    while isinstance(inner, State):
        if inner.is_sliced:
            message = f'Prefetch("{path}", ...) takes a slice as its last verb, where it is one for each row; another verb follows it here'
            raise FieldError(message)
        if ranked.is_ranked(inner):
            message = (
                f'Prefetch("{path}", ...) would take the first of equal rows among those of all parents; leave distinct(...) out, '
                "or name the foreign key in it and prefetch by a query of your own"
            )
            raise FieldError(message)
        inner = inner.source


@dataclass
class Node:
    """A relation to be loaded, and what is to be loaded beyond it.

    Attributes:
        owner: The table of the rows that have the relation.
        relation: The relation's field.
        attribute: The attribute that receives the related rows: the relation's, or ``to_attr``.
        model: The class of the related rows.
        query: What reads them; None if ``join()`` has loaded them already.
        is_given: Whether the application wrote the query.
        is_end: Whether a path ends there, and does not only lead further.
        children: The relations of the related rows, by attribute.
    """

    owner: Table
    relation: str
    attribute: str
    model: ModelInfo
    query: Query[Any] | None
    is_given: bool
    is_end: bool = False
    children: dict[str, Node] = field(default_factory=dict)


@dataclass
class _Level:
    """Where a path has led so far.

    Attributes:
        model: The class of the rows there.
        state: The query that reads them.
        at: The path of ``join()`` by which that query loads them.
        nodes: What is to be loaded of them.
    """

    model: ModelInfo
    state: State
    at: PathKey
    nodes: dict[str, Node]


def added(model: ModelInfo, query: Query[Any], paths: Sequence[Any]) -> Query[Any]:
    """Returns a query that loads further paths too.

    Raises:
        ValueError: No path was given.
        TypeError: A path is neither text nor a ``Prefetch``.
        FieldError: A path does not lead along relations, or contradicts another one.
    """
    if not paths:
        raise ValueError('prefetch() takes at least one path of relations: prefetch("posts"), prefetch("posts__comments")')
    if not isinstance(query.rows, Instances):
        raise FieldError("prefetch() loads relations of instances, and values() has none; name their fields instead, or leave values() out")
    made = []
    for path in paths:
        if not isinstance(path, (str, Prefetch)):
            message = f"prefetch() takes paths of relations as text, and Prefetch objects, not {named(path)}"
            raise TypeError(message)
        made.append(Prefetch(path) if isinstance(path, str) else path)
    found = query.with_(prefetched=(*query.prefetched, *made))
    tree(model, found)
    return found


def tree(model: ModelInfo, query: Query[Any]) -> dict[str, Node]:
    """Returns what a query loads by statements of their own, by attribute.

    Raises:
        FieldError: A path does not lead along relations, or two contradict each other.
    """
    roots: dict[str, Node] = {}
    for one in query.prefetched:
        _grow(_Level(model, query.state, (), roots), one)
    return roots


def _grow(level: _Level, given: Prefetch) -> None:
    """Adds a path to the tree."""
    parts = [given.path] if given.path in level.model.links else split(given.path)
    for part in parts[:-1]:
        node = level.nodes.get(part)
        if node is None:
            node = level.nodes[part] = _node(level, _link(level, part), part)
        level = _behind(level, node)
    last = parts[-1]
    link = _link(level, last)
    if given.to_attr is not None:
        _check_attribute(level, given.to_attr)
    attribute = given.to_attr or last
    node = level.nodes.get(attribute)
    own = given.queryset is not None
    if node is not None and ((own and (node.is_given or node.query is None)) or (node.is_end and own != node.is_given)):
        message = f'prefetch() is told twice how to load "{given.path}"; leave one of the two out, or give a Prefetch object a to_attr'
        if node.query is None:
            message = f'"{given.path}" is joined by this query already; leave join() out, or give the Prefetch a to_attr'
        raise FieldError(message, table=level.state.table.name, column=last)
    made = _node(level, link, attribute, given.queryset)
    if node is None:
        node = level.nodes[attribute] = made
    elif given.queryset is not None:
        node.query, node.is_given = made.query, True
        node.children = {**made.children, **node.children}
    node.is_end = True


def _behind(level: _Level, node: Node) -> _Level:
    """Returns the level of the rows that a node loads."""
    if node.query is None:
        return _Level(node.model, level.state, (*level.at, node.relation), node.children)
    return _Level(node.model, node.query.state, (), node.children)


def _link(level: _Level, part: str) -> Link:
    """Returns the relation of a name.

    Raises:
        FieldError: It is none.
    """
    table = level.model.table()
    if part in table.relations:
        return level.model.links[part]
    column = table.by_field.get(part)
    if column is None:
        raise unknown(table, part)
    near = f'; did you mean "{column.relation}"?' if column.relation else meant(part, table.relations)
    known = f"; it can load {', '.join(table.relations)}" if table.relations and not near else near
    message = f"prefetch() takes relations, and {table.model}.{part} is a column{known}"
    raise FieldError(message, table=table.name, column=part)


def _check_attribute(level: _Level, name: str) -> None:
    """Raises FieldError if rows have an attribute of that name already."""
    taken = hasattr(level.model.model, name) or name in level.model.fields or name in level.nodes
    if taken or any(name == known for known, _ in level.state.annotations):
        message = f'{level.model.name} has an attribute "{name}" already; give Prefetch(to_attr=) another name'
        raise FieldError(message, table=level.state.table.name, column=name)


def _node(level: _Level, link: Link, attribute: str, queryset: Queryset | None = None) -> Node:
    """Returns the node of a relation.

    Raises:
        FieldError: The queryset is one of another model.
    """
    owner, target = level.model.table(), link.target.__oxyde__
    if queryset is None:
        is_joined = attribute == link.field and (*level.at, link.field) in level.state.joined
        return Node(owner, link.field, attribute, target, None if is_joined else _all_of(link), is_given=False)
    if not holds(link.target, queryset.model):
        given = queryset.model.__name__
        message = f"{level.model.name}.{link.field} holds rows of {target.name}, and its Prefetch() has a queryset of {given}"
        raise FieldError(message, table=owner.name, column=link.field)
    if attribute == link.field and (*level.at, link.field) in level.state.joined:
        message = f'"{link.field}" is joined by this query already; leave join() out, or give the Prefetch a to_attr'
        raise FieldError(message, table=owner.name, column=link.field)
    if link.kind == "many" and queryset._query.state.collects:
        message = (
            f"{level.model.name}.{link.field} is many-to-many, and its Prefetch() has a queryset that joins a collection; "
            f"load that by prefetch() instead of join()"
        )
        raise FieldError(message, table=owner.name, column=link.field)
    own: ModelInfo = queryset.model.__oxyde__
    return Node(owner, link.field, attribute, own, queryset._query, is_given=True, children=tree(own, queryset._query))


def _all_of(link: Link) -> Query[Any]:
    """Returns the query of all rows at the other end of a relation: those in the scope of their manager, if there may be several."""
    target: Any = link.target
    if link.kind in {"one", "reverse_one"}:
        return Query(everything(target.__table__), Instances(target))
    query: Query[Any] = target.objects._query
    return query


def check_join(model: ModelInfo, query: Query[Any]) -> None:
    """Raises an error if what a query joins contradicts what it loads by statements of their own, or is narrowed by a manager.

    Raises:
        FieldError: A path is joined and given to ``prefetch()`` with a queryset.
        UnsupportedError: Rows of a collection are in the scope of a manager, which a join does not know.
    """
    tree(model, query)
    for path in query.state.joined:
        here, link = model, None
        for name in path:
            link = here.links[name]
            here = link.target.__oxyde__
        if link is not None and link.kind in {"reverse", "many"} and _all_of(link).state.where:
            message = f'the manager of {here.name} has a scope, which join() does not know; load "{"__".join(path)}" by prefetch()'
            raise UnsupportedError(message, column=path[-1])


def loaded(node: Node, parents: Iterable[AnyModel]) -> list[Any]:
    """Returns the related instances that a join has loaded, each once."""
    found: dict[int, Any] = {}
    for parent in parents:
        value = vars(parent)[node.attribute]
        for one in value if isinstance(value, list) else () if value is None else (value,):
            found.setdefault(id(one), one)
    return list(found.values())


Nodes = Mapping[str, Node]
