"""A tile that no cache holds, over HTTP: ours beside each peer's; every parcel in it, further out ours generalised."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from statistics import median

from benchmarks.asking import Asker, percentile
from benchmarks.city import BenchCity, sample_cells
from benchmarks.compare import WrongTile, check, ids_within, own_tile, read_tile, share_in_common
from benchmarks.ours import fresh_folder, our_server, our_tile
from benchmarks.processes import NotHad
from benchmarks.results import Result, Row
from benchmarks.servers import SERVERS, Server
from layers.tiles.cache import Key, TileCache
from layers.tiles.grid import Cell

NAME = "tiles-cold"
EXACT_ZOOMS = (16, 15, 14)
FAR_ZOOMS = (13, 12, 11, 10, 9, 8)
CHECKED = 2
"""So many cells of each exact zoom are compared feature by feature before anything is timed."""
ROUNDS = 3
GROWING = ("cold tile z16",)

OURS = "ours"
_AT_ONCE = 16
_WARMING = 48

Times = dict[tuple[str, int], list[float]]
Asked = tuple[str, Asker, Callable[[Cell], str]]


def run(city: BenchCity) -> Result:
    """Median times of a seeded sample of cells, each asked of every server in turn."""
    result = Result(NAME)
    cells = {zoom: sample_cells(city, zoom, _count(zoom)) for zoom in (*EXACT_ZOOMS, *FAR_ZOOMS)}
    with ExitStack() as stack:
        peers = start_peers(stack, city, result, cached=False)
        _compare(city, peers, cells, result)
        times: Times = {}
        for turn in range(ROUNDS):
            # A new data folder each time: what we have served once would come out of our cache.
            with fresh_folder() as folder, our_server(city, folder) as root:
                cache = TileCache(folder)
                askers: list[Asked] = [
                    (OURS, Asker(root), our_tile),
                    *((p.name, Asker(r), p.path) for p, r in peers),
                ]
                _warm(city, askers, turn)
                for place, cell in enumerate(_all(cells, turn)):
                    for shift in range(len(askers)):
                        # Each goes first as often as the others: who comes second finds the rows in the CPU's cache.
                        name, asker, path = askers[(place + shift) % len(askers)]
                        if name == OURS and cache.has(Key("parcels", cell)):
                            raise WrongTile(f"{cell} would come out of our cache")
                        times.setdefault((name, cell.z), []).append(asker.ask(path(cell)).took_ms)
    result.rows = list(_rows(city, times, [peer.name for peer, _ in peers]))
    return result


def _count(zoom: int) -> int:
    return 24 if zoom >= 14 else 12 if zoom == 13 else 4 if zoom == 12 else 1


def _all(cells: dict[int, list[Cell]], turn: int) -> Iterator[Cell]:
    for zoom, of_zoom in cells.items():
        # Hundreds of thousands of parcels in a tile take the peers many seconds: once is enough to know.
        if zoom >= 13 or turn == 0:
            yield from of_zoom


def start_peers(
    stack: ExitStack, city: BenchCity, result: Result, *, cached: bool, among: tuple[Server, ...] = SERVERS
) -> list[tuple[Server, str]]:
    """Start all peers that can be had; of each other the result says why not."""
    started = []
    for peer in among:
        try:
            version = peer.version()
            started.append((peer, stack.enter_context(peer.start(city, cached))))
        except NotHad as reason:
            result.note(f"{peer.name} was not measured: {reason}")
            continue
        result.versions[peer.name] = version
        result.note(f"{peer.name}: {peer.settings}")
    return started


def _compare(
    city: BenchCity, peers: list[tuple[Server, str]], cells: dict[int, list[Cell]], result: Result
) -> None:
    checked, features = 0, 0
    shares: dict[str, list[float]] = {peer.name: [] for peer, _ in peers}
    with fresh_folder() as folder, our_server(city, folder) as root:
        asker = Asker(root)
        for zoom in EXACT_ZOOMS:
            for cell in cells[zoom][:CHECKED]:
                own = own_tile(city.engine, cell)
                features += check(
                    read_tile(asker.ask(our_tile(cell)).body), own, ids_within(city.engine, cell)
                )
                checked += 1
                for peer, address in peers:
                    shares[peer.name].append(
                        share_in_common(read_tile(Asker(address).ask(peer.path(cell)).body), own)
                    )
    result.note(
        f"{checked} of our tiles held against ST_AsMVTGeom: {features:,} features alike in id, attributes, outline"
    )
    for name, found in shares.items():
        result.note(
            f"{name} serves {min(found):.1%} to {max(found):.1%} of those features with the same attributes"
        )


def _warm(city: BenchCity, asked: list[Asked], turn: int) -> None:
    """Let every thread of every server open its connection and load its libraries."""
    cells = sample_cells(city, 15, 48, seed=777 + turn)
    cells *= -(-_WARMING // len(cells))
    for name, asker, path in asked:
        # Ours would keep what it has made: it is warmed by the zones of those cells instead.
        paths = [our_tile(cell, "zoning") if name == OURS else path(cell) for cell in cells]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for answer in pool.map(asker.anew, paths):
                if answer.status not in (200, 204):
                    raise WrongTile(f"{name} answers {answer.status}: {answer.body[:200]!r}")


def _rows(city: BenchCity, times: Times, peers: list[str]) -> Iterator[Row]:
    for zoom in sorted({zoom for _, zoom in times}, reverse=True):
        ours = median(times[OURS, zoom])
        work = f"cold tile z{zoom}" if zoom >= 14 else f"cold tile z{zoom}, ours generalised"
        for name in peers:
            yield Row(work, city.parcels, "ms median", ours, name, median(times[name, zoom]))
        if not peers:
            yield Row(work, city.parcels, "ms median", ours)
        yield Row(f"{work}, slowest twentieth", city.parcels, "ms p95", percentile(times[OURS, zoom], 0.95))
