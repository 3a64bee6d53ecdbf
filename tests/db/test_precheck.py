"""The pre-check on the small city, where each figure can be worked out in one's head."""

import dataclasses
import datetime as dt
import re
from typing import Any

import jsonschema_rs
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import AppError, NotFound
from core.i18n import LANGUAGES, speaking
from permits.precheck.checks import Check, Outcome, Precheck, Reason, Rule, Unit
from permits.precheck.json_schema import PRECHECK_SCHEMA
from permits.precheck.page import told_on_page
from permits.precheck.picture import draw
from permits.precheck.proposal import MOST_CORNERS, Proposal
from permits.precheck.schemas import map_json, precheck_json, stored_json
from permits.precheck.sentences import article_of, finding_sentence, sentence_of
from permits.precheck.services import check, get_srid
from tests import rich_city
from tests.small_city import SRID, X0, Y0

DAY = dt.date(2026, 11, 25)
P, F, U, C = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN, Outcome.CONSENT


def box(west: float, south: float, east: float, north: float) -> Any:
    """A box in the metres of the small city's picture; parcel 1-1-1 is (0, 30, 40, 60)."""
    return shapely.box(X0 + west, Y0 + south, X0 + east, Y0 + north)


def is_just(where: Any | None, shape: Any) -> bool:
    """Whether what is shown is this shape, whatever corner it begins with."""
    return where is not None and bool(shapely.equals(where, shape))


def one(found: Precheck, rule: Rule, zone: str | None = None) -> Check:
    [told] = [each for each in found.checks if each.rule is rule and zone in (None, each.zone)]
    return told


# 36 × 20 m, two metres from three sides: covers just the 720 m² that are 60 % of 1,200.
AT_EVERY_LIMIT = Proposal(
    footprint=box(2, 32, 38, 52),
    footprint_m2=720,
    floors=4,
    height_m=16.0,
    floor_area_m2=2880,
    use="residential",
    dwellings=8,
    parking=8,
)


def test_just_at_every_limit_passes(city: Session) -> None:
    found = check(city, "1-1-1", AT_EVERY_LIMIT, DAY)
    assert [(each.rule, each.outcome) for each in found.checks] == [
        (rule, P) for rule in Rule if rule != "zoning"
    ]
    coverage = one(found, Rule.COVERAGE)
    assert (coverage.allowed, coverage.proposed, coverage.unit) == pytest.approx((720, 720, Unit.M2))
    assert (coverage.zone, coverage.article, coverage.ratio) == ("R122", "Art. 12", 0.6)
    assert one(found, Rule.SETBACK).proposed == pytest.approx(2)
    assert found.failed == ()
    west = city.scalar(text("SELECT id FROM zone WHERE zone_key = 'west'"))
    assert (found.zone_ids, coverage.zone_id, found.day) == ((west,), west, DAY)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"footprint": box(1.999, 32, 37.999, 52)}, Rule.SETBACK),
        ({"footprint": box(2, 32, 38, 52.001)}, Rule.COVERAGE),
        ({"height_m": 16.001}, Rule.HEIGHT),
        ({"floor_area_m2": 2880.001}, Rule.FAR),
        ({"floors": 5}, Rule.FLOORS),
        ({"footprint": box(-0.001, 32, 20, 52)}, Rule.INSIDE),
        ({"use": "industrial"}, Rule.USE),
        ({"floor_area_m2": 2880.001}, Rule.FLOORS_TIMES_FOOTPRINT),
        ({"footprint_m2": 727.3}, Rule.DRAWN_AND_TYPED),
    ],
)
def test_a_millimetre_over_fails(city: Session, changed: dict[str, Any], rule: Rule) -> None:
    city.execute(text("UPDATE zone_class SET prohibited_uses = '{industrial}' WHERE code = 'R122'"))
    found = check(city, "1-1-1", dataclasses.replace(AT_EVERY_LIMIT, **changed), DAY)
    assert one(found, rule).outcome is F
    assert one(found, rule) in found.failed


def test_a_tenth_of_a_millimetre_is_forgiven(city: Session) -> None:
    nearly = dataclasses.replace(AT_EVERY_LIMIT, footprint=box(1.99995, 32, 37.99995, 52))
    assert check(city, "1-1-1", nearly, DAY).failed == ()


