"""What tiles are made of: sources with their MVT layers, declared by the rooms that own the tables."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Float, Select, bindparam, func, literal
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.selectable import TextualSelect

from core.errors import NotAllowed, NotFound
from core.i18n import gettext as _
from core.local_time import TODAY
from layers.tiles.grid import BUFFER, Cell

AnySelect = Select[*tuple[Any, ...]] | TextualSelect
Link = Session | Connection
"""What asks the database: a request's session, or a connection that nobody else uses."""


@dataclass(frozen=True)
class AnyCell:
    """Stands for each cell of a zoom: a statement is put together once, and what differs between cells is a parameter.

    Putting it together takes longer than PostGIS needs for a small tile.
    """

    z: int

    @property
    def unit_m(self) -> float:
        """Side of one tile unit in EPSG:3857 metres."""
        return Cell(self.z, 0, 0).unit_m

    @property
    def ground_unit_m(self) -> ColumnElement[float]:
        """The most that one tile unit is on the ground anywhere in the cell, in true metres."""
        return _number("ground_unit_m")

    @property
    def west(self) -> ColumnElement[float]:
        """The western edge in EPSG:3857."""
        return _number("west")

    @property
    def north(self) -> ColumnElement[float]:
        """The northern edge in EPSG:3857."""
        return _number("north")

    def bounds(self, buffer_units: int = 0) -> tuple[ColumnElement[float], ...]:
        """West, south, east, north in EPSG:3857, widened by a number of tile units."""
        more = literal(buffer_units * self.unit_m, Float)
        sides = _number("left"), _number("bottom"), _number("right"), _number("top")
        return sides[0] - more, sides[1] - more, sides[2] + more, sides[3] + more


def _number(name: str) -> ColumnElement[float]:
    # The value only holds the place: each tile brings its own.
    return bindparam(name, 0.0, type_=Float)


def parameters(cell: Cell, day: dt.date | None) -> dict[str, Any]:
    """What a statement for any cell of a zoom, on any day (None: today), needs to know of this one."""
    left, bottom, right, top = cell.bounds()
    return {
        "ground_unit_m": cell.ground_unit_m,
        "west": cell.west,
        "north": cell.north,
        "left": left,
        "bottom": bottom,
        "right": right,
        "top": top,
        "day": day,
    }


@dataclass(frozen=True)
class Asked:
    """What a tile is asked for: a cell of a zoom, a day (a parameter), and a variant if the layer has several."""

    cell: AnyCell
    variant: bool = False

    @property
    def day(self) -> ColumnElement[dt.date]:
        """The day whose state of things is drawn; the database's own today if none is named."""
        return func.coalesce(bindparam("day", None, type_=Date), TODAY)


Rows = Callable[[Asked], AnySelect]
"""The rows of one MVT layer in the cell asked for, by a statement that holds for every cell of its zoom.

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
    variant: Callable[[Link, Cell], bool] | None = None
    """Which of two ways a cell is drawn in, found out before it is; for most layers there is one."""


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
    for_staff: bool = False
    """Whether the staff alone may have it: its tiles are made for each who asks, and kept nowhere."""
    family: str = ""
    """Sources of one family are drawn by the same statements; by default a source is a family of its own."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The parameters of those statements by which the source differs from others of its family."""


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


def find_declared(name: str) -> TileSource | None:
    """The source of that name, if it lives in the code."""
    return _declared.get(name)


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


def get_source(session: Session, name: str, *, staff: bool = False) -> TileSource:
    """The source of that name. Raises NotFound, and NotAllowed for one of the staff's unless they ask."""
    if name in _declared:
        return _declared[name]
    for finder in _finders:
        found = finder(session, name)
        if found and found.for_staff and not staff:
            raise NotAllowed(_("The layer “%(name)s” is not shown to the public.", name=name), field="source")
        if found:
            return found
    raise NotFound(_("This city has no tiles named “%(name)s”.", name=name), field="source")


def touches(column: InstrumentedAttribute[Any], cell: AnyCell) -> ColumnElement[bool]:
    """Whether a stored EPSG:3857 geometry's box meets the cell and its buffer: one scan of its GiST index."""
    return column.op("&&")(func.ST_MakeEnvelope(*cell.bounds(BUFFER), 3857))
