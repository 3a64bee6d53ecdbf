"""Parcels become those of the file: by number, in versions, with parts joined and every feature accounted for."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.errors import Unprocessable
from core.importing import Account
from layers.models import TileOutbox
from parcels import generalise
from parcels.columns import ParcelFields
from parcels.importing import ParcelFile, import_parcels
from parcels.models import Parcel, ParcelBlock, ParcelMosaic, Street
from tests.import_files import Feature as MadeFeature
from tests.import_files import opened, point, square

LAST_YEAR = dt.date(2025, 3, 21)


def lot(number: Any, x: float, y: float = 100, size: float = 40, **more: Any) -> MadeFeature:
    return square(x, y, size), {"ML": number, **more}


class Importer:
    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.folder = session, folder

    def __call__(self, features: Sequence[MadeFeature], allow_outside: bool = False, **how: Any) -> Account:
        with opened(self.folder / "file.geojson", features) as source:
            account = import_parcels(self.session, source, ParcelFile(**how), allow_outside=allow_outside)
        self.session.expire_all()
        return account

    def versions(self, number: str) -> list[Parcel]:
        query = select(Parcel).where(Parcel.number == number).order_by(Parcel.valid_from, Parcel.id)
        return list(self.session.scalars(query))

    def now(self) -> set[str]:
        return set(self.session.scalars(select(Parcel.number).where(Parcel.valid_to.is_(None))))


@pytest.fixture
def importer(city: Session, tmp_path: Path) -> Importer:
    city.execute(text("DELETE FROM parcel"))
    return Importer(city, tmp_path)


@pytest.fixture
def today(session: Session) -> dt.date:
    found = session.scalar(select(func.current_date()))
    assert isinstance(found, dt.date)
    return found


def test_new_parcels(importer: Importer, today: dt.date) -> None:
    account = importer(
        [lot("1-1", 0, landuse="Residential", address="12 Main St"), lot("1-2", 40), lot("1-3", 80)]
    )
    assert (account.read, account.kept, account.counts.added) == (3, 3, 3)
    (parcel,) = importer.versions("1-1")
    assert (parcel.land_use, parcel.land_use_recorded) == ("residential", "Residential")
    assert (parcel.address, parcel.house_number, parcel.valid_from) == ("12 Main St", 12, today)
    assert importer.session.get_one(Street, parcel.street_id).name_en == "Main St"
    assert parcel.area_m2 == pytest.approx(1600)
    assert importer.versions("1-2")[0].land_use == "unknown"


def test_an_address_finds_a_street_that_is_known(importer: Importer) -> None:
    importer([lot("1-1", 0, address="خ شريعتي، پلاک ۷"), lot("1-2", 40, address="9 SHARIATI STREET")])
    assert [importer.versions(number)[0].street_id for number in ("1-1", "1-2")] == [1, 1]
    assert [importer.versions(number)[0].house_number for number in ("1-1", "1-2")] == [7, 9]


def test_again_changes_nothing(importer: Importer) -> None:
    features = [lot("1-1", 0), lot("1-2", 40)]
    importer(features)
    ids = [importer.versions("1-1")[0].id, importer.versions("1-2")[0].id]
    counts = importer(features).counts
    assert (counts.added, counts.changed, counts.unchanged, counts.gone) == (0, 0, 2, 0)
    assert [importer.versions("1-1")[0].id, importer.versions("1-2")[0].id] == ids


def test_a_change_on_a_later_day_is_a_new_version(importer: Importer, today: dt.date) -> None:
    importer([lot("1-1", 0), lot("1-2", 40), lot("1-3", 80)], valid_from=LAST_YEAR)
    counts = importer([lot("1-1", 0, size=30), lot("1-2", 40), lot("1-3", 80, note="corner")]).counts
    assert (counts.added, counts.changed, counts.unchanged, counts.gone) == (0, 2, 1, 0)
    old, new = importer.versions("1-1")
    assert (old.valid_from, old.valid_to, new.valid_from, new.valid_to) == (LAST_YEAR, today, today, None)
    assert [old.area_m2, new.area_m2] == pytest.approx([1600, 900])
    # What the city does not speak of itself is no reason for a new version.
    (noted,) = importer.versions("1-3")
    assert noted.valid_from == LAST_YEAR
    assert noted.properties is not None
    assert noted.properties["note"] == "corner"


def test_a_change_on_the_same_day_is_written_over(importer: Importer) -> None:
    importer([lot("1-1", 0)])
    assert importer([lot("1-1", 0, size=30)]).counts.changed == 1
    (parcel,) = importer.versions("1-1")
    assert parcel.area_m2 == pytest.approx(900)


def test_gone_parcels_stay_unless_they_are_to_end(importer: Importer, today: dt.date) -> None:
    importer([lot("1-1", 0), lot("1-2", 40)], valid_from=LAST_YEAR)
    importer([lot("1-1", 0), lot("1-3", 80)])
    account = importer([lot("1-1", 0)])
    assert account.counts.gone == 2
    assert importer.now() == {"1-1", "1-2", "1-3"}
    assert "1-2, 1-3" in account.notes.lines()[0]
    importer([lot("1-1", 0)], close_gone=True)
    assert importer.now() == {"1-1"}
    assert importer.versions("1-2")[0].valid_to == today
    assert importer.versions("1-3") == []  # it began and ended today: it never was


def test_padding_does_not_make_another_parcel(importer: Importer) -> None:
    importer([lot("02-015", 0), lot("3-1", 40)])
    counts = importer([lot("2-15", 0), lot("3-1", 40)]).counts
    assert (counts.added, counts.changed, counts.gone) == (0, 1, 0)
    assert importer.now() == {"2-15", "3-1"}


def test_spellings_side_by_side_stay_apart(importer: Importer) -> None:
    features = [lot("1-1", 0), lot("01-01", 40), lot("2", 80)]
    account = importer(features)
    assert importer.now() == {"1-1", "01-01", "2"}
    assert any("01-01 / 1-1" in remark for remark in account.notes.lines())
    assert importer(features).counts.unchanged == 3


def test_parts_become_one_parcel(importer: Importer) -> None:
    account = importer([lot("7", 0), lot("7", 100), lot("8", 40)], fields=ParcelFields("ML"))
    assert (account.kept, account.counts.added) == (3, 2)
    assert importer.versions("7")[0].area_m2 == pytest.approx(3200)
    assert any("7 (2)" in remark for remark in account.notes.lines())


def test_parts_that_touch_or_repeat_are_dissolved(importer: Importer) -> None:
    importer([lot("7", 0), lot("7", 40), lot("7", 40)], fields=ParcelFields("ML"))
    assert importer.versions("7")[0].area_m2 == pytest.approx(3200)
    geometries = importer.session.scalar(
        select(func.ST_NumGeometries(Parcel.geom)).where(Parcel.number == "7")
    )
    assert geometries == 1


def test_what_has_no_number_or_no_area_is_refused_by_name(importer: Importer) -> None:
    features = [lot("1", 0), lot("---", 40), lot(None, 80), (point(5, 5), {"ML": "4"}), lot("5", 120)]
    account = importer(features, fields=ParcelFields("ML"))
    assert (account.read, account.kept, account.lost) == (5, 2, 3)
    told = " ".join(account.refused.lines())
    assert "FID 1 “---”" in told
    assert "FID 2" in told
    assert "FID 3 “4”" in told
    assert importer.now() == {"1", "5"}


def test_inside_outside_edge(importer: Importer) -> None:
    account = importer([lot("in", 0), lot("edge", 500), lot("over", 490), lot("out", 501), lot("far", 9000)])
    assert importer.now() == {"in", "edge", "over"}
    assert (account.kept, account.lost) == (3, 2)
    importer([lot("out", 501)], allow_outside=True)
    assert "out" in importer.now()


def test_without_a_boundary_it_is_the_hull_and_grows(importer: Importer) -> None:
    session = importer.session
    session.execute(text("UPDATE city SET boundary = NULL"))
    session.expire_all()
    importer([lot("1", 0), lot("2", 80)])
    area = text("SELECT ST_Area(boundary), boundary_is_hull FROM city")
    assert session.execute(area).one() == (pytest.approx(120 * 40), True)
    importer([lot("1", 0), lot("2", 80), lot("3", 160)])
    assert session.execute(area).one() == (pytest.approx(200 * 40), True)


def test_a_boundary_that_was_given_does_not_move(importer: Importer) -> None:
    importer([lot("1", 480, 480)])
    area, is_hull = importer.session.execute(
        text("SELECT ST_Area(boundary), boundary_is_hull FROM city")
    ).one()
    assert (area, is_hull) == (pytest.approx(1_000_000), False)


def test_the_city_from_afar_follows(importer: Importer) -> None:
    importer([lot("1", 0, landuse="park"), lot("2", 40, landuse="park")])
    assert importer.session.scalars(text("SELECT DISTINCT land_use FROM parcel_block")).all() == ["park"]
    assert importer.session.scalar(text("SELECT revision FROM source_revision WHERE source = 'parcels'")) == 1


def test_a_second_import_leaves_the_drawing_that_a_rebuild_would(importer: Importer) -> None:
    uses = ("Residential", "Park", "Commercial")
    lots = [lot(f"1-{n}", 40 * n, landuse=uses[n % 3]) for n in range(9)]
    importer(lots)
    importer([lot("1-1", 40, landuse="Park"), lot("1-5", 200, 700, landuse="Park"), *lots[6:]])
    followed = drawn(importer.session)
    generalise.rebuild(importer.session)
    assert followed == drawn(importer.session)
    assert not importer.session.scalar(select(func.count()).where(TileOutbox.to_generalise))


def drawn(session: Session) -> list[Any]:
    blocks = select(
        ParcelBlock.cell_x, ParcelBlock.cell_y, ParcelBlock.land_use, ParcelBlock.geom_3857.ST_AsText()
    )
    mosaic = select(ParcelMosaic.zoom, ParcelMosaic.land_use, ParcelMosaic.geom_3857.ST_AsText())
    return [sorted(session.execute(query).all()) for query in (blocks, mosaic)]


def test_a_day_to_come_is_refused(importer: Importer) -> None:
    with pytest.raises(Unprocessable, match="day to come"):
        importer([lot("1", 0)], valid_from=dt.date(2999, 1, 1))


def test_official_area_and_digits(importer: Importer) -> None:
    importer(
        [lot("۱-۲", 0, masahat="۱۵۹۸٫۵"), lot("1-3", 40, masahat=None), lot("1-4", 80, masahat="?")],
        fields=ParcelFields("ML", area_m2="masahat"),
    )
    assert importer.versions("۱-۲")[0].area_official_m2 == 1598.5
    assert importer.versions("1-3")[0].area_official_m2 is None
    assert importer.session.scalar(select(Parcel.number).where(Parcel.number_key == "1-2")) == "۱-۲"
