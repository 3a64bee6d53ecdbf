"""Every real and every nasty file that was gathered: each comes in whole, mended with account, or is refused."""

import os
import resource
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyproj
import pytest

from core.geofiles import ReadOptions, SourceError, open_source
from tests.unit.geofiles.make import Read, read, refusal

FOLDERS = ("nasty", "cities", "formats")
SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))
if not SHARED.is_dir():
    pytest.skip(f"the shared data are not here ({SHARED}); set SHARED_DATA", allow_module_level=True)


@dataclass(frozen=True)
class In:
    """Comes in: how many are kept, mended, lost; with which options; codes that must be said."""

    kept: int
    repaired: int = 0
    lost: int = 0
    say: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Out:
    """Is refused with this code, in words that hold these; with which options."""

    code: str
    words: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


def asks(epsg: int, kept: int, repaired: int = 0, lost: int = 0, say: tuple[str, ...] = ()) -> list[In | Out]:
    """Asks for its coordinate system, and comes in once it is told."""
    return [Out("crs.missing", ("--crs",)), In(kept, repaired, lost, say, {"crs": epsg})]


NO_COORDINATES: list[In | Out] = [Out("csv.no_coordinates", ("--lon-field",))]
C, D, E, G, Z = "nasty/components/", "nasty/dbf/", "nasty/encoding/", "nasty/geometry/", "nasty/zip/"
MA, TEHRAN, VT = "cities/cambridge_ma/", "cities/tehran/", "cities/vermont/"
UTM = {"crs": 32639}

