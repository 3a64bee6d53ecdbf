"""Surveys in the small city: what a file would change, what is wrong with it, what approval writes and takes back."""

from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts import services as people
from accounts.permissions import Role
from core import audit
from core.errors import Conflict, NotAllowed
from core.workflow import NotYet
from parcels.surveys import queries, services
from parcels.surveys.events import survey_reverting
from parcels.surveys.models import Survey
from parcels.surveys.states import Kind, State
from parcels.surveys.workshop import Workshop
from permits import on_surveys
from permits.states import State as PermitState
from tests.people import make_person
from tests.permits import make_case
from tests.surveys import Desk, area, box, codes, is_coverage, parcels_now, state_of_city, zip_of

HALVES = [box(40, 30, 80, 44), box(40, 44, 80, 60)]
"""The parcel 1-1-2 cut in two by a line from neighbour to neighbour."""


@pytest.fixture
def desk(city: Session, tmp_path: Path) -> Desk:
    surveyor = make_person(city, Role.SURVEYOR)
    approver = make_person(city, Role.PLAN_CHECKER)
    return Desk(city, surveyor, approver, tmp_path)


def changes(desk: Desk, survey: Survey) -> list[tuple[str, str, str]]:
    return [
        (each.status, each.relation, each.number)
        for each in queries.list_changes(desk.session, survey.id)
        if each.status != "noded"
    ]


def lineage(session: Session) -> list[tuple[str, str, str]]:
    rows = session.execute(
        text(
            "SELECT p.number AS parent, c.number AS child, l.kind FROM parcel_lineage l"
            " JOIN parcel p ON p.id = l.parent_id JOIN parcel c ON c.id = l.child_id ORDER BY 1, 2"
        )
    )
    return [tuple(row) for row in rows]


class TestSubdivision:
    def test_is_recognised_and_nothing_is_written_before_approval(self, desk: Desk) -> None:
        before = state_of_city(desk.session)
        survey = desk.send(Kind.SUBDIVISION, zip_of(HALVES))
        assert survey.state == State.CHECKED
        assert changes(desk, survey) == [
            ("added", "split", ""),
            ("added", "split", ""),
            ("removed", "split", "1-1-2"),
        ]
        assert survey.summary["area_in_m2"] == survey.summary["area_out_m2"] == 1200
        assert codes(desk.session, survey) == {"columns.no_number": 1, "topology.noded": 2}
        desk.submit(survey)
        assert state_of_city(desk.session) == before

    def test_is_written_at_one_stroke_and_taken_back_as_one(self, desk: Desk) -> None:
        before = state_of_city(desk.session)
        survey = desk.approve(desk.submit(desk.send(Kind.SUBDIVISION, zip_of(HALVES))))
        assert survey.state == State.APPROVED
        now = parcels_now(desk.session)
        assert set(now) == {"1-1-1", "1-1-3", "1-1-4", "1-1-5", "1-1-6", "1-1-7", "1-1-8"}
        assert (now["1-1-7"].area, now["1-1-8"].area) == (560, 640)
        assert is_coverage(desk.session)
        assert lineage(desk.session) == [("1-1-2", "1-1-7", "subdivision"), ("1-1-2", "1-1-8", "subdivision")]
        taken_over = desk.session.execute(
            text(
                "SELECT street_id, house_number, land_use, area_official_m2 FROM parcel WHERE number = '1-1-7'"
            )
        ).one()
        assert tuple(taken_over) == (1, 4, "residential", None)
        desk.revert(survey)
        assert survey.state == State.REVERTED
        assert state_of_city(desk.session) == before

    def test_numbers_of_the_file_are_kept_where_they_are_free(self, desk: Desk) -> None:
        numbered = zip_of(HALVES, {"number": ["1-1-2", "1-1-9"]})
        survey = desk.approve(desk.submit(desk.send(Kind.SUBDIVISION, numbered)))
        assert changes(desk, survey) == [("changed", "split", "1-1-2"), ("added", "split", "1-1-9")]
        assert {"1-1-2", "1-1-9"} < set(parcels_now(desk.session))
        assert lineage(desk.session) == [("1-1-2", "1-1-2", "subdivision"), ("1-1-2", "1-1-9", "subdivision")]

    def test_a_number_that_is_anothers_is_an_error(self, desk: Desk) -> None:
        survey = desk.send(Kind.SUBDIVISION, zip_of(HALVES, {"number": ["1-1-2", "01-01-05"]}))
        assert codes(desk.session, survey)["number.taken"] == 1
        with pytest.raises(NotYet):
            desk.submit(survey)

    def test_both_with_the_parents_number_get_numbers_by_the_rule(self, desk: Desk) -> None:
        survey = desk.send(Kind.SUBDIVISION, zip_of(HALVES, {"number": ["1-1-2", "1-1-2"]}))
        assert [number for _status, _relation, number in changes(desk, survey)][:2] == ["", ""]


