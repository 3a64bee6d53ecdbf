"""The peers as servers: how each is configured to serve just our tiles, with its limits lifted."""

import contextlib
import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.city import VAR, BenchCity, view_of
from benchmarks.processes import NotHad, free_port, running, wait_for
from layers.tiles.grid import BUFFER, EXTENT, HALF_WORLD_M, Cell

PEERS = Path(__file__).resolve().parent / "peers"
TEGOLA_VERSION = "v0.21.2"
"""Named and not "latest": asking for that needs the list of all versions, which not every mirror gives."""
WITHOUT_LIMIT = 2_000_000
Starter = Callable[[BenchCity, bool], AbstractContextManager[str]]


@dataclass(frozen=True)
class Server:
    """One tile server. ``start(city, cached)`` gives its address; ``settings`` says how it is set, for the notes."""

    name: str
    version: Callable[[], str]
    start: Starter
    path: Callable[[Cell], str]
    settings: str
    has_cache: bool = False


def program(name: str) -> Path:
    """Where `script/bench peers` has put a peer's program. Raises NotHad."""
    path = PEERS / "bin" / name
    if not path.is_file():
        reason = PEERS / f"{name}.reason"
        why = reason.read_text(encoding="utf-8").strip() if reason.is_file() else "run script/bench peers"
        raise NotHad(f"not built ({why})")
    return path


def system_program(name: str) -> Path:
    """Where a program that Debian packages is. Raises NotHad."""
    for folder in ("/usr/bin", "/usr/sbin", "/usr/lib/cgi-bin"):
        if (path := Path(folder, name)).is_file():
            return path
    raise NotHad("not installed (run script/bench peers)")


def _told(*words: str | Path) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[0]


def _folder(city: BenchCity, name: str) -> Path:
    folder = VAR / "peers" / f"{name}-{city.parcels}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


# --- martin -------------------------------------------------------------------------------------------------------
@contextmanager
def _martin(city: BenchCity, cached: bool) -> Iterator[str]:
    folder, port = _folder(city, "martin"), free_port()
    tables = {
        view: {
            "schema": "bench",
            "table": view,
            "srid": 3857,
            "geometry_column": "geom",
            "id_column": "id",
            "extent": EXTENT,
            "buffer": BUFFER,
            "clip_geom": True,
            "geometry_type": "GEOMETRY",
            "properties": {"land_use": "text"} | ({"number": "text"} if view == "numbered" else {}),
        }
        for view in ("parcels", "numbered")
    }
    # YAML takes JSON as it is.
    config = {
        "listen_addresses": f"127.0.0.1:{port}",
        "worker_processes": 2,
        "cache": {"size_mb": 1024 if cached else 0},
        "postgres": {
            "connection_string": f"postgresql://{city.role}@/{city.database}?host={city.socket_dir}",
            "auto_bounds": "skip",
            "pool_size": 8,
            "tables": tables,
        },
    }
    path, log = folder / "martin.yaml", folder / "martin.log"
    path.write_text(json.dumps(config), encoding="utf-8")
    with running([program("martin"), "--config", path], log, {"RUST_LOG": "warn"}) as process:
        root = f"http://127.0.0.1:{port}"
        wait_for(f"{root}/health", process, log)
        yield root


MARTIN = Server(
    "martin",
    lambda: _told(program("martin"), "--version"),
    _martin,
    lambda cell: f"/{view_of(cell.z)}/{cell.z}/{cell.x}/{cell.y}",
    f"2 workers, pool of 8, buffer {BUFFER}, no feature limit; cache 0 MB cold, 1024 MB hot",
    has_cache=True,
)


