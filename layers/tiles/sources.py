"""What tiles are made of: sources with their MVT layers, declared by the rooms that own the tables."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, func
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.errors import NotFound
from core.i18n import gettext as _
from layers.tiles.grid import BUFFER, Cell

AnySelect = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Asked:
    """One tile asked for: where, and as things are on which day."""

    session: Session
    cell: Cell
    day: dt.date


Rows = Callable[[Asked], AnySelect]
"""The rows of one MVT layer in the cell asked for.

Columns: ``geom`` (EPSG:3857); ``id``, which becomes the feature's id, if there is one; ``plain``, if there is one,
true for rows that rounding to the tile's grid cannot harm; every other column becomes an attribute.
"""


@dataclass(frozen=True)
class TileLayer:
    """One MVT layer: its name, its rows, and what its attributes are (for TileJSON)."""

    name: str
    rows: Rows
    fields: Mapping[str, str] = field(default_factory=dict)
    description: str = ""


Regime = Callable[[Session, dt.date], dt.date | None]
"""The first day of what is in force on a day: equal ones mean equal tiles. None before all that is known."""


@dataclass(frozen=True)
class TileSource:
    """What one address of tiles serves. A ``dated`` one answers for any day (``?on=``) and has its ``regime``.

    ``nested``: whatever a tile shows, its parent shows too, so that below an empty tile all are empty.
    """

    name: str
    layers: tuple[TileLayer, ...]
    dated: bool = False
    regime: Regime | None = None
    nested: bool = False


REVISIONS = "revisions"
"""Not a source: /tiles/revisions.json tells the revision of each."""

Finder = Callable[[Session, str], TileSource | None]


@dataclass(frozen=True)
class Registered:
    """Sources and finders as one process hands them to another: by the names of their functions."""

    declared: tuple[TileSource, ...]
    finders: tuple[Finder, ...]


_declared: dict[str, TileSource] = {}
_finders: list[Finder] = []


def register(source: TileSource) -> None:
    """Serve this source from now on. Registering it again changes nothing."""
    _declared[source.name] = source


def declared() -> list[TileSource]:
    """The sources that live in the code."""
    return list(_declared.values())


def register_all(these: Registered) -> None:
    """Take over what another process has registered."""
    for source in these.declared:
        register(source)
    for finder in these.finders:
        register_finder(finder)


def registered() -> Registered:
    """All that is registered here, to be handed to another process."""
    return Registered(tuple(_declared.values()), tuple(_finders))


def register_finder(finder: Finder) -> None:
    """Ask this function for sources that live in a table and not in the code."""
    if finder not in _finders:
        _finders.append(finder)


def is_reserved(name: str) -> bool:
    """Whether a layer cannot have this slug, because a declared source answers at that address."""
    return name in _declared or name == REVISIONS


def list_dated() -> list[TileSource]:
    """The sources that are others on another day."""
    return [source for source in _declared.values() if source.dated]


def get_source(session: Session, name: str) -> TileSource:
    """The source of that name. Raises NotFound."""
    if name in _declared:
        return _declared[name]
    for finder in _finders:
        found = finder(session, name)
        if found:
            return found
    raise NotFound(_("This city has no tiles named “%(name)s”.", name=name), field="source")


def touches(column: InstrumentedAttribute[Any], cell: Cell) -> ColumnElement[bool]:
    """Whether a stored EPSG:3857 geometry's box meets the cell and its buffer: one scan of its GiST index."""
    return column.op("&&")(func.ST_MakeEnvelope(*cell.bounds(BUFFER), 3857))