TABLE: dict[str, list[In | Out]] = {
    C + "bad_header_too_long.zip": asks(4326, 10, say=("shapefile.longer",)),
    C + "deleted_dbf_rows.zip": [In(21, say=("shapefile.deleted_rows",))],
    C + "empty_layer.zip": [Out("source.empty")],
    C + "no_dbf.zip": [In(1, say=("shapefile.no_dbf",))],
    C + "no_prj.zip": asks(4326, 663),
    C + "no_shp.zip": [Out("shapefile.no_shp", ("counties.dbf",))],
    C + "no_shx.zip": asks(4326, 1, say=("shapefile.shx_missing",)),
    C + "not_a_zip.zip": [Out("file.kind", ("DBF",))],
    C + "zip_without_layers.zip": [Out("archive.no_layer", ("dummyfile.txt",))],
    "nasty/crs/prj_is_html.zip": [
        Out("crs.unreadable", ("htmlprj.shp", "--crs")),
        In(2, say=("shapefile.shx_missing", "crs.said_unreadable"), options={"crs": 4326}),
    ],
    "nasty/crs/prj_lies_metres_as_wgs84.zip": [
        Out("crs.outside", ("3480766", "--crs")),
        In(2, say=("crs.overridden",), options={"crs": 31467}),
    ],
    "nasty/crs/prj_nad27_utm13.zip": [In(90)],
    **{f"nasty/crs/grids/grid_{epsg}.zip": [In(4)] for epsg in (
        2056, 2193, 2249, 26986, 27700, 31256, 32145, 32639, 3857, 3879
    )},
    "nasty/csv/permits_bom_semicolon.csv": NO_COORDINATES,
    "nasty/csv/public_places_cp1256.csv": [
        In(908, say=("encoding.assumed", "csv.guessed")),
        In(908, options={"encoding": "ANSI 1256"}),
    ],
    D + "boolean_null.zip": [In(9)],
    D + "duplicate_columns.zip": asks(7755, 29, say=("column.renamed",)),
    D + "mixed_nulls.zip": [In(3)],
    E + "iso-8859-1.zip": [In(1)],
    E + "latin1_ldid57.zip": [In(1, say=("encoding.assumed",))],
    E + "system_encoding.zip": [In(1, say=("encoding.assumed",))],
    E + "tehran_cp1256_cpg.zip": [In(375)],
    E + "tehran_cp1256_ldid7e.zip": [In(375)],
    E + "utf8_fieldname.zip": [In(1)],
    E + "utf8_no_cpg_hebrew_arabic.zip": [In(5, say=("encoding.recognised",))],
    E + "windows-1252.zip": [In(1)],
    E + "windows-1252_ldid.zip": [In(1)],
    "nasty/geojson/geometrycollection.geojson": [Out("source.nothing_usable", ("collection",))],
    "nasty/geojson/multipolygon-xyz.geojson": [In(1, say=("geometry.flattened",))],
    "nasty/geojson/null_geom.geojson": [In(1, lost=1, say=("geometry.null",))],
    "nasty/geojson/polygon-xyz.geojson": [In(1, say=("geometry.flattened",))],
    G + "geos_invalid_polygons.geojson": [In(23, 22, 3, ("geometry.repaired", "geometry.collapsed"))],
    G + "geos_invalid_polygons.zip": [In(23, 22, 3, ("geometry.repaired", "geometry.winding"))],
    G + "hole_touches_edge.zip": asks(3005, 1),
    G + "m_polygons.zip": [Out("crs.outside", ("--crs",)), In(2, say=("geometry.flattened",), options=UTM)],
    G + "multipatch.zip": [Out("shapefile.kind", ("multipatch.shp", "MultiPatch"))],
    G + "null_and_one_point_lines.zip": asks(26915, 99, lost=25, say=("geometry.null", "geometry.collapsed")),
    G + "null_shapes.zip": [In(5, lost=4, say=("geometry.null",))],
    G + "ring_self_intersections.zip": asks(26915, 474, 2, say=("geometry.repaired",)),
    G + "z_points.zip": [Out("crs.outside", ("--crs",)), In(99, say=("geometry.flattened",), options=UTM)],
    G + "zm_lines.zip": [Out("crs.outside", ("--crs",)), In(2, say=("geometry.flattened",), options=UTM)],
    Z + "bomb_300MB.zip": [Out("archive.bomb", ("zoning_history.bin",))],
    Z + "extra_text_file.zip": [In(361)],
    Z + "macosx.zip": [In(30)],
    Z + "mixed_case_ext.zip": [In(40, 1)],
    Z + "nested_folder.zip": [In(1, say=("geometry.flattened",))],
    Z + "path_traversal.zip": [Out("archive.unsafe_name", ("cityweb_pwned.txt",))],
    Z + "qgis_mixed_content.zip": [
        Out("layer.which", ("points.shp", "folder/points.geojson", "--member")),
        In(17, options={"member": "points.shp"}),
        In(17, options={"member": "folder/points.geojson"}),
        Out("layer.missing", options={"member": "landsat_b1.vrt"}),
    ],
    Z + "two_layers.zip": [
        Out("layer.which", ("blockgroups.shp", "blockgroups2.shp")),
        In(663, options={"member": "blockgroups2", "crs": 4326}),
    ],
    Z + "windows_ads.zip": [In(375)],
    MA + "parcels_fy2013.zip": [In(13159, 22)],
    MA + "parcels_fy2014.zip": [In(13115, 34, 1)],
    MA + "planimetrics_3layers.zip": [
        Out("layer.which", ("planimetric_lines.shp",)),
        In(41935, options={"member": "planimetric_lines"}),
        In(41704, options={"member": "headstones_points"}),
        In(77712, 1991, 558, ("geometry.null", "geometry.collapsed"), {"member": "planimetric_polygons"}),
    ],
    MA + "property_tax_fy14.csv.gz": NO_COORDINATES,
    **{f"{MA}{name}": [In(kept)] for name, kept in {
        "address_blocks.zip": 749, "bus_shelters.zip": 68, "city_boundary.zip": 1, "drainage.zip": 137,
        "floodplain_500yr.zip": 39, "hydrants.zip": 1960, "intersections.zip": 1872, "metered_parking.zip": 3320,
        "neighborhoods.zip": 13, "open_space.zip": 276, "solar_installations.zip": 1209,
        "special_permit_areas.zip": 355, "special_permits.geojson": 499, "special_permits.zip": 499,
        "street_centerlines.zip": 2643, "street_lights.zip": 6117, "subway_lines.zip": 3, "subway_stations.zip": 10,
        "utility_facilities.zip": 14, "utility_poles.zip": 2457, "zoning_districts.geojson": 261,
        "zoning_districts.zip": 261, "zoning_overlays.zip": 53,
    }.items()},
    "cities/hamilton_nz/address_points.zip": [In(50000)],
    "cities/nyc/nybb_16a_as_published.zip": [In(5)],
    "cities/spearfish_sd/building_permits_2013_2025.csv": NO_COORDINATES,
    "cities/spearfish_sd/building_permits_BLDS.csv": NO_COORDINATES,
    TEHRAN + "mahalat_tehran_as_found.zip": [In(375)],
    TEHRAN + "mean_price_by_mahale.zip": [In(1029)],
    TEHRAN + "metro_stations.geojson": [In(149)],
    TEHRAN + "property_points.zip": [In(3161)],
    TEHRAN + "public_places.csv": [In(908, say=("encoding.recognised", "crs.assumed_degrees"))],
    VT + "central_vermont_zoning_longnames.geojson": [In(163)],
    VT + "montpelier_sewer_storm_lines.zip": [In(4874)],
    VT + "montpelier_zoning.zip": [In(22)],
    VT + "vt_sewer_storm_water_lines.zip": [In(140251, lost=12, say=("geometry.null",))],
    "formats/bubenec.gpkg": [
        Out("layer.which", ("buildings, plots, streets, tessellation", "--member")),
        *(In(kept, options={"member": name}) for name, kept in {
            "buildings": 144, "plots": 407, "streets": 35, "tessellation": 144,
        }.items()),
    ],
}  # fmt: skip

