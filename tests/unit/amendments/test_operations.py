"""Operations on the zones of an amendment: what each does, what it leaves alone, and what is refused and where."""

import os
import random

import pytest
import shapely

from core.errors import Unprocessable
from layers.zoning.amendments import topology as t
from layers.zoning.amendments.drafts import Draft, Reason, Refused, make_draft
from layers.zoning.amendments.history import History, from_json, replay, to_json
from layers.zoning.amendments.mending import CloseGap, GiveOverlap, Snap
from layers.zoning.amendments.operations import (
    AddCorner,
    Cut,
    Merge,
    Move,
    MoveBorder,
    Operation,
    Reshape,
    SetClass,
    SetText,
    Split,
)
from tests.amendments import X0, Y0, box, grid, hold_to_coverage, run_sequence, zone

SEQUENCES = int(os.environ.get("AMENDMENT_SEQUENCES", "300"))
"""How many random sequences are run: 10,000 take some seven minutes."""


def at(*spots: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    return tuple((X0 + x, Y0 + y) for x, y in spots)


def quarters() -> Draft:
    """Four squares of 100 m around (100, 100), and a fifth to the east that only borders them."""
    return make_draft(
        [
            box("sw", 0, 0),
            box("se", 100, 0),
            box("nw", 0, 100),
            box("ne", 100, 100),
            zone("far", (200, 0), (300, 0), (300, 200), (200, 200), (200, 100), is_editable=False),
        ]
    )


def area(draft: Draft, key: str) -> float:
    return float(draft.zones[key].shape.area)


def refused(operation: Operation, draft: Draft) -> Refused:
    with pytest.raises(Refused) as caught:
        operation.apply(draft)
    assert caught.value.field == "operations"
    return caught.value


def test_a_split_gives_both_sides_and_the_neighbours_the_same_corners() -> None:
    base = quarters()
    after = Split(key="sw", line=at((50, -10), (50, 110)), new_key="a").apply(base)
    assert (area(after, "sw"), area(after, "a")) == pytest.approx((5000, 5000))
    assert after.zones["a"].class_code == base.zones["sw"].class_code
    corner = (X0 + 50, Y0 + 100)
    assert {key for key, each in after.zones.items() if corner in t.corners_of(each.shape)} == {
        "sw",
        "a",
        "nw",
    }
    for key in ("se", "ne", "far"):
        assert after.zones[key].content == base.zones[key].content
    hold_to_coverage(base, after)


def test_a_line_that_crosses_twice_makes_three_zones() -> None:
    base = make_draft(
        [zone("u", (0, 0), (90, 0), (90, 100), (60, 100), (60, 30), (30, 30), (30, 100), (0, 100))]
    )
    after = Split(key="u", line=at((-5, 60), (95, 60)), new_key="v").apply(base)
    assert sorted(after.zones) == ["u", "v", "v.2"]
    assert area(after, "u") == pytest.approx(90 * 30 + 2 * 30 * 30)
    hold_to_coverage(base, after)


def test_a_line_drawn_a_hand_beside_a_corner_goes_through_it() -> None:
    base = quarters()
    after = Split(key="sw", line=at((0.004, 0.003), (99.996, 100.002)), new_key="a").apply(base)
    assert len(shapely.get_coordinates(after.zones["a"].shape)) == 4
    assert area(after, "a") == pytest.approx(5000)
    assert after.zones["nw"] is base.zones["nw"]


def test_a_line_that_stops_inside_does_not_split() -> None:
    assert (
        refused(Split(key="sw", line=at((50, -10), (50, 60)), new_key="a"), quarters()).reason
        is Reason.DOES_NOT_CROSS
    )


def test_a_strip_is_refused_with_its_place() -> None:
    error = refused(Split(key="sw", line=at((0.03, -1), (0.03, 101)), new_key="a"), quarters())
    assert error.reason is Reason.SLIVER
    assert error.place == pytest.approx((X0 + 0.015, Y0 + 50), abs=0.1)
    assert error.details["place"] == list(error.place or ())


def test_a_merge_drops_the_border_and_nothing_else() -> None:
    base = quarters()
    after = Merge(keys=("sw", "se")).apply(base)
    assert sorted(after.zones) == ["far", "ne", "nw", "sw"]
    assert area(after, "sw") == 20_000
    assert after.zones["ne"] is base.zones["ne"]
    hold_to_coverage(base, after)
    assert refused(Merge(keys=("sw", "ne")), base).reason is Reason.NOT_ADJACENT  # they meet in a corner only
    assert refused(Merge(keys=("sw", "sw")), base).reason is Reason.NOT_ADJACENT


def test_a_shared_border_moves_once_for_both() -> None:
    """Both sides change by exactly opposite areas; whoever is not involved stays byte for byte."""
    base = quarters()
    noded = AddCorner(spot=at((100, 50))[0]).apply(base)
    move = MoveBorder(keys=("sw", "se"), moves=(Move(corner=at((100, 50))[0], to=at((130, 47))[0]),))
    after = move.apply(noded)
    gained = area(after, "sw") - area(noded, "sw")
    assert gained == pytest.approx(30 * 100 / 2)
    assert gained + (area(after, "se") - area(noded, "se")) == pytest.approx(0, abs=1e-6)
    for key in ("nw", "ne", "far"):
        assert after.zones[key].content == base.zones[key].content
    hold_to_coverage(base, after)


@pytest.mark.parametrize("seed", range(25))
def test_shared_borders_of_uneven_quarters_move_by_opposite_areas(seed: int) -> None:
    dice, base = random.Random(seed), grid(5, seed)
    border = base.zones["z12"].shape.intersection(base.zones["z22"].shape)
    spot = border.interpolate(dice.uniform(0.2, 0.8), normalized=True)
    noded = AddCorner(spot=(spot.x, spot.y)).apply(base)
    to = (spot.x + dice.uniform(-20, 20), spot.y + dice.uniform(-20, 20))
    after = MoveBorder(keys=("z12", "z22"), moves=(Move(corner=(spot.x, spot.y), to=to),)).apply(noded)
    changes = {key: area(after, key) - area(noded, key) for key in base.zones}
    assert changes["z12"] + changes["z22"] == pytest.approx(0, abs=1e-6)
    assert abs(changes["z12"]) > 0.1
    for key in base.zones.keys() - {"z12", "z22"}:
        assert after.zones[key].content == base.zones[key].content
    hold_to_coverage(base, after)


@pytest.mark.parametrize(
    ("corner", "to", "reason"),
    [
        ((100, 100), (110, 110), Reason.JUNCTION),
        ((100, 0), (100, 20), Reason.MOVES_PLAN_EDGE),
        ((40, 0), (50, 0), Reason.NO_SHARED_CORNER),
        ((100, 50), (250, 50), Reason.INVALID),
        ((100, 50), (150, 150), Reason.INVALID),
    ],
)
def test_a_border_that_may_not_move_says_why(
    corner: tuple[float, float], to: tuple[float, float], reason: Reason
) -> None:
    base = AddCorner(spot=at((100, 50))[0]).apply(quarters())
    move = MoveBorder(keys=("sw", "se"), moves=(Move(corner=at(corner)[0], to=at(to)[0]),))
    error = refused(move, base)
    # Beyond the far border the zone crosses its own first, or the next one's: either is told.
    assert error.reason in (reason, Reason.BREAKS_COVERAGE)
    assert error.place is not None


def test_the_end_of_a_border_slides_along_the_rim() -> None:
    base = quarters()
    after = MoveBorder(keys=("sw", "se"), moves=(Move(corner=at((100, 0))[0], to=at((80, 0))[0]),)).apply(
        base
    )
    assert area(after, "se") - area(base, "se") == pytest.approx(1000)
    hold_to_coverage(base, after)


def test_a_hole_becomes_a_zone() -> None:
    base = quarters()
    cut = Cut(
        key="nw", ring=at((20, 120), (60, 120), (60, 160), (20, 160)), new_key="park", class_code="G111"
    )
    after = cut.apply(base)
    assert (area(after, "park"), area(after, "nw")) == pytest.approx((1600, 8400))
    assert after.zones["park"].class_code == "G111"
    assert len(after.zones["nw"].shape.geoms[0].interiors) == 1
    hold_to_coverage(base, after)
    beyond = Cut(key="nw", ring=at((80, 120), (120, 120), (120, 160)), new_key="b")
    assert refused(beyond, base).reason is Reason.OUTSIDE
    whole = Cut(key="nw", ring=at((0, 100), (100, 100), (100, 200), (0, 200)), new_key="b")
    assert refused(whole, base).reason is Reason.NOTHING_LEFT
    assert refused(Cut(key="nw", ring=cut.ring, new_key="sw"), base).reason is Reason.KEY_TAKEN


def test_a_new_shape_takes_from_some_and_gives_to_the_heir() -> None:
    base = quarters()
    ring = at((0, 0), (90, 0), (90, 110), (0, 110))
    after = Reshape(key="sw", ring=ring, heir="se").apply(base)
    assert area(after, "sw") == pytest.approx(9900)
    assert area(after, "nw") == pytest.approx(10_000 - 900)
    assert area(after, "se") == pytest.approx(10_000 + 1000)
    assert area(after, "ne") == area(base, "ne")
    hold_to_coverage(base, after)
    assert refused(Reshape(key="sw", ring=ring), base).reason is Reason.NO_HEIR
    assert refused(Reshape(key="sw", ring=ring, heir="ne"), base).reason is Reason.NOT_ADJACENT
    outside = Reshape(key="se", ring=at((100, 0), (220, 0), (220, 100), (100, 100)))
    assert refused(outside, base).reason is Reason.OUTSIDE


def test_class_and_text_leave_the_shape_alone() -> None:
    base = quarters()
    after = SetText(key="sw", rule_text_fa="ارتفاع", rule_text_en="Height").apply(
        SetClass(key="sw", class_code="S213").apply(base)
    )
    one = after.zones["sw"]
    assert (one.class_code, one.rule_text_fa, one.rule_text_en) == ("S213", "ارتفاع", "Height")
    assert one.shape is base.zones["sw"].shape
    assert after.list_changed(base) == ["sw"]


def test_a_corner_that_is_there_is_not_put_there_again() -> None:
    base = quarters()
    assert AddCorner(spot=at((100.003, 100))[0]).apply(base).list_changed(base) == []


def test_a_neighbour_is_not_for_editing() -> None:
    for operation in (
        SetClass(key="far", class_code="S213"),
        Split(key="far", line=at((250, -5), (250, 205)), new_key="x"),
        Merge(keys=("se", "far")),
    ):
        assert refused(operation, quarters()).reason is Reason.NOT_EDITABLE
    assert refused(SetClass(key="nowhere", class_code="S213"), quarters()).reason is Reason.NO_SUCH_ZONE
    assert refused(AddCorner(spot=at((50, 50))[0]), quarters()).reason is Reason.NOT_ON_BORDER


def test_an_overlap_is_given_to_either_side() -> None:
    base = make_draft([box("a", 0, 0), box("b", 90, 0), box("c", 190, 0)])
    for to, of in (("a", "b"), ("b", "a")):
        after = GiveOverlap(to=to, taken_from=of).apply(base)
        assert (area(after, to), area(after, of)) == pytest.approx((10_000, 9000))
        assert shapely.coverage_is_valid([each.shape for each in after.zones.values()])
    assert refused(GiveOverlap(to="b", taken_from="c"), base).reason is Reason.NO_OVERLAP


def test_a_gap_goes_to_a_zone_that_borders_it() -> None:
    ring = [
        zone("s", (0, 0), (90, 0), (90, 30), (0, 30)),
        zone("n", (0, 60), (90, 60), (90, 90), (0, 90)),
        zone("w", (0, 30), (40, 30), (40, 60), (0, 60)),
        zone("e", (41, 30), (90, 30), (90, 60), (41, 60)),
    ]
    base = make_draft(ring)
    after = CloseGap(spot=at((40.5, 40))[0], to="e").apply(base)
    assert area(after, "e") == pytest.approx(50 * 30)
    assert after.ground.area == pytest.approx(8100)
    assert shapely.coverage_is_valid([each.shape for each in after.zones.values()])
    assert refused(CloseGap(spot=at((20, 20))[0], to="e"), base).reason is Reason.NO_GAP


def test_borders_a_hair_apart_are_joined() -> None:
    base = make_draft([box("a", 0, 0), zone("b", (100.004, 0), (200, 0), (200, 100), (99.997, 100))])
    assert not shapely.coverage_is_valid([each.shape for each in base.zones.values()])
    after = Snap(key="b", to="a").apply(base)
    assert shapely.coverage_is_valid([each.shape for each in after.zones.values()])
    assert after.zones["a"].content == base.zones["a"].content


def test_what_is_undone_is_as_if_it_had_never_been() -> None:
    base = quarters()
    one = Split(key="sw", line=at((50, -10), (50, 110)), new_key="a")
    history = History().add(one).add(SetClass(key="a", class_code="S213"))
    after = replay(base, history.done)
    assert replay(base, history.undo().undo().done).list_changed(base) == []
    assert replay(base, history.undo().redo().done).list_changed(after) == []
    assert history.undo().undo().undo() == history.undo().undo()
    assert history.redo() == history
    assert history.undo().add(one).undone == ()
    assert from_json(to_json(history.done)) == history.done


def test_the_operation_that_cannot_be_carried_out_is_named() -> None:
    done = [SetClass(key="sw", class_code="S213"), Merge(keys=("sw", "ne"))]
    with pytest.raises(Refused) as caught:
        replay(quarters(), done)
    assert caught.value.details["index"] == 1


@pytest.mark.parametrize(
    "given",
    [
        {},
        [{"op": "fly"}],
        [{"op": "split", "key": "a", "line": [[0, 0]], "new_key": "b"}],
        [{"op": "add_corner", "spot": [float("nan"), 0]}],
        [{"op": "set_class", "key": "a", "class_code": "R122", "more": 1}],
        [{"op": "set_class"}] * 5001,
    ],
)
def test_what_is_no_operation_is_refused(given: object) -> None:
    with pytest.raises(Unprocessable) as caught:
        from_json(given)
    assert caught.value.field == "operations"


def test_any_sequence_of_operations_leaves_a_whole_plan() -> None:
    """AMENDMENT_SEQUENCES=10000 runs as many; each is twelve operations, takings back among them."""
    done: dict[str, int] = {}
    for seed in range(SEQUENCES):
        base = grid(6, seed)
        draft, history, counts = run_sequence(base, seed, 12)
        hold_to_coverage(base, draft)
        assert replay(base, from_json(to_json(history.done))).list_changed(draft) == []
        for kind, (times, _refused) in counts.items():
            done[kind] = done.get(kind, 0) + times
    assert all(done[kind] for kind in ("Split", "Merge", "MoveBorder", "AddCorner", "Cut", "Reshape")), done
