"""A table of what people type, and what comes first: a demo city's names in every spelling that we could think of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.database import make_engine, transaction
from parcels.hits import Hit, Kind
from parcels.search import search
from tests.conftest import DatabaseMaker
from webmap.demo.load import load

TABLE = Path(__file__).parent.parent / "data" / "searches.txt"
PARCELS, SEED = 5000, 1404
LEAST_RIGHT = 0.95
# A section as a whole may not be given up for the sake of the others.
LEAST_RIGHT_OF_SECTION = 0.9

Row = tuple[str, str, str]


def read_table() -> dict[str, list[Row]]:
    """Section → (typed, kind, expected)."""
    found: dict[str, list[Row]] = {}
    section: list[Row] = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            typed, kind, expected = (part.strip() for part in line.split(" | "))
            section.append((typed, kind, expected))
    return found


@pytest.fixture(scope="module")
def demo(make_database: DatabaseMaker) -> Iterator[Session]:
    """The demo city that the table was written for."""
    engine = make_engine(make_database())
    with transaction(engine) as session:
        load(session, PARCELS, SEED)
    with Session(engine) as session:
        yield session
    engine.dispose()


def told(hit: Hit | None) -> tuple[str, str]:
    """A hit as the table writes it."""
    if hit is None:
        return "nothing", ""
    if hit.kind is Kind.COORDINATES:
        return hit.kind.value, f"{hit.lat:g}, {hit.lon:g}"
    return hit.kind.value, hit.number or hit.code or hit.name_en


def test_what_was_meant_comes_first(demo: Session) -> None:
    table = read_table()
    assert sum(map(len, table.values())) >= 200
    wrong: dict[str, list[str]] = {}
    for section, rows in table.items():
        for typed, *expected in rows:
            first = told(next(iter(search(demo, typed, 8)), None))
            if first != tuple(expected):
                wrong.setdefault(section, []).append(f"{typed} → {first}, not {tuple(expected)}")
    for section, lines in wrong.items():
        print(f"[{section}] {len(lines)} of {len(table[section])}", *lines, sep="\n  ")
    failed = sum(map(len, wrong.values()))
    total = sum(map(len, table.values()))
    print(f"{total - failed} of {total} right")
    assert failed <= (1 - LEAST_RIGHT) * total
    for section, rows in table.items():
        assert len(wrong.get(section, [])) <= (1 - LEAST_RIGHT_OF_SECTION) * len(rows), section


def test_the_table_asks_each_thing_once() -> None:
    typed = [row[0] for rows in read_table().values() for row in rows]
    assert sorted({each for each in typed if typed.count(each) > 1}) == []