# --- tegola -------------------------------------------------------------------------------------------------------
_TEGOLA = """
[webserver]
port = "127.0.0.1:{port}"
{cache}
[[providers]]
name = "city"
type = "mvt_postgis"
# Its parser wants a host and a port; the socket's folder after them is what counts.
uri = "postgres://{role}@localhost:5432/{database}?host={socket}&sslmode=disable&pool_max_conns=8"
srid = 3857
  [[providers.layers]]
  name = "parcels"
  geometry_fieldname = "geom"
  id_fieldname = "id"
  geometry_type = "MultiPolygon"
  sql = '''
    SELECT ST_AsMVTGeom(geom, !BBOX!, {extent}, {buffer}) AS geom, id, land_use
    FROM bench.parcels WHERE geom && ST_Expand(!BBOX!, !PIXEL_WIDTH! * {pixels})
  '''
  [[providers.layers]]
  name = "numbered"
  geometry_fieldname = "geom"
  id_fieldname = "id"
  geometry_type = "MultiPolygon"
  sql = '''
    SELECT ST_AsMVTGeom(geom, !BBOX!, {extent}, {buffer}) AS geom, id, land_use, number
    FROM bench.numbered WHERE geom && ST_Expand(!BBOX!, !PIXEL_WIDTH! * {pixels})
  '''
[[maps]]
name = "parcels"
tile_buffer = 0
  [[maps.layers]]
  provider_layer = "city.parcels"
  min_zoom = 0
  max_zoom = 22
[[maps]]
name = "numbered"
tile_buffer = 0
  [[maps.layers]]
  provider_layer = "city.numbered"
  min_zoom = 0
  max_zoom = 22
"""


def tegola_config(city: BenchCity, folder: Path, port: int, cached: bool) -> Path:
    """Write tegola's configuration and return its path."""
    cache = f'[cache]\ntype = "file"\nbasepath = "{folder}/cache"\n' if cached else ""
    words = _TEGOLA.format(
        port=port,
        cache=cache,
        role=city.role,
        database=city.database,
        socket=city.socket_dir,
        extent=EXTENT,
        buffer=BUFFER,
        pixels=BUFFER * 256 / EXTENT,
    )
    path = folder / "tegola.toml"
    path.write_text(words, encoding="utf-8")
    return path


@contextmanager
def _tegola(city: BenchCity, cached: bool) -> Iterator[str]:
    folder, port = _folder(city, "tegola"), free_port()
    path, log = tegola_config(city, folder, port, cached), folder / "tegola.log"
    words: list[str | Path] = [program("tegola"), "serve", "--config", path]
    with running([*words, *([] if cached else ["--no-cache"])], log) as process:
        root = f"http://127.0.0.1:{port}"
        wait_for(f"{root}/capabilities", process, log)
        yield root


TEGOLA = Server(
    "tegola",
    lambda: f"tegola {TEGOLA_VERSION}" if program("tegola") else "",
    _tegola,
    lambda cell: f"/maps/{view_of(cell.z)}/{cell.z}/{cell.x}/{cell.y}.pbf",
    f"mvt_postgis provider, pool of 8, buffer {BUFFER}; no cache cold, file cache hot",
    has_cache=True,
)


# --- pg_tileserv --------------------------------------------------------------------------------------------------
@contextmanager
def _pg_tileserv(city: BenchCity, _cached: bool) -> Iterator[str]:
    folder, port = _folder(city, "pg_tileserv"), free_port()
    path, log = folder / "pg_tileserv.toml", folder / "pg_tileserv.log"
    path.write_text(
        f'DbConnection = "user={city.role} host={city.socket_dir} dbname={city.database}"\n'
        f'HttpHost = "127.0.0.1"\nHttpPort = {port}\nDbPoolMaxConns = 8\nCacheTTL = 0\n'
        f"DefaultResolution = {EXTENT}\nDefaultBuffer = {BUFFER}\nMaxFeaturesPerTile = {WITHOUT_LIMIT}\n",
        encoding="utf-8",
    )
    with running([program("pg_tileserv"), "--config", path], log) as process:
        root = f"http://127.0.0.1:{port}"
        wait_for(f"{root}/health", process, log)
        yield root


