"""What a check finds in a change set: the code, whether it blocks, the place, and a fix that mends it."""

from dataclasses import replace

import pytest
import shapely

from layers.zoning.amendments.checks import Code, Finding, Severity, check, is_blocked
from layers.zoning.amendments.drafts import Draft, make_draft
from layers.zoning.amendments.operations import SetClass
from tests.amendments import X0, Y0, box, zone

CLASSES = {"R122", "S213"}


def findings(base: Draft, draft: Draft, has_document: bool = True) -> list[Finding]:
    return check(base, draft, CLASSES, has_document=has_document)


def row() -> Draft:
    return make_draft([box("a", 0, 0), box("b", 100, 0), box("c", 200, 0)])


def with_zone(draft: Draft, *corners: tuple[float, float]) -> Draft:
    """The draft with another shape for its zone b, as no operation would make it."""
    return replace(draft, zones={**draft.zones, "b": zone("b", *corners)})


def test_a_change_that_is_whole_has_no_findings() -> None:
    base = row()
    assert findings(base, SetClass(key="a", class_code="S213").apply(base)) == []


def test_nothing_changed_no_document_and_an_unknown_class_block() -> None:
    base = row()
    found = findings(base, base, has_document=False)
    assert {each.code for each in found} == {Code.NO_CHANGE, Code.NO_DOCUMENT}
    assert is_blocked(found)
    [unknown] = findings(base, SetClass(key="a", class_code="Q1").apply(base))
    assert (unknown.code, unknown.severity, unknown.keys) == (Code.CLASS_UNKNOWN, Severity.BLOCKING, ("a",))
    assert unknown.place == pytest.approx((X0 + 50, Y0 + 50))


def test_an_overlap_is_told_with_its_place_and_either_fix_mends_it() -> None:
    base = row()
    draft = with_zone(base, (90, 0), (200, 0), (200, 100), (90, 100))
    [found] = findings(base, draft)
    assert (found.code, found.severity, found.keys) == (Code.OVERLAP, Severity.BLOCKING, ("a", "b"))
    assert found.area_m2 == pytest.approx(1000)
    assert found.place == pytest.approx((X0 + 95, Y0 + 50))
    for fix, left in zip(found.fixes, (10_000, 9000), strict=True):
        mended = fix.apply(draft)
        assert mended.zones["a"].shape.area == pytest.approx(left)
        assert Code.OVERLAP not in {each.code for each in findings(base, mended)}


def test_a_gap_at_the_rim_changes_the_union_and_one_inside_is_closed() -> None:
    base = row()
    [open_gap] = findings(base, with_zone(base, (110, 0), (200, 0), (200, 100), (110, 100)))
    assert open_gap.code is Code.UNION_CHANGED
    assert open_gap.area_m2 == pytest.approx(1000)
    ring = [
        zone("s", (0, 0), (90, 0), (90, 30), (0, 30)),
        zone("n", (0, 60), (90, 60), (90, 90), (0, 90)),
        zone("w", (0, 30), (40, 30), (40, 60), (0, 60)),
        zone("b", (40, 30), (90, 30), (90, 60), (40, 60)),
    ]
    base = make_draft(ring)
    draft = with_zone(base, (40.5, 30), (90, 30), (90, 60), (40.5, 60))
    found = {each.code: each for each in findings(base, draft)}
    gap = found[Code.GAP]
    assert gap.severity is Severity.BLOCKING
    assert gap.area_m2 == pytest.approx(15)
    assert gap.place is not None
    assert gap.place[0] == pytest.approx(X0 + 40.25)
    fix = next(each for each in gap.fixes if each.model_dump()["to"] == "b")
    assert findings(base, SetClass(key="w", class_code="S213").apply(fix.apply(draft))) == []


def test_what_was_wrong_in_the_plan_before_is_a_warning() -> None:
    base = make_draft([box("a", 0, 0), box("b", 99, 0), box("c", 199, 0)])
    found = findings(base, SetClass(key="c", class_code="S213").apply(base))
    assert [(each.code, each.severity) for each in found] == [(Code.OVERLAP, Severity.WARNING)]
    assert not is_blocked(found)


def test_a_border_that_crosses_itself_is_told_first() -> None:
    base = row()
    draft = with_zone(base, (100, 0), (200, 100), (200, 0), (100, 100))
    [found] = findings(base, draft)
    assert found.code is Code.INVALID
    assert found.place == pytest.approx((X0 + 150, Y0 + 50))


def test_borders_that_do_not_quite_meet_are_a_warning_that_snapping_mends() -> None:
    base = make_draft([box("a", 0, 0), zone("b", (100, 0), (200, 0), (200, 100), (100.00004, 100))])
    draft = SetClass(key="a", class_code="S213").apply(base)
    found = findings(base, draft)
    assert {(each.code, each.severity) for each in found} == {(Code.UNMATCHED, Severity.WARNING)}
    assert shapely.coverage_is_valid([each.shape for each in found[0].fixes[0].apply(draft).zones.values()])
    assert found[0].as_json()["fixes"][0]["op"] == "snap"
