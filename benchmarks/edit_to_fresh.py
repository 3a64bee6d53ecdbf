"""From the commit of an edit to its last tile fresh on disk, and to where it is seen over HTTP, ours and the peers'."""

import gzip
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from statistics import median

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks import repaint
from benchmarks.asking import Asker, percentile
from benchmarks.city import SEED, BenchCity
from benchmarks.compare import read_tile
from benchmarks.ours import fresh_folder, our_server, our_tile
from benchmarks.processes import START_S
from benchmarks.results import Result, Row, beside
from benchmarks.servers import MARTIN, TEGOLA
from benchmarks.tiles_cold import start_peers
from core.local_time import get_today
from layers.tiles.cache import Key, TileCache
from layers.tiles.encode import encode
from layers.tiles.grid import BUFFER, HALF_WORLD_M, MAX_ZOOM, MIN_ZOOM, WORLD_M, Cell, cells_of
from layers.zoning.tiles import SOURCE as ZONING

NAME = "edit-to-fresh"
EDITS = 40
PATIENCE_S = 10.0
_QUIET_S = 0.6
_LARGEST_M = 3000
_ZONES = text("""
    SELECT zone.id, class_id, ST_XMin(g), ST_YMin(g), ST_XMax(g), ST_YMax(g)
    FROM zone, LATERAL (SELECT geom_3857 AS g) AS shape
    WHERE valid @> current_date AND upper_inf(recorded)
      AND ST_XMax(g) - ST_XMin(g) < :largest AND ST_YMax(g) - ST_YMin(g) < :largest
    ORDER BY zone.id""")
_CLASSES = text("SELECT id FROM zone_class ORDER BY id")
_EDIT = text("UPDATE zone SET class_id = :class_id WHERE id = :id")
_PARCELS = text("""
    SELECT parcel.id, land_use, ST_X(p), ST_Y(p) FROM parcel, ST_Centroid(geom_3857) AS p
    WHERE valid_to IS NULL AND parcel.id = ANY(:ids)""")
_EDIT_PARCEL = text("UPDATE parcel SET land_use = :land_use WHERE id = :id")


class StaleTile(AssertionError):
    """A tile was still old after all patience, or not what a fresh encoding gives."""


def run(city: BenchCity) -> Result:
    """Times of seeded edits, each undone at the end; every tile is held against a fresh encoding."""
    result = Result(NAME)
    with fresh_folder() as folder, our_server(city, folder) as root:
        took_ms, tiles = _zones(city, TileCache(folder), Asker(root))
    work = "edit of a zone → last of its tiles fresh on disk"
    result.rows += [
        Row(f"{work}, median", city.parcels, "ms", median(took_ms)),
        Row(f"{work}, p95", city.parcels, "ms", percentile(took_ms, 0.95)),
    ]
    result.note(
        f"{len(took_ms)} edits, {median(tiles):.0f} tiles changed by each (median), all equal to a fresh encoding"
    )
    repaint.measure(city, result, _seen(city, result))
    return result