class TestMerge:
    def test_is_recognised_with_its_parents(self, desk: Desk) -> None:
        survey = desk.approve(desk.submit(desk.send(Kind.MERGE, zip_of([box(0, 30, 80, 60)]))))
        assert [each[:2] for each in changes(desk, survey)] == [
            ("added", "merge"),
            ("removed", "merge"),
            ("removed", "merge"),
        ]
        assert lineage(desk.session) == [("1-1-1", "1-1-7", "merge"), ("1-1-2", "1-1-7", "merge")]
        assert parcels_now(desk.session)["1-1-7"].area == 2400


class TestCorrection:
    def test_two_neighbours_with_another_border_are_no_redrawing(self, desk: Desk) -> None:
        moved = zip_of([box(0, 30, 46, 60), box(46, 30, 80, 60)], {"number": ["1-1-1", "1-1-2"]})
        survey = desk.approve(desk.submit(desk.send(Kind.CORRECTION, moved)))
        assert changes(desk, survey) == [("changed", "same", "1-1-1"), ("changed", "same", "1-1-2")]
        now = parcels_now(desk.session)
        assert (now["1-1-1"].area, now["1-1-2"].area) == (1380, 1020)
        assert is_coverage(desk.session)

    def test_the_same_again_changes_nothing_and_is_not_handed_in(self, desk: Desk) -> None:
        same = desk.send(Kind.CORRECTION, zip_of([box(0, 30, 40, 60)], {"number": ["1-1-1"]}))
        assert changes(desk, same) == [("unchanged", "same", "1-1-1")]
        with pytest.raises(NotYet):
            desk.submit(same)


class TestBorders:
    def test_nearly_shared_borders_are_snapped_and_it_is_said(self, desk: Desk) -> None:
        near = [area((40.03, 30), (80, 30.02), (80, 44), (40, 44)), box(40, 44, 80, 60)]
        survey = desk.approve(desk.submit(desk.send(Kind.SUBDIVISION, zip_of(near))))
        assert codes(desk.session, survey)["topology.snapped"] == 1
        assert is_coverage(desk.session)
        assert parcels_now(desk.session)["1-1-7"].area == 560

    def test_an_overlap_with_a_neighbour_is_an_error_with_its_place(self, desk: Desk) -> None:
        survey = desk.send(Kind.SUBDIVISION, zip_of([box(40, 30, 80, 44), box(38, 44, 80, 60)]))
        [found] = [
            each for each in queries.list_findings(desk.session, survey.id) if each.code == "topology.overlap"
        ]
        assert (found.severity, found.feature, found.params["number"]) == ("error", 1, "1-1-1")
        assert found.params["area_m2"] == 32
        assert found.lon == pytest.approx(51.44, abs=0.1)
        with pytest.raises(NotYet):
            desk.submit(survey)

    def test_an_overlap_inside_the_file_is_one_too(self, desk: Desk) -> None:
        survey = desk.send(Kind.SUBDIVISION, zip_of([box(40, 30, 80, 45), box(40, 44, 80, 60)]))
        assert codes(desk.session, survey)["topology.overlap_inside"] == 1

    def test_a_narrow_gap_is_an_error_and_a_wide_one_is_asked_about(self, desk: Desk) -> None:
        narrow = desk.send(Kind.SUBDIVISION, zip_of([box(40, 30, 80, 44), box(40, 44.5, 80, 60)]))
        assert codes(desk.session, narrow)["topology.gap_narrow"] == 1
        wide = desk.send(Kind.SUBDIVISION, zip_of([box(40, 30, 80, 44), box(40, 44, 80, 57)]))
        assert codes(desk.session, wide)["topology.gap"] == 1
        assert wide.summary["area_in_m2"] - wide.summary["area_out_m2"] == pytest.approx(120)
        desk.submit(wide)

    def test_what_lies_outside_the_city_is_an_error(self, desk: Desk) -> None:
        outside = desk.send(Kind.NEW_PARCELS, zip_of([box(700, 700, 720, 720)]))
        assert codes(desk.session, outside)["place.outside_city"] == 1
        partly = desk.send(Kind.NEW_PARCELS, zip_of([box(490, 300, 510, 320)]))
        assert codes(desk.session, partly)["place.partly_outside"] == 1

    def test_a_street_crossed_and_a_sliver_are_told(self, desk: Desk) -> None:
        survey = desk.send(Kind.NEW_PARCELS, zip_of([box(0, 60, 40, 80), box(100, 100, 100.3, 120)]))
        assert codes(desk.session, survey)["place.street"] == 1
        assert codes(desk.session, survey)["topology.sliver"] == 1

    def test_a_registered_area_is_held_against_the_drawing(self, desk: Desk) -> None:
        told = zip_of(HALVES, {"area_m2": [560.0, 700.0]})
        survey = desk.send(Kind.SUBDIVISION, told)
        [found] = [
            each for each in queries.list_findings(desk.session, survey.id) if each.code == "area.official"
        ]
        assert (found.feature, found.params["official_m2"], found.params["measured_m2"]) == (1, 700, 640)


