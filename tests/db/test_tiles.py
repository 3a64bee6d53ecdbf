"""Tiles hold what the tables hold, by the rules of MVT 2.1, at every zoom and in every corner."""

import datetime as dt
import gzip
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.errors import NotFound
from layers.tiles import base, features, sources
from layers.tiles.answer import pack
from layers.tiles.encode import encode
from layers.tiles.features import find_layer_source
from layers.tiles.grid import BUFFER, EXTENT, MAX_ZOOM, MIN_ZOOM, Cell, cell_at
from layers.tiles.revision import bump, get_revision
from layers.tiles.sources import TileSource, get_source
from layers.zoning import tiles as zoning_tiles
from parcels import generalise
from parcels import tiles as parcel_tiles
from parcels.models import Parcel
from tests import mvt
from tests.small_city import SRID
from tests.tile_city import CELL, add_feature, add_layer, add_parcel

TODAY = dt.date(2026, 11, 24)
MIDDLE = (51.440253, 35.242548)  # of the small city's six parcels, in degrees
SOURCES = ("base", "parcels", "zoning", "clinics", "hydrants", "streets")


@pytest.fixture(autouse=True)
def _declared() -> None:
    sources.register(base.SOURCE)
    sources.register(parcel_tiles.SOURCE)
    sources.register(zoning_tiles.SOURCE)
    sources.register_finder(find_layer_source)


def read(
    session: Session, source: TileSource | str, cell: Cell, day: dt.date = TODAY
) -> dict[str, mvt.Layer]:
    """The layers of a tile, which must keep every rule and hold only sound shapes."""
    found = get_source(session, source) if isinstance(source, str) else source
    layers = mvt.read(encode(session, found, cell, day))
    for layer in layers.values():
        assert layer.extent == EXTENT
        assert layer.features, "a layer without features is not written"
        for feature in layer.features:
            assert feature.kind != mvt.POLYGON or all(shapely.is_valid(shapely.get_parts(feature.shape)))
    return layers


def ids(layer: mvt.Layer) -> set[int]:
    found = [feature.id for feature in layer.features if feature.id is not None]
    assert len(found) == len(set(found)), "an id stands for one feature"
    return set(found)


def held(session: Session, cell: Cell) -> set[int]:
    box = func.ST_MakeEnvelope(*cell.bounds(BUFFER), 3857)
    return set(
        session.scalars(select(Parcel.id).where(Parcel.geom_3857.op("&&")(box), Parcel.valid_to.is_(None)))
    )


@pytest.mark.parametrize("zoom", range(MIN_ZOOM, MAX_ZOOM + 1))
@pytest.mark.parametrize("source", SOURCES)
def test_every_source_at_every_zoom(city: Session, source: str, zoom: int) -> None:
    generalise.rebuild(city)
    cell = cell_at(*MIDDLE, zoom)
    layers = read(city, source, cell)
    declared = {layer.name: set(layer.fields) for layer in get_source(city, source).layers}
    assert layers, "the small city lies in this tile"
    for name, layer in layers.items():
        assert name in declared
        assert {key for feature in layer.features for key in feature.attributes} <= declared[name]


@pytest.mark.parametrize("source", SOURCES)
def test_a_tile_elsewhere_is_empty(city: Session, source: str) -> None:
    generalise.rebuild(city)
    for cell in (Cell(8, 0, 0), Cell(16, 65535, 65535), Cell(12, 0, 4095), cell_at(-128.5, 35.2, 14)):
        assert encode(city, get_source(city, source), cell, TODAY) == b""


def test_an_empty_database_has_empty_tiles(session: Session) -> None:
    generalise.rebuild(session)
    for source in ("base", "parcels", "zoning"):
        for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
            assert encode(session, get_source(session, source), cell_at(*MIDDLE, zoom), TODAY) == b""


def test_an_unknown_source_is_told_by_name(session: Session) -> None:
    with pytest.raises(NotFound, match="unicorns"):
        get_source(session, "unicorns")


