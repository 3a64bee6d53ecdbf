"""Tiles that are kept: requests a second of ours, of nginx on the same files, and of the peers' own caches."""

import json
import subprocess
from contextlib import ExitStack
from pathlib import Path

from benchmarks.asking import Asker
from benchmarks.city import VAR, BenchCity, sample_cells
from benchmarks.compare import WrongTile
from benchmarks.ours import fresh_folder, our_server, our_tile
from benchmarks.processes import NotHad, free_port
from benchmarks.results import Result, Row
from benchmarks.servers import MARTIN, TEGOLA, nginx_site, system_program
from benchmarks.tiles_cold import start_peers

NAME = "tiles-hot"
MIX = ((16, 120), (15, 60), (14, 20))
SECONDS = 5
ROUNDS = 3
_CONNECTIONS = 32
_PLAIN_MARTIN = "martin, its cache, not gzipped"
_FRONT = "nginx in front of us"
_STATIC = """
location ~ ^/tiles/ { gzip_static always; gunzip on; types { application/vnd.mapbox-vector-tile mvt; } }
location / { return 200; }
"""


def run(city: BenchCity) -> Result:
    """Medians of short runs of wrk over a seeded mix of zooms 14 to 16, each server in turn."""
    result = Result(NAME)
    wrk = system_program("wrk")
    cells = [cell for zoom, count in MIX for cell in sample_cells(city, zoom, count)]
    with ExitStack() as stack:
        folder = stack.enter_context(fresh_folder())
        # nginx must be able to enter what tempfile made for us alone.
        folder.chmod(0o755)
        ours = stack.enter_context(our_server(city, folder))
        targets = {"ours": (ours, [our_tile(cell) for cell in cells])}
        bodies = _fill(ours, targets["ours"][1])
        for name, root in _nginx(stack, folder, ours, result):
            targets[name] = (root, targets["ours"][1])
            if _fill(root, targets[name][1]) != bodies:
                raise WrongTile(f"{name} serves other bytes than ours")
        for peer, root in start_peers(stack, city, result, cached=True, among=(MARTIN, TEGOLA)):
            targets[f"{peer.name}, its cache"] = (root, [peer.path(cell) for cell in cells])
            _fill(root, targets[f"{peer.name}, its cache"][1])
            if peer is MARTIN:
                # It keeps tiles as PostGIS made them and packs each answer anew, unless nobody wants it packed.
                targets[_PLAIN_MARTIN] = targets[f"{peer.name}, its cache"]
        rates = _measure(wrk, targets)
    result.note(
        f"{len(bodies)} tiles, {sum(map(len, bodies)) / len(bodies) / 1000:.1f} kB gzipped each; nginx' bytes are ours"
    )
    result.note(f"wrk, 1 thread, {_CONNECTIONS} connections, on the same two cores as the servers")
    result.rows = _rows(city, rates)
    return result


def _nginx(stack: ExitStack, folder: Path, ours: str, result: Result) -> list[tuple[str, str]]:
    """nginx as a plain file server, and nginx as docs/operations.md has it before our server."""
    try:
        nginx = system_program("nginx")
    except NotHad as reason:
        result.note(f"nginx was not measured: {reason}")
        return []
    result.versions["nginx"] = subprocess.run(
        [nginx, "-v"], capture_output=True, text=True, check=True
    ).stderr.strip()
    plain, fronted = VAR / "peers" / "nginx-plain", VAR / "peers" / "nginx-front"
    for each in (plain, fronted):
        each.mkdir(parents=True, exist_ok=True)
    static = nginx_site(plain, nginx, free_port(), f"root {folder}; {_STATIC}")
    above, site = _documented(folder, ours)
    front = nginx_site(fronted, nginx, free_port(), site, above)
    result.note(
        "nginx: 2 workers, sendfile, no open_file_cache (it would serve stale tiles); in front as documented"
    )
    return [
        ("nginx, static files", stack.enter_context(static)),
        (_FRONT, stack.enter_context(front)),
    ]


def _documented(folder: Path, ours: str) -> tuple[str, str]:
    """The documented configuration, cut into what stands above the server and what stands in it."""
    words = (Path(__file__).parent.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    config = words.split("```nginx\n", 1)[1].split("```", 1)[0]
    above, _, server = config.partition("server {\n    listen 80;")
    above = above.replace("127.0.0.1:8000", ours.removeprefix("http://"))
    return above, server.rstrip().removesuffix("}").replace("root /srv/north;", f"root {folder};")


def _fill(root: str, paths: list[str]) -> list[bytes]:
    """Ask for each tile twice, so that every cache has it; return the unpacked bytes. Raises WrongTile."""
    asker = Asker(root)
    for path in paths:
        asker.ask(path)
    answers = [asker.ask(path) for path in paths]
    bad = [answer.status for answer in answers if answer.status != 200]
    if bad:
        raise WrongTile(f"{root} answers {bad[0]}")
    return [answer.sent for answer in answers]


def _measure(wrk: Path, targets: dict[str, tuple[str, list[str]]]) -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {}
    for _turn in range(ROUNDS):
        for name, (root, paths) in targets.items():
            rates.setdefault(name, []).append(
                _rate(wrk, root, paths, "identity" if name == _PLAIN_MARTIN else "gzip")
            )
    return rates


def _rate(wrk: Path, root: str, paths: list[str], encoding: str) -> float:
    script = VAR / "wrk.lua"
    script.write_text(
        f"local paths = {{{','.join(json.dumps(path) for path in paths)}}}\n"
        "local asked = {}\nlocal turn = 0\n"
        f'local headers = {{["Accept-Encoding"] = "{encoding}"}}\n'
        'init = function() for i, path in ipairs(paths) do asked[i] = wrk.format("GET", path, headers) end end\n'
        "request = function() turn = turn % #asked + 1; return asked[turn] end\n",
        encoding="utf-8",
    )
    words = [wrk, "-t1", f"-c{_CONNECTIONS}", f"-d{SECONDS}s", "-s", script, root]
    told = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise WrongTile(f"{root}: {told}")
    return float(told.split("Requests/sec:")[1].split()[0])


def _rows(city: BenchCity, rates: dict[str, list[float]]) -> list[Row]:
    middle = {name: sorted(found)[len(found) // 2] for name, found in rates.items()}
    rows = [
        Row(work, city.parcels, "requests/s", middle[ours], peer, middle[peer])
        for ours, work in (
            ("ours", "hot tiles z14–16 from Python"),
            (_FRONT, "hot tiles z14–16, nginx in front"),
        )
        for peer in middle
        if ours in middle and peer not in ("ours", _FRONT)
    ]
    return rows or [Row("hot tiles z14–16 from Python", city.parcels, "requests/s", middle["ours"])]