def test_the_way_to_degrees_and_back_changes_no_outcome(city: Session) -> None:
    back = Proposal.from_json(AT_EVERY_LIMIT.to_json(SRID), SRID)
    assert back.footprint != AT_EVERY_LIMIT.footprint, "decimals move a corner by a hair"
    before, after = (check(city, "1-1-1", each, DAY).checks for each in (AT_EVERY_LIMIT, back))
    assert [each.outcome for each in before] == [each.outcome for each in after]
    assert dataclasses.replace(back, footprint=None) == dataclasses.replace(AT_EVERY_LIMIT, footprint=None)


def test_what_sticks_out_is_shown_where_it_is(city: Session) -> None:
    found = check(city, "1-1-1", Proposal(footprint=box(-3, 32, 38, 50)), DAY)
    inside, setback = one(found, Rule.INSIDE), one(found, Rule.SETBACK)
    assert is_just(inside.where, box(-3, 32, 0, 50))
    assert inside.proposed == pytest.approx(54)
    assert setback.proposed == 0
    assert is_just(setback.where, box(-3, 32, 2, 50))


def test_what_is_too_thin_to_be_an_area_is_shown_as_a_line(city: Session) -> None:
    """Within a reflex corner's round the inset is a polygon's, and what is too near may slip through it."""
    ell = shapely.MultiPolygon([shapely.union(box(0, 30, 40, 40), box(0, 30, 20, 60))])
    city.execute(
        text("UPDATE parcel SET geom = ST_GeomFromWKB(:wkb, :srid) WHERE number = '1-1-1'"),
        {"wkb": shapely.to_wkb(ell), "srid": SRID},
    )
    # Its corner lies 1.9995 m from the reflex corner at (20, 40), half way round.
    near = 1.9995 / 2**0.5
    found = check(city, "1-1-1", Proposal(footprint=box(5, 33, 20 - near, 40 - near)), DAY)
    setback = one(found, Rule.SETBACK)
    assert setback.proposed == pytest.approx(1.9995, abs=1e-6)
    assert setback.outcome is F
    assert not shapely.is_empty(setback.where)


@pytest.mark.parametrize(
    ("use", "outcome", "reason"),
    [
        ("residential", P, ""),
        ("commercial", C, ""),
        ("industrial", U, Reason.NOT_NAMED),
        (None, U, Reason.NOT_SAID),
    ],
)
def test_uses(city: Session, use: str | None, outcome: Outcome, reason: str) -> None:
    told = one(check(city, "1-1-1", Proposal(use=use), DAY), Rule.USE)
    assert (told.outcome, told.reason) == (outcome, reason)


def test_what_was_not_said_cannot_be_told(city: Session) -> None:
    found = check(city, "1-1-1", Proposal(), DAY)
    assert {each.outcome for each in found.checks} == {U}
    assert [each.rule for each in found.checks] == [
        Rule.INSIDE, Rule.USE, Rule.FLOORS, Rule.HEIGHT, Rule.COVERAGE, Rule.FAR, Rule.SETBACK,
    ]  # fmt: skip
    assert one(found, Rule.COVERAGE).allowed == pytest.approx(720), "the limit is told all the same"


