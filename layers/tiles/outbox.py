"""The outbox of edits: what this host has not yet seen of it, and which cells that touches."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, text

from layers.models import TileOutbox
from layers.tiles.grid import BUFFER, MAX_ZOOM, MIN_ZOOM, Cell, cells_of

CHANNEL = "tile_outbox"
KEPT_DAYS = 7
"""What is older is trimmed; a host that was away for longer begins with no tiles."""
MOST_CELLS = 20_000
"""An edit that touches more drops all of its source: that is one step, and hardly more tiles."""
INDEX_SLACK_M = 4.0
"""Spatial indexes hold single-precision boxes: a tile may show what lies this far (EPSG:3857) beyond its buffer."""

_HERE = Path(__file__).parent
_READ = text((_HERE / "read_outbox.sql").read_text(encoding="utf-8"))
_WHERE = text((_HERE / "where_we_are.sql").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Position:
    """Up to where a host has taken edits in, and what was true there."""

    identity: str
    snapshot: str
    day: str
    seen_at: str
    revisions: dict[str, int] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Keep it, whole or not at all."""
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(asdict(self)), encoding="utf-8")
        beside.replace(path)


def read_position(path: Path) -> Position | None:
    """The position kept there; None where there is none, or none that can be read."""
    try:
        return Position(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


@dataclass(frozen=True)
class Touched:
    """Tiles of a source from one zoom to another; ``box`` in EPSG:3857, None for everywhere."""

    source: str
    min_zoom: int
    max_zoom: int
    box: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class News:
    """What has happened since a position: the next position, and what edits touched; or that nobody can tell."""

    position: Position
    touched: list[Touched]
    is_lost: bool


def read_news(engine: Engine, since: Position | None) -> News:
    """All that was committed since a position, read in one snapshot: nothing twice, nothing left out."""
    seen = {"seen": since.snapshot if since else None, "seen_at": since.seen_at if since else None}
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        row = connection.execute(_WHERE, seen | {"kept_days": KEPT_DAYS}).one()
        position = Position(row.identity, row.snapshot, row.day, row.seen_at, row.revisions)
        if since is None or row.lost or since.identity != position.identity:
            return News(position, [], is_lost=True)
        return News(position, _read_touched(connection, since), is_lost=False)


def _read_touched(connection: Connection, since: Position) -> list[Touched]:
    rows = connection.execute(_READ, {"seen": since.snapshot})
    return [
        Touched(source, low, high, None if west is None else (west, south, east, north))
        for source, low, high, west, south, east, north in rows
    ]


def cells_touched(touched: Iterable[Touched]) -> dict[str, set[Cell] | None]:
    """The cells to be made anew, by source; None for all of them."""
    found: dict[str, set[Cell] | None] = {}
    for one in touched:
        cells = found.setdefault(one.source, set())
        if cells is None:
            continue
        if one.box is None or _count(one) + len(cells) > MOST_CELLS:
            found[one.source] = None
            continue
        cells.update(_cells(one, one.box))
    return found


def _zooms(touched: Touched) -> range:
    return range(max(touched.min_zoom, MIN_ZOOM), min(touched.max_zoom, MAX_ZOOM) + 1)


def _cells(touched: Touched, box: tuple[float, float, float, float]) -> Iterable[Cell]:
    west, south, east, north = box
    wide = (
        west - INDEX_SLACK_M,
        south - INDEX_SLACK_M,
        east + INDEX_SLACK_M,
        north + INDEX_SLACK_M,
    )
    return (cell for z in _zooms(touched) for cell in cells_of(wide, z, BUFFER))


def _count(touched: Touched) -> float:
    """About how many cells that is, without listing them."""
    assert touched.box is not None
    west, south, east, north = touched.box
    sizes = (Cell(z, 0, 0).size_m for z in _zooms(touched))
    return sum((1 + (east - west) / size) * (1 + (north - south) / size) for size in sizes)


def trim(connection: Connection) -> int:
    """Delete what every host has seen or given up; returns how many rows."""
    old = func.now() - dt.timedelta(days=KEPT_DAYS)
    # What is still to be generalised is a task, however old.
    gone = delete(TileOutbox).where(TileOutbox.noted_at < old, ~TileOutbox.to_generalise)
    return connection.execute(gone).rowcount
