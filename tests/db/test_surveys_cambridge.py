"""Cambridge's parcels of 2013 brought up to those of 2014: what changes is counted by a second script as well.

A part of the city by default; all 13,000 parcels (a minute and a half of computing) where SURVEYS_WHOLE is set.
"""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import pyproj
import pytest
import shapely
from sqlalchemy.orm import Session

from accounts.permissions import Role
from core.database import make_engine
from core.geofiles import open_source
from layers.models import City
from parcels.importing import ParcelFile, import_parcels
from parcels.surveys import queries
from parcels.surveys.states import Kind, State
from tests.conftest import DatabaseMaker, find_shared_data
from tests.people import make_person
from tests.surveys import Desk, codes

SRID = 26986
SAME_M = 0.01
PART = ("1A", "238", "212", "196", "140", "188", "75", "85", "116", "203A")
"""Map sheets, by which the city's lot numbers begin."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Both years as zipped shapefiles: the city's own, or the sheets of them."""
    folder = find_shared_data() / "cities" / "cambridge_ma"
    whole = {year: folder / f"parcels_fy{year}.zip" for year in (2013, 2014)}
    if os.environ.get("SURVEYS_WHOLE"):
        return whole
    room = tmp_path_factory.mktemp("sheets")
    return {year: sheets_of(path, room / path.name) for year, path in whole.items()}


def sheets_of(path: Path, target: Path) -> Path:
    """The same file with the lots of some sheets only, shapes as they are in it."""
    meta, _fids, shapes, columns = pyogrio.raw.read(f"/vsizip/{path}")
    numbers = columns[list(meta["fields"]).index("ML")]
    here = np.array([str(number or "").split("-")[0] in PART for number in numbers])
    assert here.sum() > 400
    made = target.with_suffix(".shp")
    pyogrio.raw.write(
        made, shapes[here], [column[here] for column in columns], list(meta["fields"]),
        geometry_type=meta["geometry_type"], crs=meta["crs"], encoding="UTF-8", driver="ESRI Shapefile",
    )  # fmt: skip
    with zipfile.ZipFile(target, "w") as archive:
        for part in made.parent.glob(f"{made.stem}.*"):
            if part.suffix not in (".zip",):
                archive.write(part, part.name)
    return target


@pytest.fixture(scope="module")
def desk(
    files: dict[int, Path], make_database: DatabaseMaker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    engine = make_engine(make_database(srid=SRID))
    with Session(engine) as session:
        session.add(City(srid=SRID, name_en="Cambridge"))
        session.flush()
        with open_source(files[2013], target_srid=SRID) as source:
            import_parcels(session, source, ParcelFile())
        people = make_person(session, Role.SURVEYOR), make_person(session, Role.PLAN_CHECKER)
        yield Desk(session, *people, tmp_path_factory.mktemp("cambridge"))
        session.rollback()
    engine.dispose()


def by_hand(path: Path) -> dict[str, Any]:
    """Each lot's shape in metres by its number, without any of our code."""
    meta, _fids, shapes, columns = pyogrio.raw.read(f"/vsizip/{path}")
    epsg = pyproj.CRS.from_user_input(meta["crs"]).to_epsg(min_confidence=20)
    way: Any = pyproj.Transformer.from_crs(epsg, SRID, always_xy=True).transform
    parts: dict[str, list[Any]] = {}
    for number, wkb in zip(columns[list(meta["fields"]).index("ML")], shapes, strict=True):
        shape = None if wkb is None else shapely.from_wkb(wkb, on_invalid="ignore")
        name = " ".join(str(number or "").split())
        if shape is None or shape.is_empty or not any(sign.isalnum() for sign in name):
            continue
        parts.setdefault(name, []).append(sound(shapely.transform(sound(shape), way, interleaved=False)))
    return {name: shapely.union_all(each) if len(each) > 1 else each[0] for name, each in parts.items()}


def sound(shape: Any) -> Any:
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)


def test_counts_are_those_of_a_second_script(desk: Desk, files: dict[int, Path]) -> None:
    survey = desk.send(Kind.UPDATE, files[2014].read_bytes(), "parcels_fy2014.zip")
    assert survey.state == State.CHECKED, survey.question
    before, after = by_hand(files[2013]), by_hand(files[2014])
    both = set(before) & set(after)
    is_other = {name: shapely.hausdorff_distance(before[name], after[name]) > SAME_M for name in both}
    counts = survey.summary["counts"]
    told = queries.list_changes(desk.session, survey.id, ["changed", "unchanged"])
    # The same land under another number is one parcel to us, and one gone and one come to whoever looks at numbers.
    renumbered = {
        each["new"]: each["old"] for change in told for each in change.fields if each["field"] == "number"
    }
    assert counts["added"] + len(renumbered) == len(set(after) - both) > 0
    assert counts["removed"] + len(renumbered) == len(set(before) - both) > 0
    for new, old in renumbered.items():
        shared = shapely.intersection(before[old], after[new]).area
        assert shared > 0.1 * min(before[old].area, after[new].area)
    assert {change.number for change in told} - set(renumbered) == both
    # One that came of several, or of which others came, is another parcel be its shape the same.
    alone = {
        change.number: change.status for change in told if change.relation == "same" and change.number in both
    }
    assert alone == {name: "changed" if is_other[name] else "unchanged" for name in alone}
    assert len(alone) > 0.9 * len(both)
    going = {change.number for change in told if change.status == "changed"} | set(renumbered.values())
    area_in = sum(shape.area for name, shape in before.items() if name not in both or name in going)
    area_out = sum(shape.area for name, shape in after.items() if name not in both or name in going)
    summary = survey.summary
    assert summary["area_in_m2"] + summary["area_removed_m2"] == pytest.approx(area_in, rel=1e-6)
    assert summary["area_out_m2"] + summary["area_added_m2"] == pytest.approx(area_out, rel=1e-4)
    assert "check.crashed" not in codes(desk.session, survey)