# --- on disk ------------------------------------------------------------------------------------------------------
def _zones(city: BenchCity, cache: TileCache, asker: Asker) -> tuple[list[float], list[int]]:
    dice = random.Random(SEED)
    with city.engine.connect() as connection:
        zones = connection.execute(_ZONES, {"largest": _LARGEST_M}).all()
        classes = list(connection.execute(_CLASSES).scalars())
    took_ms, tiles = [], []
    for zone_id, class_id, *box in dice.sample(list(zones), min(EDITS // 2, len(zones))):
        west, south, east, north = box
        cells = [
            c for z in range(MIN_ZOOM, MAX_ZOOM + 1) for c in cells_of((west, south, east, north), z, BUFFER)
        ]
        _fill(cache, asker, cells)
        other = dice.choice([each for each in classes if each != class_id])
        # To and fro: the second edit leaves the city as it was.
        for each in (other, class_id):
            took, changed = _edit_zone(city, cache, cells, {"id": zone_id, "class_id": each})
            took_ms.append(took)
            tiles.append(changed)
    return took_ms, tiles


def _fill(cache: TileCache, asker: Asker, cells: list[Cell]) -> None:
    """Ask for tiles until all are kept: a server answers before its keeper lives, and keeps nothing until then."""
    until = time.monotonic() + START_S
    while missing := [cell for cell in cells if _kept(cache, cell) is None]:
        if time.monotonic() > until:
            raise StaleTile(f"{missing[0]} is not kept")
        for cell in missing:
            asker.ask(our_tile(cell, "zoning"))


def _edit_zone(
    city: BenchCity, cache: TileCache, cells: list[Cell], edit: dict[str, int]
) -> tuple[float, int]:
    """Edit, watch the files until they are quiet, and only then hold them against fresh encodings."""
    seen = {cell: _kept(cache, cell) for cell in cells}
    changed: set[Cell] = set()
    with city.engine.begin() as connection:
        connection.execute(_EDIT, edit)
    began = last = time.perf_counter()
    while (now := time.perf_counter()) - last < _QUIET_S or None in seen.values() or not changed:
        for cell in cells:
            found = _kept(cache, cell)
            if found != seen[cell]:
                seen[cell], last = found, now
                changed.add(cell)
        if now - began > PATIENCE_S:
            raise StaleTile(f"the tiles of zone {edit['id']} are not fresh after {PATIENCE_S:.0f} s")
        time.sleep(0.001)
    with Session(city.engine) as session:
        today = get_today(session)
        for cell in cells:
            fresh, kept = encode(session, ZONING, cell, today), gzip.decompress(seen[cell] or b"")
            # Equal bytes need no look inside; the order of features is the database's to choose.
            if fresh != kept and comparable(fresh) != comparable(kept):
                raise StaleTile(f"{cell} is not what a fresh encoding gives")
    return (last - began) * 1000, len(changed)


def _kept(cache: TileCache, cell: Cell) -> bytes | None:
    found = cache.read(Key("zoning", cell))
    return found.body if found else None


def comparable(content: bytes) -> object:
    """A tile's features without their order, to be held against another's."""
    tile = read_tile(content)
    # A feature without an id is numbered, from 0 downwards, by its place in the tile.
    return sorted(
        (max(number, 0), str(sorted(of.items())), str(tile.shapes[number]))
        for number, of in tile.features.items()
    )


# --- over HTTP ----------------------------------------------------------------------------------------------------
def _seen(city: BenchCity, result: Result) -> dict[str, float]:
    """When the tile of an edited parcel, asked for again and again, shows the edit: ours, and each peer's cache.

    The peers' milliseconds by what they are called in the table.
    """
    work, seen_ms = "edit of a parcel → seen over HTTP", dict[str, float]()
    with ExitStack() as stack:
        folder = stack.enter_context(fresh_folder())
        ours = Asker(stack.enter_context(our_server(city, folder)))
        peers = start_peers(stack, city, result, cached=True, among=(MARTIN, TEGOLA))
        mine = [_until_seen(city, ours, our_tile, *parcel) for parcel in _parcels(city, 20)]
        for peer, root in peers:
            theirs = [_until_seen(city, Asker(root), peer.path, *parcel) for parcel in _parcels(city, 1)]
            if theirs[0] >= PATIENCE_S * 1000:
                result.note(
                    f"{peer.name}'s cache still held the old tile after {PATIENCE_S:.0f} s, when we stopped waiting"
                )
            seen_ms[f"{peer.name}, its cache"] = theirs[0]
    result.rows += beside(Row(work, city.parcels, "ms median", median(mine)), seen_ms)
    return seen_ms


def _parcels(city: BenchCity, count: int) -> Iterator[tuple[int, str, Cell]]:
    with city.engine.connect() as connection:
        last = connection.execute(text("SELECT max(id) FROM parcel")).scalar_one()
        dice = random.Random(SEED + count)
        ids = [dice.randint(1, last) for _ in range(count * 3)]
        rows = connection.execute(_PARCELS, {"ids": ids}).all()
    size = WORLD_M / (1 << MAX_ZOOM)
    for number, land_use, x, y in rows[:count]:
        yield (
            number,
            land_use,
            Cell(MAX_ZOOM, int((x + HALF_WORLD_M) // size), int((HALF_WORLD_M - y) // size)),
        )


def _until_seen(
    city: BenchCity, asker: Asker, path: Callable[[Cell], str], number: int, land_use: str, cell: Cell
) -> float:
    other = "cultural" if land_use != "cultural" else "park"
    asker.ask(path(cell))
    try:
        with city.engine.begin() as connection:
            connection.execute(_EDIT_PARCEL, {"id": number, "land_use": other})
        began = time.perf_counter()
        while (took_s := time.perf_counter() - began) < PATIENCE_S:
            if read_tile(asker.ask(path(cell)).body).features[number]["land_use"] == other:
                break
            time.sleep(0.01)
        return took_s * 1000
    finally:
        with city.engine.begin() as connection:
            connection.execute(_EDIT_PARCEL, {"id": number, "land_use": land_use})