class TestSeveralZones:
    """Parcel 1-1-2 (40, 30, 80, 60) lies half in R122, half in S213 from x = 60 on."""

    def test_each_part_is_judged_by_its_own_rules(self, city: Session) -> None:
        # 16 m of it in the west, 20 in the east; five floors are too many for the west only.
        drawn = Proposal(footprint=box(44, 32, 80, 50), floors=5, floor_area_m2=3240, use="commercial")
        found = check(city, "1-1-2", drawn, DAY)
        assert one(found, Rule.FLOORS, "R122").outcome is F
        assert one(found, Rule.FLOORS, "S213").outcome is P
        assert one(found, Rule.USE, "R122").outcome is C
        assert one(found, Rule.USE, "S213").outcome is P
        west, east = one(found, Rule.COVERAGE, "R122"), one(found, Rule.COVERAGE, "S213")
        assert (west.proposed, west.allowed) == pytest.approx((16 * 18, 0.6 * 600))
        assert (east.proposed, east.allowed) == pytest.approx((20 * 18, 0.7 * 600))
        assert one(found, Rule.FAR, "R122").proposed == pytest.approx(3240 * 16 / 36)
        # The setback is from the parcel's border, not from where the zones meet; in the east none is needed.
        assert one(found, Rule.SETBACK, "R122").proposed == pytest.approx(2)
        assert one(found, Rule.SETBACK, "S213").reason is Reason.NO_LIMIT

    def test_a_part_on_which_nothing_stands_is_not_judged(self, city: Session) -> None:
        found = check(city, "1-1-2", Proposal(footprint=box(62, 32, 70, 50), floors=5), DAY)
        assert {each.zone for each in found.checks} == {"", "S213"}
        assert len(found.zone_ids) == 2, "but what was asked of names both"

    def test_without_a_drawing_a_fault_may_be_elsewhere(self, city: Session) -> None:
        found = check(city, "1-1-2", Proposal(floors=5, footprint_m2=100, floor_area_m2=500), DAY)
        assert one(found, Rule.FLOORS, "S213").outcome is P
        for rule in (Rule.FLOORS, Rule.COVERAGE, Rule.FAR, Rule.SETBACK):
            told = one(found, rule, "R122")
            assert (told.outcome, told.reason) == (U, Reason.NOT_DRAWN)

    def test_zones_of_one_class_are_one_piece(self, city: Session) -> None:
        city.execute(text("UPDATE zone SET class_id = 1 WHERE zone_key = 'east'"))
        found = check(city, "1-1-2", Proposal(footprint=box(42, 32, 62, 58)), DAY)
        told = one(found, Rule.COVERAGE)
        assert (told.proposed, told.allowed) == pytest.approx((520, 720))
        assert len(found.zone_ids) == 2

    def test_ground_without_a_zone_is_told(self, city: Session) -> None:
        city.execute(text("DELETE FROM zone WHERE zone_key = 'east'"))
        found = check(city, "1-1-2", Proposal(footprint=box(42, 32, 70, 58)), DAY)
        told = one(found, Rule.ZONING)
        assert (told.outcome, told.reason) == (U, Reason.NO_ZONE)
        assert is_just(told.where, box(60, 32, 70, 58))


def test_rules_nobody_entered_and_other_days(city: Session) -> None:
    before = check(city, "1-1-3", Proposal(floors=9), dt.date(2019, 12, 31))
    assert (one(before, Rule.ZONING).reason, one(before, Rule.ZONING).zone) == (Reason.NOT_ENTERED, "X999")
    after = check(city, "1-1-3", Proposal(floors=5), dt.date(2020, 1, 1))
    assert (one(after, Rule.FLOORS).allowed, one(after, Rule.FLOORS).outcome) == (5, P)
    later = check(city, "1-1-3", Proposal(floors=5), dt.date(2099, 1, 1))
    assert one(later, Rule.FLOORS).outcome is F


def test_no_zone_and_no_zoning_are_two_things(city: Session) -> None:
    city.execute(text("DELETE FROM zone WHERE zone_key = 'west'"))
    assert one(check(city, "1-1-1", Proposal(), DAY), Rule.ZONING).reason is Reason.NO_ZONE
    city.execute(text("DELETE FROM zone"))
    assert one(check(city, "1-1-1", Proposal(), DAY), Rule.ZONING).reason is Reason.NO_DATA


def test_a_footprint_elsewhere_is_only_said_to_be_elsewhere(city: Session) -> None:
    found = check(city, "1-1-2", Proposal(footprint=box(200, 30, 210, 40)), DAY)
    assert [(each.rule, each.outcome) for each in found.checks] == [(Rule.INSIDE, F)]


def test_overlays_are_found_under_what_is_drawn(city: Session) -> None:
    rich_city.build(city)
    drawn = check(city, "1-1-1", Proposal(footprint=box(5, 32, 38, 52)), DAY).findings
    assert {each.layer: each.area_m2 for each in drawn} == pytest.approx(
        {"flood": 5 * 20, "heritage": 33 * 20}
    )
    assert all(each.is_drawn for each in drawn)
    clear = check(city, "1-1-1", Proposal(footprint=box(11, 32, 38, 52)), DAY).findings
    assert [each.layer for each in clear] == ["heritage"]
    undrawn = check(city, "1-1-4", Proposal(), DAY).findings
    assert [(each.layer, each.is_drawn, round(each.area_m2, 6)) for each in undrawn] == [
        ("flood", False, 300)
    ]
    for code in LANGUAGES:
        with speaking(code):
            told = " ".join(finding_sentence(each) for each in (*drawn, *undrawn))
            assert not any(hidden in told for hidden in rich_city.HIDDEN)


