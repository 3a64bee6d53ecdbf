"""Annulling what a decision brought into force: the plan is as if it had never been, and it is known that it was."""

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.audit import COMMAND, write_pending
from core.errors import AppError, Conflict, NotFound, Unprocessable
from layers.events import zoning_annulled
from layers.zoning.annulment import annul, get_decision, list_decisions
from layers.zoning.importing import ZoneFile, import_zones
from tests.import_files import opened, square
from tests.small_city import X0, Y0

START, LATER, LATEST = dt.date(2020, 1, 1), dt.date(2030, 5, 1), dt.date(2035, 5, 1)
DAYS = [
    dt.date(2019, 12, 31),
    START,
    LATER - dt.timedelta(1),
    LATER,
    LATER + dt.timedelta(1),
    LATEST - dt.timedelta(1),
    LATEST,
    dt.date(2099, 1, 1),
]
SPOTS = [(-150, -150), (-50, -150), (10, -150)]


class Plan:
    """A plan of squares that decisions are made on, each by the importer as an administrator would."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.folder = session, folder

    def decide(self, day: dt.date | None, *zones: tuple[str, str, float, float]) -> int:
        """Make the plan these (key, code, x, size) from a day on; returns a version brought into force."""
        features = [(square(x, -200, size), {"id": key, "zone": code}) for key, code, x, size in zones]
        with opened(self.folder / f"{uuid.uuid4().hex}.geojson", features) as source:
            import_zones(self.session, source, ZoneFile(valid_from=day))
        newest = list_decisions(self.session, 1)[0]
        return newest.brought[0]

    def on(self, day: dt.date, known: str = "infinity") -> list[list[str]]:
        """The codes of the zones at each spot on a day, as was known at a moment."""
        return [
            list(
                self.session.scalars(
                    text(
                        "SELECT code FROM zone JOIN zone_class ON zone_class.id = class_id, city"
                        " WHERE valid @> CAST(:day AS date)"
                        " AND (CASE WHEN :known = 'infinity' THEN upper_inf(recorded)"
                        "      ELSE recorded @> CAST(:known AS timestamptz) END)"
                        " AND ST_Covers(geom, ST_SetSRID(ST_MakePoint(:x, :y), srid)) ORDER BY code"
                    ),
                    {"day": day, "known": known, "x": X0 + x, "y": Y0 + y},
                )
            )
            for x, y in SPOTS
        ]

    def all_days(self, known: str = "infinity") -> list[list[list[str]]]:
        return [self.on(day, known) for day in DAYS]

    def moment(self) -> str:
        return str(self.session.scalar(text("SELECT clock_timestamp()")))

    def rows(self) -> list[Any]:
        return list(self.session.execute(text("SELECT * FROM zone ORDER BY id")).all())


@pytest.fixture
def plan(city: Session, tmp_path: Path) -> Plan:
    city.execute(text("DELETE FROM zone"))
    made = Plan(city, tmp_path)
    made.decide(START, ("a", "R122", -200, 100), ("b", "S213", -100, 100), ("c", "R122", 0, 50))
    return made


@pytest.fixture
def heard() -> Iterator[list[dict[str, Any]]]:
    told: list[dict[str, Any]] = []

    def hear(_sender: object, **what: Any) -> str:
        told.append(what)
        return "heard"

    with zoning_annulled.connected_to(hear):
        yield told


def change(plan: Plan, day: dt.date = LATER) -> int:
    """One zone changes its class."""
    return plan.decide(day, ("a", "S213", -200, 100), ("b", "S213", -100, 100), ("c", "R122", 0, 50))


def refused(plan: Plan, zone_ids: list[int], reason: str = "Court") -> AppError:
    before = plan.rows()
    with pytest.raises(AppError) as caught:
        annul(plan.session, COMMAND, zone_ids, reason)
    plan.session.expire_all()
    assert plan.rows() == before
    return caught.value


def test_every_day_is_again_what_it_was(plan: Plan, heard: list[dict[str, Any]]) -> None:
    before, was_known = plan.all_days(), plan.moment()
    version = change(plan)
    changed, is_known = plan.all_days(), plan.moment()
    assert changed != before
    decision = get_decision(plan.session, version)
    assert (decision.first_day, len(decision.brought), len(decision.kept)) == (LATER, 1, 1)

    done = annul(plan.session, COMMAND, decision.brought, " Annulled by the court ")

    assert plan.all_days() == before
    assert all(len(codes) == 1 for day in plan.all_days()[1:] for codes in day)
    assert plan.all_days(known=is_known) == changed
    assert plan.all_days(known=was_known) == before
    assert len(done.restored) == 1
    assert "heard" in done.told
    assert [(each["zone_ids"], each["reason"]) for each in heard] == [([version], "Annulled by the court")]
    write_pending(plan.session)
    noted = plan.session.execute(text("SELECT actor, action, after, reason FROM audit")).one()
    after = {"annulled": [version], "restored": done.restored}
    assert tuple(noted) == ("command", "zoning.annul", after, "Annulled by the court")
    kept = plan.session.execute(text("SELECT zone_ids, reason FROM zone_annulment")).one()
    assert tuple(kept) == ([version], "Annulled by the court")


def test_a_decision_that_moved_a_border_is_annulled_as_one(plan: Plan) -> None:
    before = plan.all_days()
    version = plan.decide(
        LATER, ("a", "R122", -200, 100), ("b", "S213", -100, 100), ("d", "X999", 0, 25), ("e", "S213", 25, 25)
    )
    brought = get_decision(plan.session, version).brought
    assert len(brought) == 2
    # Two squares of 25 m do not cover what one of 50 m did: what comes back lies on more ground.
    error = refused(plan, brought)
    assert isinstance(error, Conflict)
    assert error.details["reason"] == "other_ground"
    assert "no zone" in error.message
    assert plan.all_days() != before


def test_swapped_keys_on_the_same_ground_are_restored(plan: Plan) -> None:
    before = plan.all_days()
    version = plan.decide(LATER, ("ab", "X999", -200, 100), ("b", "S213", -100, 100), ("c", "R122", 0, 50))
    assert plan.on(LATER)[0] == ["X999"]
    annul(plan.session, COMMAND, get_decision(plan.session, version).brought, "Court")
    assert plan.all_days() == before


def test_decisions_are_annulled_last_first(plan: Plan) -> None:
    start, first = plan.all_days(), change(plan)
    after_first = plan.all_days()
    second = plan.decide(LATEST, ("a", "X999", -200, 100), ("b", "S213", -100, 100), ("c", "R122", 0, 50))
    still = get_decision(plan.session, second)
    # The first decision's version was cut short by the second: neither can go before the other's whole.
    assert refused(plan, [first]).status == 409
    assert refused(plan, still.kept).field == "zone"

    annul(plan.session, COMMAND, still.brought, "Court")
    assert plan.all_days() == after_first
    # What the first brought into force is known by a copy now, which still is the first one's.
    again = list_decisions(plan.session, 5)
    newest = again[0]
    assert newest.first_day == LATER
    assert first not in newest.brought
    annul(plan.session, COMMAND, newest.brought, "Court again")
    assert plan.all_days() == start


def test_a_later_decision_that_rests_on_it_is_told(plan: Plan) -> None:
    two = plan.decide(LATER, ("a", "S213", -200, 100), ("b", "R122", -100, 100), ("c", "R122", 0, 50))
    brought = get_decision(plan.session, two).brought
    plan.decide(LATER, ("a", "X999", -200, 100), ("b", "R122", -100, 100), ("c", "R122", 0, 50))
    left = [
        each
        for each in brought
        if each in set(plan.session.scalars(text("SELECT id FROM zone WHERE upper_inf(recorded)")))
    ]
    assert len(left) == 1
    error = refused(plan, left)
    assert (error.status, error.details["reason"]) == (409, "later_decision")
    assert "A later decision has changed 1 zone" in error.message


def test_the_first_plan_cannot_be_annulled(plan: Plan) -> None:
    first = list_decisions(plan.session, 1)[0]
    assert refused(plan, first.brought).details["reason"] == "nothing_before"


def test_ground_zoned_for_the_first_time_would_be_left_without(plan: Plan) -> None:
    version = plan.decide(
        LATER,
        ("a", "S213", -200, 100),
        ("b", "S213", -100, 100),
        ("c", "R122", 0, 50),
        ("n", "R122", 200, 10),
    )
    error = refused(plan, get_decision(plan.session, version).brought)
    assert error.details["reason"] == "other_ground"
    assert "from 1 May 2030 on, 100 m² would have no zone and 0 m² would have two" in error.message


def test_the_whole_decision_or_nothing(plan: Plan) -> None:
    version = plan.decide(LATER, ("a", "S213", -200, 100), ("b", "R122", -100, 100), ("c", "R122", 0, 50))
    one, other = get_decision(plan.session, version).brought
    error = refused(plan, [one])
    assert isinstance(error, Unprocessable)
    assert error.details["missing"] == [other]
    untouched = plan.session.scalar(text("SELECT id FROM zone WHERE zone_key = 'c'"))
    assert "not of the same decision" in refused(plan, [one, other, untouched]).message


def test_bad_input_is_named(plan: Plan) -> None:
    version = change(plan)
    assert (refused(plan, [version], "  ").field, refused(plan, []).field) == ("reason", "zone")
    assert isinstance(refused(plan, [10**9]), NotFound)
    annul(plan.session, COMMAND, [version], "Court")
    assert isinstance(refused(plan, [version]), Conflict)


def test_the_database_still_refuses_two_laws_at_a_time(plan: Plan) -> None:
    annul(plan.session, COMMAND, [change(plan)], "Court")
    with pytest.raises(IntegrityError, match="zone_one_version_at_a_time"):
        plan.session.execute(
            text(
                "INSERT INTO zone (zone_key, class_id, geom, valid, recorded) SELECT zone_key, class_id, geom,"
                " valid, recorded FROM zone WHERE restores_id IS NOT NULL LIMIT 1"
            )
        )


def test_the_tiles_hear_of_it(plan: Plan) -> None:
    version = change(plan)
    plan.session.execute(text("DELETE FROM tile_outbox"))
    annul(plan.session, COMMAND, [version], "Court")
    touched = plan.session.execute(
        text("SELECT count(*) FROM tile_outbox WHERE source = 'zoning' AND east - west < 1000")
    )
    assert touched.scalar_one() > 0