class TestAttributes:
    def test_field_by_field(self, desk: Desk) -> None:
        said = {"number": ["1-1-1", "1-1-6"], "landuse": ["commercial", "vacant"]}
        sent = zip_of([box(0, 30, 40, 60), box(80, 0, 120, 30)], said)
        survey = desk.send(Kind.ATTRIBUTES, sent)
        assert changes(desk, survey) == [("changed", "same", "1-1-1"), ("unchanged", "same", "1-1-6")]
        [changed] = queries.list_changes(desk.session, survey.id, ["changed"])
        assert changed.fields == [{"field": "land_use", "old": "residential", "new": "commercial"}]
        assert not changed.is_shape_changed
        desk.approve(desk.submit(survey))
        row = desk.session.execute(
            text(
                "SELECT land_use, street_id, area_official_m2 FROM parcel WHERE number = '1-1-1' AND valid_to IS NULL"
            )
        ).one()
        assert tuple(row) == ("commercial", 1, 1200)

    def test_a_number_the_city_does_not_have_is_an_error(self, desk: Desk) -> None:
        survey = desk.send(Kind.ATTRIBUTES, zip_of([box(0, 30, 40, 60)], {"number": ["9-9-9"]}))
        assert codes(desk.session, survey)["number.unknown"] == 1


class TestUpdate:
    def test_what_is_not_in_it_ends(self, desk: Desk) -> None:
        numbers = ["1-1-1", "1-1-2", "1-1-3", "1-1-9"]
        shapes = [box(0, 30, 40, 60), box(40, 30, 80, 60), box(80, 30, 120, 61), box(0, 0, 40, 30)]
        survey = desk.send(Kind.UPDATE, zip_of(shapes, {"number": numbers}))
        counts = survey.summary["counts"]
        assert (counts["unchanged"], counts["changed"], counts["added"], counts["removed"]) == (2, 2, 0, 2)
        desk.approve(desk.submit(survey))
        assert set(parcels_now(desk.session)) == set(numbers)

    def test_what_has_no_number_is_left_out_and_said(self, desk: Desk) -> None:
        lots = [box(0, 30, 40, 60), box(40, 30, 80, 60), box(80, 30, 120, 60), box(0, 0, 40, 30)]
        numbers = ["1-1-1", "1-1-2", "1-1-3", "1-1-4", " "]
        sent = zip_of([*lots, box(0, 70, 40, 80)], {"parcel_no": numbers})
        survey = desk.send(Kind.UPDATE, sent)
        assert codes(desk.session, survey)["number.none"] == 1
        counts = survey.summary["counts"]
        assert (counts["unchanged"], counts["added"], counts["removed"]) == (4, 0, 2)

    def test_numbers_that_only_their_spelling_tells_apart_stay_apart(self, desk: Desk) -> None:
        shapes = [box(200, 200, 220, 220), box(220, 200, 240, 220), box(0, 30, 40, 60)]
        survey = desk.send(Kind.UPDATE, zip_of(shapes, {"parcel_no": ["RR", "--RR", "1-1-1"]}))
        desk.approve(desk.submit(survey))
        assert set(parcels_now(desk.session)) == {"RR", "--RR", "1-1-1"}
        again = desk.send(Kind.UPDATE, zip_of(shapes, {"parcel_no": ["RR", "--RR", "1-1-1"]}))
        assert again.summary["counts"]["unchanged"] == 3