def test_which_parcel(city: Session) -> None:
    number = city.scalar(text("SELECT id FROM parcel WHERE number = '1-1-1'"))
    assert check(city, number, Proposal(), DAY) == check(city, "01/01/01", Proposal(), DAY)
    for parcel, day in (
        (10**9, DAY),
        ("9-9-9", DAY),
        ("1-1-1", dt.date(2001, 1, 1)),
        (number, dt.date(2001, 1, 1)),
    ):
        with pytest.raises(NotFound):
            check(city, parcel, Proposal(), day)
    assert get_srid(city) == SRID


def every_kind_of_check(city: Session) -> list[Precheck]:
    rich_city.build(city)
    bad = Proposal(
        footprint=box(-1, 32, 38, 59),
        footprint_m2=10,
        floors=9,
        height_m=99,
        floor_area_m2=99_999,
        use="commercial",
    )
    made = [
        check(city, number, each, DAY)
        for number in ("1-1-1", "1-1-2")
        for each in (bad, Proposal(), AT_EVERY_LIMIT)
    ]
    made.append(
        check(city, "1-1-2", Proposal(use="industrial", floors=5, footprint_m2=10, floor_area_m2=9), DAY)
    )
    made.append(check(city, "1-1-3", Proposal(), dt.date(2019, 1, 1)))
    nothing = ", ".join(f"{name} = NULL" for name in ("floors", "height_m", "coverage", "far", "setback_m"))
    city.execute(text(f"UPDATE zone_class SET {nothing}, permitted_uses = '{{}}', conditional_uses = '{{}}'"))
    made.append(check(city, "1-1-1", Proposal(), DAY))
    city.execute(text("DELETE FROM zone WHERE zone_key = 'east'"))
    made.append(check(city, "1-1-2", Proposal(footprint=box(42, 32, 70, 58)), DAY))
    city.execute(text("DELETE FROM zone"))
    made.append(check(city, "1-1-2", Proposal(), DAY))
    seen = {each.reason for found in made for each in found.checks}
    assert seen >= set(Reason), "each reason is shown"
    return made


def test_every_check_has_its_sentence_in_both_languages(city: Session) -> None:
    made = every_kind_of_check(city)
    for each in (each for found in made for each in found.checks):
        with speaking("fa"):
            persian = sentence_of(each)
            assert re.search("[آ-ی]", persian), each
            assert not re.search("[0-9A-Za-z%]", persian), persian
        with speaking("en"):
            english = f"{sentence_of(each)} {article_of(each)}"
            assert not re.search("[آ-ی۰-۹]", english), english


def test_a_failing_figure_never_looks_as_if_it_passed(city: Session) -> None:
    over = dataclasses.replace(AT_EVERY_LIMIT, footprint=box(1.9996, 32, 38.0003, 52), height_m=16.0002)
    found = check(city, "1-1-1", over, DAY)
    assert {each.rule for each in found.failed} >= {Rule.SETBACK, Rule.COVERAGE, Rule.HEIGHT}
    for each in found.failed:
        figures = re.findall(r"\d[\d,]*\.?\d*", sentence_of(each))
        assert figures[0] != figures[1], sentence_of(each)


def test_json_keeps_to_its_schema_and_holds_no_language_where_it_is_stored(city: Session) -> None:
    validator = jsonschema_rs.validator_for(PRECHECK_SCHEMA)
    for found in every_kind_of_check(city):
        told = precheck_json(found, SRID)
        validator.validate(told)
        assert sum(told["counts"].values()) == len(found.checks)
        kept = stored_json(found, SRID)
        assert "sentences" not in str(kept)
        shapes = map_json(found, SRID)["features"]
        places = [each.where for each in found.checks] + [each.where for each in found.findings]
        assert len(shapes) == sum(where is not None for where in places)
        for shape in shapes:
            west, south, east, north = shapely.bounds(shapely.geometry.shape(shape["geometry"]))
            assert 51 < west <= east < 52
            assert 35 < south <= north < 36
        page = told_on_page(found, SRID)
        lines = [*page.land, *(line for _zone, of_zone in page.zones for line in of_zone), *page.findings]
        assert sorted(line.place for line in lines) == list(range(len(found.checks) + len(found.findings)))


