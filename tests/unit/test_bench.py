"""What the benchmarks conclude: ratios, files, tables, and the comparison that comes before any time."""

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from sqlalchemy import create_engine

from benchmarks import reach, stale
from benchmarks.asking import percentile
from benchmarks.city import BenchCity
from benchmarks.compare import WrongTile, check, read_tile, share_in_common
from benchmarks.edit_to_fresh import comparable
from benchmarks.processes import NotHad
from benchmarks.results import Result, Row, add_growth, beside, write
from benchmarks.run import MODULES, main
from benchmarks.table import HEADINGS, table
from layers.tiles import sources
from layers.tiles.cache import TileCache
from layers.tiles.grid import Cell

NOW = dt.datetime(2026, 11, 24, 5, tzinfo=dt.UTC)


def tile(*parcels: tuple[int, str, float]) -> bytes:
    """A tile of square parcels: id, land use, left edge."""
    features = [
        {
            "id": number,
            "geometry": f"POLYGON(({x} 0, {x} 100, {x + 100} 100, {x + 100} 0, {x} 0))",
            "properties": {"land_use": use},
        }
        for number, use, x in parcels
    ]
    packed: bytes = mapbox_vector_tile.encode([{"name": "parcels", "features": features}])
    return packed


@pytest.mark.parametrize(
    ("unit", "ours", "theirs", "ratio"),
    [
        ("ms median", 5, 10, 2),
        ("ms median", 10, 5, 0.5),
        ("requests/s", 10, 5, 2),
        ("rows/s", 5, 10, 0.5),
        ("s", 3, None, None),
    ],
)
def test_a_ratio_above_one_is_always_in_our_favour(
    unit: str, ours: float, theirs: float | None, ratio: float | None
) -> None:
    assert Row("work", 10, unit, ours, "peer", theirs).ratio == ratio


def test_a_result_is_written_as_promised(tmp_path: Path) -> None:
    result = Result(
        "tiles-cold", [Row("cold", 10_000, "ms", 1.23456, "martin", 2.5)], {"martin": "1"}, ["checked"]
    )
    written = json.loads(write(result, tmp_path, NOW).read_text())
    assert set(written) >= {"name", "at", "machine", "versions", "rows"}
    assert (written["name"], written["at"]) == ("tiles-cold", "2026-11-24T05:00:00+00:00")
    assert written["rows"] == [
        {
            "work": "cold",
            "parcels": 10_000,
            "unit": "ms",
            "ours": 1.235,
            "peer": "martin",
            "theirs": 2.5,
            "ratio": 2.025,
        }
    ]
    assert written["runs"]["10000"]["notes"] == ["checked"]


def test_sizes_measured_earlier_are_kept_and_those_measured_now_replaced(tmp_path: Path) -> None:
    write(Result("place", [Row("w", 10_000, "ms", 1), Row("w", 100_000, "ms", 2)]), tmp_path, NOW)
    later = NOW + dt.timedelta(days=1)
    written = json.loads(write(Result("place", [Row("w", 10_000, "ms", 9)]), tmp_path, later).read_text())
    assert [(row["parcels"], row["ours"]) for row in written["rows"]] == [(10_000, 9), (100_000, 2)]
    assert written["runs"]["10000"]["at"] > written["runs"]["100000"]["at"]


def test_growth_needs_both_ends() -> None:
    rows = [
        Row("w", 10_000, "ms", 4).as_json(),
        Row("w", 1_000_000, "ms", 5).as_json(),
        Row("x", 10_000, "ms", 1).as_json(),
    ]
    (grown,) = add_growth(rows, ["w", "x"])
    assert (grown.ours, grown.theirs, grown.ratio) == (5, 4, 0.8)


def test_a_table_keeps_its_columns_in_line() -> None:
    lines = table(
        [Row("cold tile", 1_000_000, "ms", 1.5, "martin", 3), Row("no peer", 10, "s", 12345)]
    ).splitlines()
    assert lines[0].split() == list(HEADINGS)
    assert lines[2].endswith("2.00 ×")
    assert lines[3].split()[-2:] == ["12,345", "–"]
    assert lines[2].index("martin") == lines[0].index("peer")


@pytest.mark.parametrize(("share", "value"), [(0.95, 19), (0.5, 10), (1, 20), (0.01, 1)])
def test_a_percentile_is_one_of_the_values(share: float, value: float) -> None:
    assert percentile([float(n) for n in range(20, 0, -1)], share) == value


def test_equal_tiles_pass_and_what_lies_in_the_buffer_may_be_more() -> None:
    own = read_tile(tile((1, "park", 0), (2, "vacant", 200)))
    ours = read_tile(tile((2, "vacant", 200), (1, "park", 0), (3, "park", 400)))
    assert check(ours, own, {1, 2}) == 2


def test_an_outline_may_differ_by_rounding_only() -> None:
    own = read_tile(tile((1, "park", 0)))
    assert check(read_tile(tile((1, "park", 1))), own, {1}) == 1
    with pytest.raises(WrongTile, match="lies elsewhere"):
        check(read_tile(tile((1, "park", 8))), own, {1})


