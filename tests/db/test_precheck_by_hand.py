"""Five hundred random proposals on the demo city, against the same worked out apart (tests/precheck_by_hand.py)."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.database import make_engine
from parcels.models import LandUse
from permits.precheck.checks import Precheck, Rule
from permits.precheck.proposal import Proposal
from permits.precheck.schemas import precheck_from_json, stored_json
from permits.precheck.services import check
from tests.conftest import SRID, DatabaseMaker
from tests.precheck_by_hand import CityByHand, Ground, expect, is_close
from webmap.demo.load import load

PROPOSALS = 500
DAY = dt.date(2026, 11, 25)
ORDER = list(Rule)


# The demo's zones end in streets. Moved aside they part parcels, by bands of ground without any; and some rules go.
ASKEW = text("""
UPDATE zone SET geom = ST_Translate(geom, 11, 7);
UPDATE zone_class SET coverage = NULL, height_m = NULL WHERE code = 'R121';
UPDATE zone_class SET far = NULL, floors = NULL, setback_m = NULL WHERE code = 'M112';
UPDATE zone_class SET rules_entered = false WHERE code = 'S211';
UPDATE zone_class SET permitted_uses = '{}', conditional_uses = '{}', prohibited_uses = '{}' WHERE code = 'G111';
""")


@pytest.fixture(scope="module")
def demo(make_database: DatabaseMaker) -> Iterator[Session]:
    engine = make_engine(make_database(srid=SRID))
    with Session(engine) as session:
        load(session, parcels=1500, seed=11, today=DAY)
        session.execute(ASKEW)
        yield session
    engine.dispose()


@pytest.fixture(scope="module")
def city(demo: Session) -> CityByHand:
    return CityByHand(demo, DAY)


@pytest.fixture(scope="module")
def grounds(city: CityByHand) -> list[Ground]:
    """Parcels by lot, every third of them one that lies on several zones."""
    by_lot = random.Random(6)
    every = [city.ground(parcel) for parcel in city.parcels]
    several = [ground for ground in every if len(ground.parts) > 1]
    assert several
    return [by_lot.choice(several if n % 3 == 0 else every) for n in range(PROPOSALS)]


def drawn_on(ground: Ground, rules: dict[str, Any], lot: random.Random) -> Any | None:
    """A footprint: none; just at the setback, a millimetre over it; a box, maybe over the border; or elsewhere."""
    setback = rules.get("setback_m") or 0.0
    kind = lot.choice(["none", "at", "at", "over", "edge", "beyond", "box", "box", "shifted", "away"])
    sharp: dict[str, Any] = {"join_style": "mitre", "mitre_limit": 20}
    shape = ground.shape
    if kind == "none":
        return None
    if kind in ("at", "over"):
        shape = shapely.buffer(shape, -(setback if kind == "at" else max(setback - 0.001, -0.001)), **sharp)
    elif kind in ("edge", "beyond"):
        shape = shapely.buffer(shape, 0.0 if kind == "edge" else 0.001, **sharp)
    elif kind == "away":
        shape = shapely.transform(shape, lambda corners: corners + 3000.0)
    else:
        x, y = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
        wide, deep = lot.uniform(1, 14), lot.uniform(1, 14)
        shape = shapely.affinity.rotate(
            shapely.box(x - wide, y - deep, x + wide, y + deep), lot.uniform(0, 90)
        )
        if kind == "shifted":
            shape = shapely.affinity.translate(shape, lot.uniform(-20, 20), lot.uniform(-20, 20))
    return None if shapely.is_empty(shape) or not shapely.is_valid(shape) else shape


def near(limit: float | None, over: float, lot: random.Random, least: float, most: float) -> float | None:
    """A figure: not said, just the limit, a hair over it, or any."""
    kind = lot.choice(["none", "at", "over", "any", "any"])
    if kind == "none":
        return None
    if kind == "any" or limit is None:
        return lot.uniform(least, most)
    return limit + (over if kind == "over" else 0)


def make_proposal(ground: Ground, lot: random.Random) -> Proposal:
    rules = ground.parts[0][0].rules if ground.parts else {}
    area = ground.shape.area * (1 if ground.is_whole or not ground.parts else ground.parts[0][2])
    footprint = drawn_on(ground, rules, lot)
    floors = near(rules.get("floors"), 1, lot, 1, 9)
    typed = near(area * (rules.get("coverage") or 0.6), 0.001, lot, 20, 2 * area)
    if footprint is not None and lot.random() < 0.5:
        typed = footprint.area * lot.choice([1, 1.0099, 1.02])
    built = typed if footprint is None else footprint.area
    floor_area = near(area * (rules.get("far") or 2), 0.001, lot, 30, 4 * area)
    if built is not None and floors is not None and lot.random() < 0.3:
        floor_area = built * int(floors) + lot.choice([0, 0.001])
    return Proposal(
        footprint=footprint,
        footprint_m2=typed,
        floors=None if floors is None else int(floors),
        height_m=near(rules.get("height_m"), 0.001, lot, 3, 30),
        floor_area_m2=floor_area,
        use=lot.choice([None, *(use.value for use in LandUse)]),
    )


def told_by(precheck: Precheck) -> dict[tuple[str, str], tuple[str, float | None, float | None]]:
    told = {(c.rule.value, c.zone): (c.outcome.value, c.allowed, c.proposed) for c in precheck.checks}
    assert len(told) == len(precheck.checks), "a rule is told twice of one zone"
    return told


def test_five_hundred_proposals(demo: Session, city: CityByHand, grounds: list[Ground]) -> None:
    lot = random.Random(1405)
    seen: Counter[tuple[str, str]] = Counter()
    wrong = []
    for number, ground in enumerate(grounds):
        proposal = make_proposal(ground, lot)
        found = check(demo, ground.id if number % 2 else ground.number, proposal, DAY)
        told, wanted = told_by(found), expect(ground, proposal)
        if told.keys() != wanted.keys():
            wrong.append(f"{number}: {ground.number}: {told.keys() ^ wanted.keys()}")
            continue
        for key, (outcome, allowed, proposed) in wanted.items():
            seen[key[0], outcome] += 1
            if told[key][0] != outcome or not (
                is_close(told[key][1], allowed) and (proposed is None or is_close(told[key][2], proposed))
            ):
                wrong.append(f"{number}: {ground.number} {key}: said {told[key]}, is {wanted[key]}")
        assert_is_in_order(found)
        assert_shows_where(found, proposal)
        overlays: Counter[str] = Counter()
        for finding in found.findings:
            overlays[finding.layer] += finding.area_m2  # type: ignore[assignment]
        by_hand = city.findings(ground, proposal)
        assert overlays.keys() == by_hand.keys(), ground.number
        assert all(is_close(overlays[slug], by_hand[slug]) for slug in by_hand), ground.number
    assert wrong == []
    for rule in ("inside", "floors", "height", "coverage", "far", "setback", "use"):
        for outcome in ("pass", "fail", "unknown"):
            assert seen[rule, outcome] >= 10, (rule, outcome, seen)
    assert seen["use", "consent"] >= 10
    assert seen["zoning", "unknown"] >= 5
    assert min(seen["floors_times_footprint", "fail"], seen["drawn_and_typed", "fail"]) >= 10


def assert_is_in_order(found: Precheck) -> None:
    """The land's own rules come first, then each zone's, always in the same order."""
    zones = [each.zone for each in found.checks]
    assert zones == sorted(zones, key=zones.index), "a zone's checks stand together"
    for zone in set(zones):
        rules = [ORDER.index(each.rule) for each in found.checks if each.zone == zone]
        assert rules == sorted(rules)


def assert_shows_where(found: Precheck, proposal: Proposal) -> None:
    """What fails on the ground is shown on the map, and lies on what was drawn."""
    for each in found.checks:
        if each.outcome == "fail" and proposal.footprint is not None:
            if each.rule in (Rule.INSIDE, Rule.COVERAGE, Rule.SETBACK):
                assert each.where is not None, each
                assert not shapely.is_empty(each.where)
            if each.where is not None:
                assert shapely.distance(each.where, proposal.footprint) < 1e-6, each


def test_what_is_kept_with_a_case_reads_back(demo: Session, grounds: list[Ground]) -> None:
    lot = random.Random(7)
    for ground in grounds[:40]:
        found = check(demo, ground.id, make_proposal(ground, lot), DAY)
        back = precheck_from_json(stored_json(found, SRID), SRID)
        assert (back.parcel, back.day, back.zone_ids) == (found.parcel, found.day, found.zone_ids)
        for one, other in zip(found.checks, back.checks, strict=True):
            assert (one.rule, one.outcome, one.reason, one.unit, one.zone) == (
                other.rule,
                other.outcome,
                other.reason,
                other.unit,
                other.zone,
            )
            assert is_close(one.proposed, other.proposed)
            if one.where is not None:
                assert shapely.hausdorff_distance(one.where, other.where) < 0.0002