PG_TILESERV = Server(
    "pg_tileserv",
    lambda: _told(program("pg_tileserv"), "--version"),
    _pg_tileserv,
    lambda cell: f"/bench.{view_of(cell.z)}/{cell.z}/{cell.x}/{cell.y}.pbf?limit={WITHOUT_LIMIT}",
    f"pool of 8, buffer {BUFFER}, MaxFeaturesPerTile lifted; it has no cache",
)


# --- tipg ---------------------------------------------------------------------------------------------------------
_TIPG_BY_SOCKET = """# Its settings take no address without a host; everybody here comes in by the socket.
import functools

import asyncpg

asyncpg.create_pool = functools.partial(asyncpg.create_pool, host={socket!r})

from tipg.main import app  # noqa
"""


@contextmanager
def _tipg(city: BenchCity, _cached: bool) -> Iterator[str]:
    python = PEERS / "tipg" / "bin" / "python"
    if not python.is_file():
        raise NotHad("not installed (run script/bench peers)")
    folder, port = _folder(city, "tipg"), free_port()
    (folder / "tipg_by_socket.py").write_text(
        _TIPG_BY_SOCKET.format(socket=city.socket_dir), encoding="utf-8"
    )
    env = {
        "DATABASE_URL": f"postgresql://{city.role}@localhost/{city.database}",
        "TIPG_DB_SCHEMAS": '["bench"]',
        "TIPG_DB_SPATIAL_EXTENT": "false",
        "TIPG_DB_DATETIME_EXTENT": "false",
        "TIPG_MAX_FEATURES_PER_TILE": str(WITHOUT_LIMIT),
        "TIPG_MAX_FEATURES_PER_QUERY": str(WITHOUT_LIMIT),
        "TIPG_TILE_BUFFER": str(BUFFER),
        "TIPG_TILE_RESOLUTION": str(EXTENT),
        "TIPG_CATALOG_TTL": "86400",
    }
    words: list[str | Path] = [
        python,
        "-m",
        "uvicorn",
        "tipg_by_socket:app",
        "--port",
        str(port),
        "--workers",
        "2",
    ]
    log = folder / "tipg.log"
    with running([*words, "--log-level", "warning"], log, env, cwd=folder) as process:
        root = f"http://127.0.0.1:{port}"
        wait_for(f"{root}/healthz", process, log)
        yield root


def _tipg_path(cell: Cell) -> str:
    kept = "land_use,number" if cell.z >= 16 else "land_use"
    tiles = f"/collections/bench.{view_of(cell.z)}/tiles/WebMercatorQuad/{cell.z}/{cell.x}/{cell.y}"
    return f"{tiles}?limit={WITHOUT_LIMIT}&properties=id,{kept}"


TIPG = Server(
    "tipg",
    lambda: "tipg " + _told(PEERS / "tipg" / "bin" / "python", "-c", "import tipg; print(tipg.__version__)"),
    _tipg,
    _tipg_path,
    f"uvicorn with 2 workers, pool of 10 each, buffer {BUFFER}, max_features_per_tile lifted, its own gzip; no cache",
)


# --- MapServer ----------------------------------------------------------------------------------------------------
_MAPFILE = """
MAP
  NAME "city"
  SIZE 256 256
  EXTENT {least} {least} {most} {most}
  PROJECTION "init=epsg:3857" END
  OUTPUTFORMAT
    NAME "mvt"
    DRIVER MVT
    FORMATOPTION "EXTENT={extent}"
    FORMATOPTION "EDGE_BUFFER={pixels}"
  END
  WEB METADATA "tile_map_edge_buffer" "{pixels}" END END
  {layers}
END
"""
_MAP_LAYER = """
  LAYER
    NAME "{view}"
    TYPE POLYGON
    STATUS ON
    CONNECTIONTYPE POSTGIS
    CONNECTION "host={socket} user={role} dbname={database}"
    DATA "geom FROM bench.{view} USING UNIQUE id USING SRID=3857"
    PROCESSING "CLOSE_CONNECTION=DEFER"
    PROJECTION "init=epsg:3857" END
    METADATA "gml_include_items" "{items}" "gml_featureid" "id" END
    CLASS END
  END
"""