class TestApproval:
    def test_nobody_approves_their_own(self, desk: Desk) -> None:
        survey = desk.submit(desk.send(Kind.SUBDIVISION, zip_of(HALVES)))
        people.grant(desk.session, audit.COMMAND, desk.surveyor, Role.PLAN_CHECKER, "for the test")
        with pytest.raises(NotAllowed):
            services.approve(desk.session, desk.actor(desk.surveyor), desk.surveyor, survey, survey.version)

    def test_what_changed_beneath_refuses_it_until_it_is_checked_again(self, desk: Desk) -> None:
        survey = desk.submit(desk.send(Kind.SUBDIVISION, zip_of(HALVES)))
        desk.session.execute(text("UPDATE parcel SET version = version + 1 WHERE number = '1-1-1'"))
        nested = desk.session.begin_nested()
        with pytest.raises(Conflict) as caught:
            desk.approve(survey)
        nested.rollback()
        assert caught.value.details["reason"] == "parcels_changed"
        assert caught.value.details["parcels"] == ["1-1-1"]
        desk.session.refresh(survey)
        services.check_again(desk.session, desk.actor(desk.approver), desk.approver, survey, survey.version)
        desk.approve(desk.submit(desk.check(survey)))
        assert survey.state == State.APPROVED

    def test_a_parcel_that_came_beneath_refuses_it_too(self, desk: Desk) -> None:
        survey = desk.submit(desk.send(Kind.NEW_PARCELS, zip_of([box(200, 200, 220, 220)])))
        desk.session.execute(
            text(
                "INSERT INTO parcel (number, geom) SELECT '7', ST_Multi(ST_Translate(geom, 205, 205)) FROM parcel"
                " WHERE number = '1-1-4'"
            )
        )
        with pytest.raises(Conflict, match="7"):
            desk.approve(survey)

    def test_what_was_built_on_it_keeps_it(self, desk: Desk) -> None:
        survey = desk.approve(desk.submit(desk.send(Kind.SUBDIVISION, zip_of(HALVES))))
        later = desk.send(Kind.MERGE, zip_of([box(40, 30, 80, 60)], {"number": ["1-1-2"]}))
        desk.approve(desk.submit(later))
        nested = desk.session.begin_nested()
        with pytest.raises(Conflict, match=f"survey {later.id}"):
            desk.revert(survey)
        nested.rollback()
        desk.revert(later)
        desk.revert(survey)
        assert "1-1-2" in parcels_now(desk.session)

    def test_a_permit_case_on_it_keeps_it_and_is_named(self, desk: Desk) -> None:
        survey = desk.approve(desk.submit(desk.send(Kind.SUBDIVISION, zip_of(HALVES))))
        new = desk.session.scalar(text("SELECT id FROM parcel WHERE number = '1-1-7'"))
        case = make_case(desk.session, PermitState.SUBMITTED, parcel_id=new, parcel_number="1-1-7")
        case.reference = "1405-000012"
        desk.session.flush()
        survey_reverting.connect(on_surveys.name_cases)
        with pytest.raises(Conflict, match="1405-000012"):
            desk.revert(survey)

    def test_each_step_stands_in_the_record(self, desk: Desk) -> None:
        survey = desk.approve(desk.submit(desk.send(Kind.SUBDIVISION, zip_of(HALVES))))
        audit.write_pending(desk.session)
        acts = desk.session.execute(
            text("SELECT action, actor FROM audit WHERE subject = :it ORDER BY id"),
            {"it": f"survey:{survey.id}"},
        ).all()
        assert [act.action for act in acts] == [
            "survey.send", "survey.file", "survey.finish", "survey.submit", "survey.approve", "survey.write",
        ]  # fmt: skip
        assert acts[4].actor == desk.approver.in_record


def test_shapes_are_stored_as_they_were_sent(desk: Desk) -> None:
    survey = desk.send(Kind.NEW_PARCELS, zip_of([box(200.123456789, 200, 220, 220)]))
    [change] = queries.list_changes(desk.session, survey.id)
    assert change.geom is not None
    assert shapely.from_wkb(bytes(change.geom.data)).area == pytest.approx(20 * (220 - 200.123456789))


@pytest.mark.parametrize("kind", [Kind.SUBDIVISION, Kind.CORRECTION])
@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE parcel SET valid_to = current_date, version = version + 1 WHERE number = '1-1-2'",
        "UPDATE parcel SET land_use = 'commercial', version = version + 1 WHERE number = '1-1-2'",
        "INSERT INTO parcel (number, land_use, geom, valid_from)"
        " SELECT '1-1-99', 'residential', geom, current_date FROM parcel WHERE number = '1-1-2'",
    ],
)
def test_what_changes_while_a_check_compares_is_found_at_approval(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, meanwhile: str, kind: Kind
) -> None:
    do = Workshop.do

    def slow(shop: Workshop, step: str, request: Any, tell: Any) -> Any:
        answer = do(shop, step, request, tell)
        if step == "compare":
            desk.session.execute(text(meanwhile))
        return answer

    monkeypatch.setattr(Workshop, "do", slow)
    content = zip_of(HALVES)
    if kind is Kind.CORRECTION:
        content = zip_of([box(0, 30, 46, 60), box(46, 30, 80, 60)], {"number": ["1-1-1", "1-1-2"]})
    survey = desk.submit(desk.send(kind, content))
    before = state_of_city(desk.session)
    with pytest.raises(Conflict) as refused, desk.session.begin_nested():
        desk.approve(survey)
    assert refused.value.details["reason"] == "parcels_changed"
    assert state_of_city(desk.session) == before
