"""Zoning becomes what the file says from a day on; what was before, and what we knew before, stays."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.errors import Unprocessable
from core.importing import Account
from layers.zoning.importing import ZoneFile, import_zones
from layers.zoning.models import ZoneClass
from tests.import_files import Feature as MadeFeature
from tests.import_files import line, opened, square


def zone(key: str, code: Any, x: float, y: float = -200, size: float = 100, **more: Any) -> MadeFeature:
    return square(x, y, size), {"id": key, "zone": code, **more}


class Importer:
    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.folder = session, folder

    def __call__(self, features: Sequence[MadeFeature], allow_outside: bool = False, **how: Any) -> Account:
        with opened(self.folder / "file.geojson", features) as source:
            return import_zones(self.session, source, ZoneFile(**how), allow_outside=allow_outside)

    def known_now(self, key: str) -> list[tuple[str, dt.date | None, dt.date | None]]:
        """Class code, first and last day of each version as known now."""
        found = self.session.execute(
            text(
                "SELECT code, lower(valid) AS since, upper(valid) AS until "
                "FROM zone JOIN zone_class ON zone_class.id = class_id "
                "WHERE zone_key = :key AND upper_inf(recorded) ORDER BY since NULLS FIRST"
            ),
            {"key": key},
        )
        return [(row.code, row.since, row.until) for row in found]

    def rows(self) -> int:
        return self.session.scalar(text("SELECT count(*) FROM zone")) or 0


@pytest.fixture
def importer(city: Session, tmp_path: Path) -> Importer:
    city.execute(text("DELETE FROM zone"))
    return Importer(city, tmp_path)


@pytest.fixture
def today(session: Session) -> dt.date:
    found = session.scalar(text("SELECT CURRENT_DATE"))
    assert isinstance(found, dt.date)
    return found


def test_the_first_zoning_holds_since_ever(importer: Importer) -> None:
    account = importer([zone("a", "R122", -200), zone("b", "N1", -100, zone_name="New mixed zone")])
    assert (account.read, account.kept, account.counts.added) == (2, 2, 2)
    assert importer.known_now("a") == [("R122", None, None)]
    assert importer.session.scalar(text("SELECT revision FROM source_revision WHERE source = 'zoning'")) == 1


def test_an_unknown_code_is_a_class_without_entered_rules(importer: Importer) -> None:
    account = importer([zone("a", "R122", -200), zone("b", "N1", -100, districtname="Village mixed use")])
    made = importer.session.scalars(select(ZoneClass).where(ZoneClass.code == "N1")).one()
    assert (made.rules_entered, made.name_en, made.group, made.permitted_uses) == (
        False,
        "Village mixed use",
        "mixed",
        [],
    )
    known = importer.session.scalars(select(ZoneClass).where(ZoneClass.code == "R122")).one()
    assert (known.rules_entered, known.far) == (True, 2.4)
    assert any("N1" in remark for remark in account.notes.lines())


def test_again_changes_nothing(importer: Importer) -> None:
    features = [zone("a", "R122", -200), zone("b", "S213", -100)]
    importer(features)
    counts = importer(features).counts
    assert (counts.added, counts.changed, counts.unchanged, counts.gone) == (0, 0, 2, 0)
    assert importer.rows() == 2


def test_a_change_ends_the_old_and_begins_the_new(importer: Importer, today: dt.date) -> None:
    importer([zone("a", "R122", -200), zone("b", "S213", -100), zone("c", "S213", 0)])
    counts = importer(
        [zone("a", "S213", -200), zone("b", "S213", -100, size=90), zone("d", "R122", 100)]
    ).counts
    assert (counts.added, counts.changed, counts.unchanged, counts.gone) == (1, 2, 0, 1)
    assert importer.known_now("a") == [("R122", None, today), ("S213", today, None)]
    assert importer.known_now("b") == [("S213", None, today), ("S213", today, None)]
    assert importer.known_now("c") == [("S213", None, today)]
    assert importer.known_now("d") == [("R122", today, None)]


def test_what_was_known_before_stays_readable(importer: Importer) -> None:
    importer([zone("a", "R122", -200)])
    importer([zone("a", "S213", -200)])
    once = importer.session.execute(
        text(
            "SELECT valid = '(,)' AS since_ever, upper_inf(recorded) AS is_known_now FROM zone ORDER BY id LIMIT 1"
        )
    ).one()
    assert tuple(once) == (True, False)


def test_twice_on_one_day_leaves_the_last(importer: Importer, today: dt.date) -> None:
    importer([zone("a", "R122", -200)])
    importer([zone("a", "S213", -200)])
    importer([zone("a", "X999", -200)])
    assert importer.known_now("a") == [("R122", None, today), ("X999", today, None)]


def test_a_day_that_is_said(importer: Importer) -> None:
    importer([zone("a", "R122", -200)], valid_from=dt.date(2015, 3, 21))
    importer([zone("a", "S213", -200)], valid_from=dt.date(2099, 1, 1))
    importer([zone("a", "X999", -200)], valid_from=dt.date(2020, 1, 1))
    # The import of 2020 does not do away with what is scheduled for 2099.
    assert importer.known_now("a") == [
        ("R122", dt.date(2015, 3, 21), dt.date(2020, 1, 1)),
        ("X999", dt.date(2020, 1, 1), dt.date(2099, 1, 1)),
        ("S213", dt.date(2099, 1, 1), None),
    ]


def test_gone_zones_may_stay_in_force(importer: Importer) -> None:
    importer([zone("a", "R122", -200), zone("b", "S213", -100)])
    assert importer([zone("a", "R122", -200)], keep_gone=True).counts.gone == 1
    assert importer.known_now("b") == [("S213", None, None)]


def test_overlaps_are_told(importer: Importer) -> None:
    account = importer([zone("a", "R122", -200), zone("b", "S213", -110), zone("c", "X999", -10)])
    told = account.notes.lines()
    assert any("1 × pair" in remark and "R122 × S213: 1,000 m²" in remark for remark in told)


def test_neighbours_do_not_overlap(importer: Importer) -> None:
    account = importer([zone("a", "R122", -200), zone("b", "S213", -100)])
    assert not any("pair of zones" in remark for remark in account.notes.lines())


def test_what_is_no_zone_is_refused_by_name(importer: Importer) -> None:
    features = [
        zone("a", "R122", 0),
        zone("b", None, 100),
        zone("c", "-", 200),
        (line((0, 0), (1, 1)), {"id": "d", "zone": "S213"}),
    ]
    account = importer(features, code_field="zone")
    assert (account.read, account.kept, account.lost) == (4, 1, 3)
    assert "FID 1" in " ".join(account.refused.lines())


def test_outside_is_refused_unless_allowed(importer: Importer) -> None:
    features = [zone("a", "R122", 0), zone("b", "S213", 9000)]
    assert importer(features).lost == 1
    assert importer(features, allow_outside=True).lost == 0


def test_the_code_is_asked_for(importer: Importer) -> None:
    with pytest.raises(Unprocessable, match=r"--code-field.*id, colour"):
        importer([(square(0, 0), {"id": "a", "colour": "red"})])
    with pytest.raises(Unprocessable, match=r"--code-field: there is no column “NOPE”"):
        importer([zone("a", "R122", 0)], code_field="NOPE")


def test_zones_without_a_key_are_known_by_their_place(importer: Importer, today: dt.date) -> None:
    features = [(square(0, 0), {"zone": "R122"}), (square(100, 0), {"zone": "R122"})]
    importer(features)
    assert importer(features).counts.unchanged == 2
    counts = importer([features[0], (square(100, 0), {"zone": "S213"})]).counts
    assert (counts.changed, counts.unchanged) == (1, 1)