@pytest.mark.parametrize(
    ("ours", "within", "told"),
    [
        (tile((1, "park", 0)), {1, 2}, "missing"),
        (tile((1, "park", 0)), {1}, "missing"),
        (tile((1, "park", 0), (2, "park", 200)), {1}, "instead of"),
        (b"", {1}, "missing"),
    ],
)
def test_a_tile_that_lacks_or_alters_something_is_refused(ours: bytes, within: set[int], told: str) -> None:
    own = read_tile(tile((1, "park", 0), (2, "vacant", 200)))
    with pytest.raises(WrongTile, match=told):
        check(read_tile(ours), own, within)


def test_a_peers_share_counts_features_with_the_same_attributes() -> None:
    own = read_tile(tile((1, "park", 0), (2, "vacant", 200)))
    assert share_in_common(read_tile(tile((8, "park", 0), (9, "vacant", 200))), own) == 1
    assert share_in_common(read_tile(tile((1, "park", 0), (2, "park", 200))), own) == 0.5
    assert share_in_common(read_tile(b""), own) == 0


def test_an_unknown_benchmark_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["tiles-lukewarm"])
    assert ended.value.code == 2
    assert "tiles-lukewarm" in capsys.readouterr().err


@pytest.mark.parametrize("module", MODULES.values())
def test_each_benchmark_is_there(module: str) -> None:
    assert (Path(__file__).parents[2] / "benchmarks" / f"{module}.py").is_file()


def test_one_finding_of_ours_stands_beside_each_peers_and_alone_without_any() -> None:
    row = Row("edit → repainted", 10_000, "ms", 500)
    assert [(each.peer, each.ratio) for each in beside(row, {"martin": 10_000, "tegola": 250})] == [
        ("martin", 20),
        ("tegola", 0.5),
    ]
    assert beside(row, {}) == [row]


def test_the_order_of_features_is_nothing_and_all_else_of_a_tile_counts() -> None:
    one = comparable(tile((1, "park", 0), (2, "vacant", 200)))
    assert comparable(tile((2, "vacant", 200), (1, "park", 0))) == one
    for other in (
        ((1, "park", 0),),
        ((1, "park", 0), (2, "park", 200)),
        ((1, "park", 0), (2, "vacant", 201)),
    ):
        assert comparable(tile(*other)) != one


def test_a_kept_tile_that_a_fresh_encoding_differs_from_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = TileCache(tmp_path)
    kept = {
        "parcels/16/1/1": tile((1, "park", 0), (2, "vacant", 200)),
        "parcels/16/1/2": tile((3, "park", 0)),
        "zoning@2020-01-01/16/1/1": tile((4, "park", 0)),
    }
    for name, content in kept.items():
        path = cache.root / f"{name}.mvt.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content))
    fresh = {Cell(16, 1, 1): tile((2, "vacant", 200), (1, "park", 0)), Cell(16, 1, 2): tile((3, "vacant", 0))}

    def encode(_session: Any, _source: Any, cell: Cell, _on: Any) -> bytes:
        return fresh[cell]

    monkeypatch.setattr(stale, "encode", encode)
    monkeypatch.setattr(sources, "get_source", lambda _session, name: name)
    assert stale.compare(create_engine("postgresql+psycopg2://"), cache) == (1, 2), "stale, and compared"


def test_a_storm_is_not_sent_over_a_city_too_large_to_be_looked_through() -> None:
    city = BenchCity(1_000_000, Path(), "", create_engine("postgresql+psycopg2://"))
    with pytest.raises(NotHad, match="100,000"):
        stale.run(city)


def test_the_table_of_the_readme_says_what_the_results_say() -> None:
    readme = reach.README.read_text(encoding="utf-8")
    assert reach.put_into(readme, reach.table()) == readme, "run script/bench table"
    assert "| **no** |" in reach.table(), "what falls short is said"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([Row("cold tile z14", 10, "ms median", 5, "martin", 11)], ["martin: 11", "2.2 ×", "yes"]),
        ([Row("cold tile z14", 10, "ms median", 5, "martin", 9)], ["martin: 9", "1.8 ×", "**no**"]),
        (
            [
                Row("cold tile z14", 10, "ms median", 5, peer, of)
                for peer, of in (("martin", 99), ("tipg", 20))
            ],
            ["tipg: 20", "4 ×", "yes"],
        ),
        ([Row("cold tile z14", 10, "ms median", 5)], ["–", "–", "**no**"]),
        (
            [Row("cold tile z14", size, "ms median", 5, "martin", of) for size, of in ((10, 99), (20, 5))],
            ["martin: 5", "1 ×", "**no**"],
        ),
    ],
)
def test_a_goal_is_reached_only_beside_the_fastest_peer_in_the_largest_city(
    tmp_path: Path, rows: list[Row], told: list[str]
) -> None:
    write(Result("tiles-cold", rows), tmp_path, NOW)
    line = next(line for line in reach.table(tmp_path).splitlines() if line.startswith("| cold tile z14"))
    assert line.split(" | ")[4:7] == told


def test_growth_is_told_between_the_smallest_and_the_largest_city(tmp_path: Path) -> None:
    work = "place over HTTP, median"
    write(
        Result("place", [Row(work, size, "ms", took) for size, took in ((10, 4), (99, 5), (100, 8))]),
        tmp_path,
        NOW,
    )
    assert reach.table(tmp_path).splitlines()[-1].split(" | ")[5:7] == ["2 ×", "**no**"]