CASES = [(name, case) for name, cases in TABLE.items() for case in cases]
# The same in degrees of another system than all but one of them, so that every file is transformed.
SRID = {TEHRAN: 32639, MA: 26986, VT: 32145}


def path_of(name: str) -> Path:
    return SHARED / name


def target_of(name: str) -> int:
    return next((srid for folder, srid in SRID.items() if name.startswith(folder)), 3857)


@pytest.mark.parametrize(
    ("name", "case"), CASES, ids=[f"{name}-{case.options or ''}" for name, case in CASES]
)
def test_as_the_table_says(name: str, case: In | Out) -> None:
    path = path_of(name)
    if isinstance(case, Out):
        with pytest.raises(SourceError) as caught:
            read(path, **case.options)
        assert caught.value.code == case.code
        assert "\n" not in caught.value.message
        assert all(word in caught.value.message for word in case.words), caught.value.message
        return
    made = read(path, srid=target_of(name), **case.options)
    report = made.report
    assert (report.kept, report.repaired, report.lost) == (case.kept, case.repaired, case.lost), (
        report.lines()
    )
    assert set(case.say) <= set(report.tallies)


def test_no_file_is_left_out_of_the_table() -> None:
    for folder in FOLDERS:
        for path in sorted(path_of(folder).rglob("*")):
            name = str(path.relative_to(SHARED))
            if not path.is_file() or name in TABLE:
                continue
            # A newcomer must satisfy the general law at least.
            assert refusal(path, srid=3857) != ""
            pytest.fail(
                f"{name} is not in the table of {Path(__file__).name}: please add what is expected of it"
            )


def test_nothing_of_the_traversal_was_written() -> None:
    path_of("nasty")
    assert not Path("/tmp/cityweb_pwned.txt").exists()


@pytest.mark.parametrize("name", [name for name in TABLE if "/grids/" in name])
def test_grids_lie_where_their_columns_say(name: str) -> None:
    made = read(path_of(name), srid=3857)
    back = pyproj.Transformer.from_crs(3857, 4326, always_xy=True)
    for point, lon, lat in zip(made.geometries, made.columns["LON"], made.columns["LAT"], strict=True):
        there = back.transform(point.x, point.y)
        assert abs(there[0] - lon) < 1e-4
        assert abs(there[1] - lat) < 1e-4


def column(name: str, wanted: str, **options: Any) -> list[Any]:
    return read(path_of(name), srid=3857, **options).columns[wanted]


@pytest.mark.parametrize("name", ["iso-8859-1", "windows-1252", "windows-1252_ldid", "system_encoding"])
def test_umlauts(name: str) -> None:
    assert column(f"{E}{name}.zip", "text") == ["äöü"]


def test_texts_in_all_scripts() -> None:
    assert column(f"{E}latin1_ldid57.zip", "name") == ["México"]
    assert column(f"{E}utf8_fieldname.zip", "☃") == ["ηελλο ςορλδ"]
    assert "معبر كرم أبو سالم" in column(f"{E}utf8_no_cpg_hebrew_arabic.zip", "name")[0]
    truth = column(f"{TEHRAN}mahalat_tehran_as_found.zip", "NAME_MAHAL")
    assert column(f"{E}tehran_cp1256_cpg.zip", "NAME_MAHAL") == truth
    assert column(f"{E}tehran_cp1256_ldid7e.zip", "NAME_MAHAL") == truth
    assert column("nasty/csv/public_places_cp1256.csv", "name")[0] == "اداره آگاهي مركز"


def test_areas_after_mending() -> None:
    """Where both ways of making valid agree, the area is as GEOS's own suite has it (in square feet)."""
    path = path_of(f"{G}geos_invalid_polygons.zip")
    with open_source(path, ReadOptions(), 2249) as source:
        made = Read(source, list(source.batches()))
    agreed = [
        geometry.area == pytest.approx(area, abs=0.1)
        for geometry, area in zip(made.geometries, made.columns["area_fix"], strict=True)
    ]
    assert sum(agreed) == 19


def test_a_hundred_thousand_lines_within_time_and_memory() -> None:
    """140,263 lines in under 12 s of computing, and no more memory than a few batches take."""
    path = path_of(f"{VT}vt_sewer_storm_water_lines.zip")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    with open_source(path, ReadOptions(), 32145) as source:
        kept = sum(len(batch) for batch in source.batches())
    assert kept == 140_251
    assert source.report.tallies["geometry.null"].count == 12
    assert len(source.report.tallies["geometry.null"].examples) == 12
    assert time.process_time() - began < 12
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    assert grown_mb < 500