class TestParcels:
    @pytest.mark.parametrize("zoom", [14, 15, 16])
    def test_features_and_attributes_are_the_tables(self, city: Session, zoom: int) -> None:
        cell = cell_at(*MIDDLE, zoom)
        layer = read(city, "parcels", cell)["parcels"]
        assert ids(layer) == held(city, cell)
        assert len(layer.features) >= 1
        for feature in layer.features:
            parcel = city.get_one(Parcel, feature.id)
            expected = {"land_use": parcel.land_use} | ({"number": parcel.number} if zoom >= 16 else {})
            assert feature.attributes == expected

    def test_shapes_lie_where_postgis_says(self, city: Session) -> None:
        cell = cell_at(*MIDDLE, 16)
        for feature in read(city, "parcels", cell)["parcels"].features:
            west, south, east, north = city.execute(
                text(
                    "SELECT ST_XMin(geom_3857), ST_YMin(geom_3857), ST_XMax(geom_3857), ST_YMax(geom_3857) "
                    "FROM parcel WHERE id = :id"
                ),
                {"id": feature.id},
            ).one()
            unit = cell.unit_m
            expected = (
                (west - cell.west) / unit,
                (cell.north - north) / unit,
                (east - cell.west) / unit,
                (cell.north - south) / unit,
            )
            assert feature.shape.bounds == pytest.approx(expected, abs=0.51)

    def test_parcels_of_the_past_are_not_drawn(self, city: Session) -> None:
        city.execute(text("UPDATE parcel SET valid_to = CURRENT_DATE WHERE number = '1-1-1'"))
        numbers = {
            feature.attributes["number"]
            for feature in read(city, "parcels", cell_at(*MIDDLE, 16))["parcels"].features
        }
        assert "1-1-1" not in numbers
        assert "1-1-2" in numbers

    @pytest.mark.parametrize(
        ("box", "inside"),
        [
            ((100, 100, 200, 200), True),  # inside
            ((-300, 100, -200, 200), False),  # outside, beyond the buffer
            ((-60, 100, -20, 200), True),  # outside, within the buffer
            ((-10, -10, 10, 10), True),  # over the corner
            ((4096, 0, 4150, 50), True),  # along the edge
            (
                (4172, 0, 4200, 50),
                False,
            ),  # beyond the buffer by more than the half metre that an index rounds to
        ],
    )
    def test_edges_and_corners(self, session: Session, box: tuple[int, int, int, int], inside: bool) -> None:
        parcel = add_parcel(session, "1", shapely.box(*box))
        layers = read(session, "parcels", CELL)
        assert ({parcel} if inside else set()) == (ids(layers["parcels"]) if layers else set())

    def test_one_larger_than_the_tile_is_cut(self, session: Session) -> None:
        huge = shapely.box(-9000, -9000, 9000, 9000).difference(shapely.box(1000, 1000, 2000, 2000))
        add_parcel(session, "1", huge)
        (feature,) = read(session, "parcels", CELL)["parcels"].features
        assert feature.shape.bounds == (-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
        assert feature.shape.area == pytest.approx((EXTENT + 2 * BUFFER) ** 2 - 1000 * 1000, rel=1e-5)

    def test_one_around_the_tile_but_not_in_it(self, session: Session) -> None:
        around = shapely.box(-9000, -9000, 9000, 9000).difference(shapely.box(-100, -100, 4300, 4300))
        add_parcel(session, "1", around)
        assert read(session, "parcels", CELL) == {}

    @pytest.mark.parametrize(
        "shape",
        [
            shapely.box(10.2, 10.2, 10.4, 10.4),  # within one unit
            shapely.Polygon([(10, 10), (400, 10.1), (400, 10.3), (10, 10.2)]),  # thinner than a unit
            shapely.Polygon([(10, 10), (20, 10), (20, 20), (10.1, 10.3)]),  # a corner nearly on another
            # Two rooms joined by a passage that rounding closes.
            shapely.unary_union(
                [shapely.box(0, 0, 50, 50), shapely.box(50, 20.1, 90, 20.4), shapely.box(90, 0, 140, 50)]
            ),
            shapely.box(0, 0, 50, 50).difference(
                shapely.box(10.1, 10.1, 10.3, 10.3)
            ),  # a hole within one unit
            shapely.MultiPolygon([shapely.box(0, 0, 30, 30), shapely.box(60.1, 60.1, 60.2, 60.2)]),
            shapely.Polygon([(10, 10), (10, 60), (10, 90)]),  # no area at all
        ],
    )
    def test_what_rounding_harms_is_mended_and_still_drawn(self, session: Session, shape: Any) -> None:
        parcel = add_parcel(session, "1", shape)
        (feature,) = read(session, "parcels", CELL)["parcels"].features
        assert feature.id == parcel
        assert shapely.distance(feature.shape, shape) < 1

    def test_neighbours_keep_their_shared_border(self, session: Session) -> None:
        border = [(100.3, 0.2), (103.7, 40.4), (98.6, 80.1)]
        add_parcel(session, "1", shapely.Polygon([(0, 0), *border, (0, 80)]))
        add_parcel(session, "2", shapely.Polygon([(200, 0), (200, 80), *border[::-1]]))
        one, other = (feature.shape for feature in read(session, "parcels", CELL)["parcels"].features)
        assert one.intersection(other).length == pytest.approx(
            shapely.LineString([(100, 0), (104, 40), (99, 80)]).length
        )
        assert one.intersection(other).area == 0


class TestZoning:
    @pytest.mark.parametrize(
        ("day", "codes"),
        [
            ("2010-01-01", set()),
            ("2015-03-20", set()),
            ("2015-03-21", {"R122", "X999"}),
            ("2019-12-31", {"R122", "X999"}),
            ("2020-01-01", {"R122", "S213"}),
            ("2098-12-31", {"R122", "S213"}),
            ("2099-01-01", {"R122"}),
        ],
    )
    def test_the_zones_of_a_day(self, city: Session, day: str, codes: set[str]) -> None:
        layers = read(city, "zoning", cell_at(*MIDDLE, 14), dt.date.fromisoformat(day))
        found = layers["zones"].features if layers else []
        assert {feature.attributes["code"] for feature in found} == codes
        assert len(found) == (2 if codes else 0)

    def test_what_we_no_longer_believe_is_not_drawn(self, city: Session) -> None:
        city.execute(
            text(
                "UPDATE zone SET recorded = tstzrange(now() - interval '2 days', now() - interval '1 day') "
                "WHERE zone_key = 'west'"
            )
        )
        features = read(city, "zoning", cell_at(*MIDDLE, 14))["zones"].features
        assert [feature.attributes["code"] for feature in features] == ["S213"]

    @pytest.mark.parametrize("zoom", range(MIN_ZOOM, MAX_ZOOM + 1))
    def test_no_gap_and_no_overlap_between_neighbours(self, city: Session, zoom: int) -> None:
        shapes = [feature.shape for feature in read(city, "zoning", cell_at(*MIDDLE, zoom))["zones"].features]
        union = shapely.union_all(shapes)
        assert union.area == pytest.approx(sum(shape.area for shape in shapes))
        assert shapely.get_num_geometries(shapely.normalize(union.buffer(0))) == 1


class TestLayers:
    def test_attributes(self, city: Session) -> None:
        features = read(city, "clinics", cell_at(*MIDDLE, 12))["clinics"].features
        assert sorted((feature.attributes for feature in features), key=str) == [
            {"name_fa": "درمانگاه مركزي", "name_en": "Central Clinic"},
            {"name_fa": "درمانگاه يک", "name_en": "First Clinic"},
        ]
        assert all(feature.id for feature in features)

    @pytest.mark.parametrize(
        "shape",
        [
            shapely.Point(100.4, 100.4),
            shapely.MultiPoint([(5, 5), (9, 9)]),
            shapely.LineString([(5, 5), (5.1, 5.1)]),  # shorter than a unit
            shapely.LineString([(-9000, 10), (9000, 20)]),  # longer than the tile
            shapely.MultiLineString([[(0, 0), (9, 9)], [(20, 20), (20.1, 20.2)]]),
            shapely.box(-9000, -9000, 9000, 9000),
            shapely.box(7.1, 7.1, 7.2, 7.2),
        ],
    )
    def test_any_shape(self, session: Session, shape: Any) -> None:
        layer = add_layer(session, "things", "line")
        known = add_feature(session, layer, "1", shape)
        (feature,) = read(session, "things", CELL)["things"].features
        assert feature.id == known
        west, north, east, south = feature.shape.bounds
        assert -BUFFER <= west <= east <= EXTENT + BUFFER
        assert -BUFFER <= north <= south <= EXTENT + BUFFER

    def test_a_crowd_is_merged_by_pixel_and_counted(
        self, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(features, "CROWD", 5)
        layer = add_layer(session, "poles", "point")
        far = Cell(13, CELL.x >> 3, CELL.y >> 3)
        for number in range(6):
            # Within half a pixel of the middle of one.
            add_feature(session, layer, str(number), shapely.Point(160 + number / 4, 160), far, en="Pole")
        add_feature(session, layer, "alone", shapely.Point(960, 960), far, en="Alone")
        marks = read(session, "poles", far)["poles"].features
        assert sorted(mark.attributes.get("count", 1) for mark in marks) == [1, 6]
        assert [mark.attributes for mark in marks if "count" not in mark.attributes] == [{"name_en": "Alone"}]
        near = read(session, "poles", CELL)["poles"].features if far.x << 3 == CELL.x else []
        assert all("count" not in feature.attributes for feature in near)

    @pytest.mark.parametrize(
        "shape", [shapely.LineString([(100, 100), (100.5, 100.5)]), shapely.box(100, 100, 101, 101)]
    )
    def test_a_crowd_of_small_things_does_not_vanish(
        self, session: Session, monkeypatch: pytest.MonkeyPatch, shape: Any
    ) -> None:
        monkeypatch.setattr(features, "CROWD", 1)
        layer = add_layer(session, "things", "line")
        far = Cell(10, CELL.x >> 6, CELL.y >> 6)
        for number in range(3):
            add_feature(session, layer, str(number), shape, far)
        (mark,) = read(session, "things", far)["things"].features
        assert mark.attributes == {"count": 3}

    @pytest.mark.parametrize(
        "shape",
        [
            shapely.Point(100.4, 100.4),
            shapely.MultiPoint([(100, 100), (900, 900)]),
            shapely.LineString([(100, 100), (300, 700), (310, 100)]),
            shapely.LineString([(-9000, 10), (9000, 20)]),
            shapely.box(100, 100, 400, 300),
            shapely.box(-9000, -9000, 9000, 9000),
        ],
        ids=["point", "points", "line", "long line", "box", "huge box"],
    )
    def test_a_crowd_is_drawn_where_it_is(
        self, session: Session, monkeypatch: pytest.MonkeyPatch, shape: Any
    ) -> None:
        monkeypatch.setattr(features, "CROWD", 1)
        layer = add_layer(session, "things", "line")
        far = Cell(10, CELL.x >> 6, CELL.y >> 6)
        for number in range(3):
            add_feature(session, layer, str(number), shape, far)
        marks = read(session, "things", far)["things"].features
        drawn = shapely.union_all([mark.shape for mark in marks])
        tile = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
        pixels = 2 * features.MARK_UNITS
        assert drawn.buffer(pixels).covers(shape.intersection(tile)), "all of it is drawn"
        assert shape.buffer(pixels).covers(drawn), "and nothing else"
        assert sum(mark.attributes.get("count", 0) for mark in marks) == 3

    def test_however_many_there_are_the_tile_stays_small_and_counts_them_all(self, session: Session) -> None:
        """A net of 25,000 pipes, none like another: three times the bytes when drawn one by one."""
        layer, far, count = add_layer(session, "pipes", "line"), Cell(10, CELL.x >> 6, CELL.y >> 6), 25_000
        session.execute(
            text("""
                INSERT INTO feature (layer_id, key, kind, geom)
                SELECT :layer, n, CASE n % 2 WHEN 0 THEN 'main' ELSE 'branch' END, ST_Transform(ST_SetSRID(ST_MakeLine(
                    ST_MakePoint(x, y), ST_MakePoint(x + 40 * cos(n) * :unit, y + 40 * sin(n) * :unit)), 3857), :srid)
                FROM generate_series(1, :count) AS n,
                     LATERAL (SELECT :west + n * 131 % 2900 * :unit AS x, :north - n * 1213 % 2801 * :unit AS y) AS at
            """),
            {"layer": layer, "count": count, "srid": SRID}
            | {
                "west": far.west + 100 * far.unit_m,
                "north": far.north - 100 * far.unit_m,
                "unit": far.unit_m,
            },
        )
        content = encode(session, get_source(session, "pipes"), far, None)
        marks = mvt.read(content)["pipes"].features
        assert len(pack(content).body) < 150_000
        assert {mark.attributes["kind"] for mark in marks} == {"main", "branch"}
        told = sum(mark.attributes.get("count", 1 if mark.id else 0) for mark in marks)
        assert told == count


class TestBase:
    @pytest.mark.parametrize(
        ("zoom", "classes"),
        [
            (8, {"ring", "arterial"}),
            (10, {"ring", "arterial"}),
            (11, {"ring", "arterial", "collector"}),
            (12, {"ring", "arterial", "collector", "unnamed class"}),
            (13, {"ring", "arterial", "collector", "unnamed class", "local"}),
            (14, {"ring", "arterial", "collector", "unnamed class", "local", "alley"}),
            (16, {"ring", "arterial", "collector", "unnamed class", "local", "alley"}),
        ],
    )
    def test_streets_by_zoom(self, session: Session, zoom: int, classes: set[str]) -> None:
        layer = add_layer(session, "roads", "line", "street")
        kinds = [*base.STREET_CLASSES, "unnamed class"]
        for number, kind in enumerate(kinds):
            line = shapely.LineString([(100, 100 * number), (3000, 100 * number)])
            add_feature(session, layer, kind, line, kind=kind, en=kind)
        cell = Cell(zoom, CELL.x >> (16 - zoom), CELL.y >> (16 - zoom))
        streets = read(session, "base", cell)["streets"].features
        assert {street.attributes["name_en"] for street in streets} == classes
        for street in streets:
            told = street.attributes["name_en"]
            assert street.attributes["class"] == (told if told in base.STREET_CLASSES else "local")

    @pytest.mark.parametrize("role", ["green", "water"])
    def test_small_areas_wait_for_their_zoom(self, session: Session, role: str) -> None:
        layer = add_layer(session, "areas", "polygon", role)
        add_feature(session, layer, "small", shapely.box(100, 100, 200, 200), en="small")
        add_feature(session, layer, "big", shapely.box(100, 100, 200, 4000), en="big")
        seen = {}
        for zoom in (9, 12, 13, 16):
            layers = read(session, "base", Cell(zoom, CELL.x >> (16 - zoom), CELL.y >> (16 - zoom)))
            found = layers[role].features if role in layers else []
            seen[zoom] = {feature.attributes["name_en"] for feature in found}
        assert seen == {9: {"big"}, 12: {"big"}, 13: {"big", "small"}, 16: {"big", "small"}}

    def test_a_district_is_named_in_one_tile(self, session: Session) -> None:
        layer = add_layer(session, "quarters", "polygon", "district")
        add_feature(session, layer, "q", shapely.box(-3000, 100, 8000, 4000), fa="محله", kind="quarter")
        (label,) = read(session, "base", CELL)["districts"].features
        assert label.kind == mvt.POINT
        assert label.attributes == {"name_fa": "محله", "kind": "quarter"}
        for x in (CELL.x - 1, CELL.x + 1):
            assert "districts" not in read(session, "base", Cell(16, x, CELL.y))

    def test_the_boundary_is_cut_to_the_tile(self, city: Session) -> None:
        (boundary,) = read(city, "base", cell_at(*MIDDLE, 16))["boundary"].features
        assert boundary.attributes == {"name_fa": "شهرک", "name_en": "Smallville"}
        assert boundary.shape.area > 0


def test_gdal_counts_what_postgis_holds(city: Session, tmp_path: Path) -> None:
    cell = cell_at(*MIDDLE, 16)
    path = tmp_path / "tile.mvt"
    path.write_bytes(gzip.compress(encode(city, get_source(city, "parcels"), cell, TODAY)))
    found = pyogrio.read_info(
        path, layer="parcels", Z=str(cell.z), X=str(cell.x), Y=str(cell.y), force_total_bounds=True
    )
    assert found["features"] == len(held(city, cell))
    assert {"land_use", "number"} <= set(found["fields"])
    west, south, east, north = cell.bounds()
    assert found["total_bounds"][0] == pytest.approx((west + east) / 2, abs=cell.size_m)
    assert found["total_bounds"][1] == pytest.approx((south + north) / 2, abs=cell.size_m)


def test_revisions(city: Session) -> None:
    clinics, zoning = get_source(city, "clinics"), get_source(city, "zoning")
    base_map = get_source(city, "base")
    assert get_revision(city, clinics, None, TODAY) == "0"
    bump(city, "clinics")
    bump(city, "clinics")
    assert get_revision(city, clinics, None, TODAY) == "2"
    assert get_revision(city, base_map, None, TODAY) == "0"
    bump(city, "streets")
    assert get_revision(city, base_map, None, TODAY) == "1", "streets are part of the base map"
    # Tomorrow's zoning may be another with no edit made; that of a named day may not.
    tomorrow = TODAY + dt.timedelta(days=1)
    assert get_revision(city, zoning, None, TODAY) != get_revision(city, zoning, None, tomorrow)
    assert get_revision(city, zoning, TODAY, TODAY) == get_revision(city, zoning, TODAY, tomorrow)
