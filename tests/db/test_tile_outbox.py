"""What an edit notes for the tiles: which cells, in its own transaction, in few rows, and seen once by every host."""

from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from core.database import make_engine
from layers.tiles import outbox
from layers.tiles.grid import BUFFER, Cell, cells_of
from layers.tiles.outbox import Position, Touched, cells_touched, read_news
from layers.tiles.revision import bump
from tests import small_city, tile_city
from tests.conftest import DatabaseMaker
from tests.tile_city import CELL

SQUARE = shapely.box(1000, 1000, 1100, 1100)


@pytest.fixture(scope="module")
def engine(make_database: DatabaseMaker) -> Iterator[Engine]:
    """A database of its own: what is noted is noted by commits."""
    made = make_engine(make_database())
    with Session(made) as session, session.begin():
        small_city.build(session)
    yield made
    made.dispose()


@pytest.fixture
def here(engine: Engine) -> Position:
    """The position before the test's edits."""
    return read_news(engine, None).position


def run(engine: Engine, sql: str, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(text(sql), values)


def news(engine: Engine, since: Position) -> list[Touched]:
    read = read_news(engine, since)
    assert not read.is_lost
    return read.touched


def noted(engine: Engine, since: Position) -> set[tuple[str, int, int]]:
    return {(one.source, one.min_zoom, one.max_zoom) for one in news(engine, since)}


class TestWhatIsNoted:
    @pytest.mark.parametrize(
        ("edit", "wanted"),
        [
            ("UPDATE zone SET class_id = 3 WHERE zone_key = 'west'", {("zoning", 8, 16)}),
            ("UPDATE zone SET valid = '[2016-01-01,)' WHERE zone_key = 'west'", {("zoning", 8, 16)}),
            ("UPDATE zone SET rule_text_fa = 'متن تازه' WHERE zone_key = 'west'", set()),
            ("UPDATE zone_class SET code = 'R123' WHERE id = 1", {("zoning", 0, 30)}),
            ("UPDATE zone_class SET far = 2.5, code = code WHERE id = 1", set()),
            ("UPDATE parcel SET land_use = 'park' WHERE number = '1-1-1'", {("parcels", 14, 16)}),
            ("UPDATE parcel SET address = 'نشانی تازه' WHERE number = '1-1-1'", set()),
            ("UPDATE parcel SET valid_to = CURRENT_DATE + 1 WHERE number = '1-1-2'", {("parcels", 14, 16)}),
            ("UPDATE parcel SET valid_to = CURRENT_DATE + 2 WHERE number = '1-1-2'", set()),
            ("DELETE FROM parcel WHERE number = '1-1-2'", set()),
            ("DELETE FROM parcel WHERE number = '1-1-3'", {("parcels", 14, 16)}),
            ("UPDATE feature SET name_fa = 'درمانگاه سه' WHERE key = 'c1'", {("clinics", 8, 16)}),
            ("UPDATE feature SET kind = 'local' WHERE key = 's1'", {("streets", 8, 16), ("base", 8, 16)}),
            ("UPDATE feature SET properties = '{\"a\": 1}' WHERE key = 's1'", set()),
            ("UPDATE layer SET base_role = NULL WHERE slug = 'streets'", {("base", 0, 30)}),
            ("UPDATE layer SET licence = 'CC0' WHERE slug = 'streets'", set()),
            (
                "UPDATE layer SET slug = 'taps' WHERE slug = 'hydrants'",
                {("hydrants", 0, 30), ("taps", 0, 30)},
            ),
            ("DELETE FROM layer WHERE slug = 'taps'", {("taps", 0, 30)}),
            ("UPDATE city SET name_en = 'Othertown'", {("base", 0, 30)}),
            ("UPDATE city SET boundary_is_hull = true", set()),
            ("UPDATE parcel SET land_use = 'park' WHERE false", set()),
            ("TRUNCATE parcel_mosaic", {("parcels", 0, 30)}),
        ],
    )
    def test_an_edit(
        self, engine: Engine, here: Position, edit: str, wanted: set[tuple[str, int, int]]
    ) -> None:
        run(engine, edit.replace("%", "%%"))
        # A layer that goes takes its features with it: noted too or not, all its tiles are dropped.
        assert noted(engine, here) - {("taps", 8, 16)} == wanted

    def test_a_rolled_back_edit_notes_nothing(self, engine: Engine, here: Position) -> None:
        before = read_news(engine, here).position.revisions
        with engine.connect() as connection:
            connection.execute(text("UPDATE zone SET class_id = 2 WHERE zone_key = 'west'"))
            connection.rollback()
        assert news(engine, here) == []
        assert read_news(engine, here).position.revisions == before

    def test_a_savepoint_rolled_back_notes_nothing(self, engine: Engine, here: Position) -> None:
        with engine.begin() as connection:
            with connection.begin_nested() as inner:
                connection.execute(text("UPDATE zone SET class_id = 2 WHERE zone_key = 'west'"))
                inner.rollback()
            connection.execute(text("UPDATE parcel SET land_use = 'vacant' WHERE number = '1-1-4'"))
        assert {one.source for one in news(engine, here)} == {"parcels"}


class TestCells:
    def cells(self, engine: Engine, since: Position, source: str) -> set[Cell]:
        found = cells_touched(news(engine, since))[source]
        assert found is not None
        return found

    def test_old_and_new_place_and_nothing_between(self, engine: Engine, here: Position) -> None:
        far = Cell(CELL.z, CELL.x + 6, CELL.y)
        with Session(engine) as session, session.begin():
            tile_city.add_parcel(session, "moves", shapely.box(2000, 2000, 2100, 2100))
        here = read_news(engine, here).position
        run(
            engine,
            "UPDATE parcel SET geom = ST_Multi(ST_Transform(ST_GeomFromText(:wkt, 3857), CAST(:srid AS int))) "
            "WHERE number = 'moves'",
            wkt=tile_city.on_ground(shapely.box(2000, 2000, 2100, 2100), far),
            srid=small_city.SRID,
        )
        assert {cell for cell in self.cells(engine, here, "parcels") if cell.z == 16} == {CELL, far}

    @pytest.mark.parametrize(
        ("left", "touches"),
        [(-BUFFER + 20, True), (-BUFFER - 20, True), (-BUFFER - 60, False), (200, True), (4000, True)],
    )
    def test_the_buffer_is_part_of_a_tile(
        self, engine: Engine, here: Position, left: float, touches: bool
    ) -> None:
        """A parcel that ends within 64 units of the eastern neighbour shows in it; indexes round a little wider."""
        neighbour = Cell(CELL.z, CELL.x + 1, CELL.y)
        right = 4096 + left
        with Session(engine) as session, session.begin():
            tile_city.add_parcel(session, f"edge {left}", shapely.box(right - 40, 500, right, 600))
        found = self.cells(engine, here, "parcels")
        assert (neighbour in found) is touches
        assert (CELL in found) is (right - 40 < 4096 + BUFFER)

    def test_every_cell_that_shows_it_and_no_other_zoom(self, engine: Engine, here: Position) -> None:
        with Session(engine) as session, session.begin():
            tile_city.add_parcel(session, "plain", SQUARE)
        found = self.cells(engine, here, "parcels")
        assert {cell.z for cell in found} == {14, 15, 16}
        assert {cell for cell in found if cell.z == 16} == {CELL}

    def test_a_long_street_touches_what_it_runs_through_and_not_its_box(
        self, engine: Engine, here: Position
    ) -> None:
        with Session(engine) as session, session.begin():
            layer = tile_city.add_layer(session, "ring", "line")
            tile_city.add_feature(session, layer, "r", shapely.LineString([(0, 0), (4096 * 40, 4096 * 40)]))
        found = {cell for cell in self.cells(engine, here, "ring") if cell.z == 16}
        along = {Cell(16, CELL.x + step, CELL.y + step) for step in range(40)}
        assert along <= found
        assert len(found) < 40 * 40 / 3

    def test_a_box_too_large_for_cells_is_the_whole_source(self) -> None:
        everywhere = Touched("zoning", 8, 16, (0.0, 0.0, 1e6, 1e6))
        assert cells_touched([everywhere]) == {"zoning": None}
        assert cells_touched([Touched("zoning", 0, 30, None), everywhere]) == {"zoning": None}
        assert cells_touched([]) == {}

    def test_zooms_that_have_no_tiles_are_left_out(self) -> None:
        box = CELL.bounds()
        found = cells_touched([Touched("base", 0, 30, box)])["base"]
        assert found == {cell for z in range(8, 17) for cell in cells_of(box, z, BUFFER)}


class TestBulk:
    def test_a_hundred_thousand_features_in_one_go_are_few_boxes(
        self, engine: Engine, here: Position
    ) -> None:
        with Session(engine) as session, session.begin():
            layer = tile_city.add_layer(session, "trees", "point")
        run(
            engine,
            "INSERT INTO feature (layer_id, key, geom) SELECT :layer, 't' || n, "
            "ST_SetSRID(ST_MakePoint(:x0 + (n % 400) * 20, :y0 + (n / 400) * 20), :srid) "
            "FROM generate_series(0, 99999) AS n",
            layer=layer,
            x0=small_city.X0,
            y0=small_city.Y0,
            srid=small_city.SRID,
        )
        rows = news(engine, here)
        assert 0 < len(rows) < 100
        cells = cells_touched(rows)["trees"]
        assert cells is not None
        # Eight by five kilometres are 16 by 10 cells; with their edges, not many more.
        assert 150 < len([cell for cell in cells if cell.z == 16]) < 300

    def test_scattered_over_a_country_they_are_one(self, engine: Engine, here: Position) -> None:
        with Session(engine) as session, session.begin():
            layer = tile_city.add_layer(session, "wells", "point")
        run(
            engine,
            "INSERT INTO feature (layer_id, key, geom) SELECT :layer, 'w' || n, "
            "ST_SetSRID(ST_MakePoint(:x0 + (n % 40) * 9000, :y0 + (n / 40) * 9000), :srid) "
            "FROM generate_series(0, 1599) AS n",
            layer=layer,
            x0=small_city.X0 - 200_000,
            y0=small_city.Y0 - 200_000,
            srid=small_city.SRID,
        )
        assert len(news(engine, here)) == 1


class TestReading:
    def edit(self, connection: Any, key: str = "c1") -> None:
        connection.execute(text("UPDATE feature SET name_en = name_en || '.' WHERE key = :key"), {"key": key})

    def test_nothing_twice(self, engine: Engine, here: Position) -> None:
        with engine.begin() as connection:
            self.edit(connection)
        first = read_news(engine, here)
        assert len(first.touched) == 2, "as it was and as it is"
        assert news(engine, first.position) == []

    def test_an_earlier_number_that_commits_later_is_not_missed(self, engine: Engine, here: Position) -> None:
        with engine.connect() as slow:
            self.edit(slow)
            with engine.begin() as quick:
                self.edit(quick, "c2")
            between = read_news(engine, here)
            assert len(between.touched) == 2, "only the quick one's"
            slow.commit()
        after = read_news(engine, between.position)
        assert len(after.touched) == 2, "the slow one's, though its numbers are the smaller"
        assert news(engine, after.position) == []

    def test_a_position_survives_a_restart(self, engine: Engine, here: Position, tmp_path: Any) -> None:
        path = tmp_path / "position.json"
        here.write(path)
        with engine.begin() as connection:
            self.edit(connection)
        read = outbox.read_position(path)
        assert read == here
        assert len(news(engine, read)) == 2

    @pytest.mark.parametrize("content", [None, "", "{}", '{"identity": "x"}', "[]", "7"])
    def test_no_position_that_can_be_read(self, tmp_path: Any, content: str | None) -> None:
        path = tmp_path / "position.json"
        if content is not None:
            path.write_text(content, encoding="utf-8")
        assert outbox.read_position(path) is None

    def test_what_cannot_be_known_is_lost(self, engine: Engine, here: Position) -> None:
        def with_(**changed: str) -> Position:
            return Position(**{**here.__dict__, **changed})

        assert read_news(engine, None).is_lost
        assert read_news(engine, with_(identity="another database")).is_lost
        assert read_news(engine, with_(seen_at="2020-01-01")).is_lost, "what happened since has been trimmed"
        assert read_news(engine, with_(snapshot="999999999:999999999:")).is_lost, "this server was set back"
        assert not read_news(engine, here).is_lost

    def test_rows_of_another_server_are_not_seen_again_and_again(
        self, engine: Engine, here: Position
    ) -> None:
        run(engine, "INSERT INTO tile_outbox (source, xid) VALUES ('zoning', 999999999)")
        assert news(engine, here) == []

    def test_old_rows_are_trimmed_but_tasks_stay(self, engine: Engine) -> None:
        run(engine, "UPDATE tile_outbox SET noted_at = now() - interval '8 days' WHERE source = 'parcels'")
        with engine.begin() as connection:
            assert outbox.trim(connection) > 0
            left = connection.execute(text("SELECT to_generalise FROM tile_outbox WHERE source = 'parcels'"))
            assert set(left.scalars()) == {True}


class TestRevision:
    def revision(self, engine: Engine, source: str) -> int:
        with engine.connect() as connection:
            found = connection.scalar(
                text("SELECT revision FROM source_revision WHERE source = :s"), {"s": source}
            )
        return int(found or 0)

    def test_one_edit_raises_it_once(self, engine: Engine) -> None:
        before = self.revision(engine, "zoning")
        with Session(engine) as session, session.begin():
            for zone_class in (2, 3, 1):
                session.execute(text("UPDATE zone SET class_id = :c"), {"c": zone_class})
            bump(session, "zoning")
            session.execute(text("UPDATE zone SET class_id = 2"))
        assert self.revision(engine, "zoning") == before + 1

    def test_every_source_touched(self, engine: Engine) -> None:
        run(engine, "UPDATE layer SET base_role = 'street' WHERE slug = 'streets'")
        before = self.revision(engine, "streets"), self.revision(engine, "base")
        run(engine, "UPDATE feature SET kind = 'collector' WHERE key = 's1'")
        assert (self.revision(engine, "streets"), self.revision(engine, "base")) == (
            before[0] + 1,
            before[1] + 1,
        )

    def test_what_shows_nothing_new_raises_nothing(self, engine: Engine) -> None:
        before = self.revision(engine, "zoning")
        run(engine, "UPDATE zone SET version = version + 1")
        assert self.revision(engine, "zoning") == before