def corners_of(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


def test_the_picture_is_true_to_scale_and_numbers_what_the_lines_number(city: Session) -> None:
    rich_city.build(city)
    proposal = Proposal(footprint=box(-3, 32, 38, 52))
    found = check(city, "1-1-1", proposal, DAY)
    drawn = draw(city, found, proposal)
    assert drawn is not None
    # 43 m from the footprint's west to the parcel's east, and a margin of 6 % on each side.
    assert (drawn.width_m, drawn.height_m) == pytest.approx((43 * 1.12, 30 + 43 * 0.12))
    by_kind = {each.kind: corners_of(each.path) for each in drawn.outlines if each.kind != "finding"}
    assert by_kind.keys() == {"parcel", "setback", "footprint", "fail"}
    margin = 43 * 0.06
    footprint = [(-3 + 3 + margin, 60 - 52 + margin), (38 + 3 + margin, 60 - 32 + margin)]
    assert shapely.bounds(shapely.MultiPoint(by_kind["footprint"])) == pytest.approx(
        [*footprint[0], *footprint[1]], abs=0.006
    )
    page = told_on_page(found, SRID)
    lines = [*page.land, *(line for _zone, of_zone in page.zones for line in of_zone), *page.findings]
    marks = [line.mark for line in lines if line.mark is not None]
    assert marks == [mark.number for mark in drawn.marks] == list(range(1, len(marks) + 1))
    assert len(marks) == 5, "outside, too much covered, too near, and two overlays"
    spots = [shapely.Point(mark.x, mark.y) for mark in drawn.marks]
    for place, spot in enumerate(spots):
        assert 0 < spot.x < drawn.width_m
        assert 0 < spot.y < drawn.height_m
        assert all(shapely.distance(spot, other) > drawn.letter_m for other in spots[:place]), (
            "none hides another"
        )
    gone = dataclasses.replace(found, parcel_id=10**9)
    assert draw(city, gone, proposal) is None


def test_a_picture_of_nothing_drawn_is_the_parcel(city: Session) -> None:
    drawn = draw(city, check(city, "1-1-2", Proposal(), DAY), Proposal())
    assert drawn is not None
    assert drawn.kinds == {"parcel"}, "two zones with two setbacks have no one line"
    assert drawn.marks == []


RING = [[51.44, 35.24], [51.4401, 35.24], [51.4401, 35.2401], [51.44, 35.24]]
OFF_THE_GLOBE = [[200, 95], [201, 95], [201, 96], [200, 95]]
BOW_TIE = [[51, 35], [51.1, 35.1], [51.1, 35], [51, 35.1], [51, 35]]


@pytest.mark.parametrize(
    ("given", "field", "status"),
    [
        ([], "proposal", 400),
        ({"floors": "four"}, "floors", 400),
        ({"floors": 2.5}, "floors", 422),
        ({"floors": 0}, "floors", 422),
        ({"floors": True}, "floors", 400),
        ({"height_m": -3}, "height_m", 422),
        ({"height_m": float("nan")}, "height_m", 400),
        ({"height_m": "1e999"}, "height_m", 400),
        ({"floor_area_m2": [1]}, "floor_area_m2", 400),
        ({"use": "castle"}, "use", 400),
        ({"use": ["residential"]}, "use", 400),
        ({"footprint": "POLYGON"}, "footprint", 400),
        ({"footprint": {"type": "Polygon"}}, "footprint", 400),
        ({"footprint": {"type": "Polygon", "coordinates": [[["x", 1]]]}}, "footprint", 400),
        ({"footprint": {"type": "Polygon", "coordinates": []}}, "footprint", 422),
        ({"footprint": {"type": "Point", "coordinates": [51, 35]}}, "footprint", 400),
        ({"footprint": {"type": "GeometryCollection", "geometries": []}}, "footprint", 422),
        ({"footprint": {"type": "Polygon", "coordinates": [OFF_THE_GLOBE]}}, "footprint", 422),
        ({"footprint": {"type": "Polygon", "coordinates": [BOW_TIE]}}, "footprint", 422),
        (
            {"footprint": {"type": "MultiPolygon", "coordinates": [[RING]] * (MOST_CORNERS // 4 + 1)}},
            "footprint",
            422,
        ),
    ],
)  # fmt: skip
def test_a_proposal_that_cannot_be_names_its_field(given: Any, field: str, status: int) -> None:
    with pytest.raises(AppError) as refused:
        Proposal.from_json(given, SRID)
    assert (refused.value.field, refused.value.status) == (field, status)


def test_a_proposal_is_read_in_any_digits() -> None:
    read = Proposal.from_json(
        {"floors": "۴", "height_m": "۱۵٫۵", "floor_area_m2": " 1٬200 ", "use": ""}, SRID
    )
    assert read == Proposal(floors=4, height_m=15.5, floor_area_m2=1200.0)