@contextmanager
def _mapserver(city: BenchCity, _cached: bool) -> Iterator[str]:
    folder, port = _folder(city, "mapserver"), free_port()
    mapserv, nginx = system_program("mapserv"), system_program("nginx")
    layers = "".join(
        _MAP_LAYER.format(
            view=view, items=items, socket=city.socket_dir, role=city.role, database=city.database
        )
        for view, items in (("parcels", "id,land_use"), ("numbered", "id,land_use,number"))
    )
    mapfile = folder / "city.map"
    words = _MAPFILE.format(
        least=-HALF_WORLD_M,
        most=HALF_WORLD_M,
        extent=EXTENT,
        pixels=round(BUFFER * 256 / EXTENT),
        layers=layers,
    )
    mapfile.write_text(words, encoding="utf-8")
    config = folder / "mapserver.conf"
    config.write_text(
        f'CONFIG\n ENV\n  MS_MAP_PATTERN "^{folder}/"\n END\n MAPS\n  CITY "{mapfile}"\n END\nEND\n'
    )
    address = folder / "mapserv.socket"
    with ExitStack() as stack:
        listening = stack.enter_context(_listening(address))
        for number in range(2):
            log = folder / f"mapserv{number}.log"
            # Speaks FastCGI where its standard input is a listening socket; both processes share the one.
            stack.enter_context(running([mapserv], log, {"MAPSERVER_CONFIG_FILE": str(config)}, listening))
        site = (
            "location / { include /etc/nginx/fastcgi_params; gzip off;"
            " fastcgi_buffers 64 256k; fastcgi_pass mapserv; }"
        )
        upstream = f"upstream mapserv {{ server unix:{address}; }}"
        yield stack.enter_context(nginx_site(folder, nginx, port, site, upstream))


@contextmanager
def _listening(address: Path) -> Iterator[socket.socket]:
    with contextlib.suppress(FileNotFoundError):
        address.unlink()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(address))
        listening.listen(64)
        yield listening


def _mapserver_path(cell: Cell) -> str:
    where = f"tilemode=gmap&tile={cell.x}+{cell.y}+{cell.z}"
    return f"/?map=CITY&mode=tile&{where}&layers={view_of(cell.z)}&map.imagetype=mvt"


MAPSERVER = Server(
    "mapserver",
    lambda: " ".join(_told(system_program("mapserv"), "-v").split()[:3]),
    _mapserver,
    _mapserver_path,
    f"2 FastCGI processes behind nginx, database connections kept, buffer {BUFFER}; no cache",
)


# --- nginx --------------------------------------------------------------------------------------------------------
@contextmanager
def nginx_site(folder: Path, nginx: Path, port: int, site: str, above: str = "") -> Iterator[str]:
    """An nginx with one site, its files and logs in a folder of its own.

    Without open_file_cache: it would go on serving a file that an edit has replaced.
    """
    config, log = folder / "nginx.conf", folder / "nginx.log"
    folders = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config.write_text(
        f"daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {log}; user root;\n"
        f"events {{ worker_connections 1024; }}\n"
        f"http {{ access_log off; {folders} sendfile on; tcp_nopush on; keepalive_requests 1000000;"
        f" {above}\n server {{ listen 127.0.0.1:{port} reuseport; {site} }} }}\n",
        encoding="utf-8",
    )
    with running([nginx, "-c", config, "-e", log], log) as process:
        root = f"http://127.0.0.1:{port}"
        wait_for(f"{root}/", process, log)
        yield root


SERVERS = (MARTIN, TEGOLA, PG_TILESERV, MAPSERVER, TIPG)
"""All that render tiles of their own from the same tables."""
