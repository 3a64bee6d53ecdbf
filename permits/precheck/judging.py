"""Holds a proposal against the land and against each zone's rules, rule by rule, in a fixed order."""

from dataclasses import replace
from typing import Any

import shapely

from layers.zoning.queries import Rules
from permits.precheck.checks import Check, Outcome, Reason, Rule, Unit
from permits.precheck.ground import (
    AREA_TOLERANCE_M2,
    LENGTH_TOLERANCE_M,
    Ground,
    Piece,
    distance_to_border,
    outside_of,
    too_near,
)
from permits.precheck.proposal import Proposal

DRAWN_AND_TYPED_SHARE, DRAWN_AND_TYPED_M2 = 0.01, 0.5
"""A typed footprint agrees with the drawn one within a hundredth of it or half a square metre, whichever is more."""


def judge(ground: Ground, proposal: Proposal, has_zoning: bool) -> list[Check]:
    """Every check of a proposal on a piece of ground. ``has_zoning``: whether the city holds any zoning at all."""
    checks = [*_inside(ground, proposal), *_floors_times_footprint(proposal), *_drawn_and_typed(proposal)]
    checks += _zoning(ground, proposal, has_zoning)
    several = len(ground.pieces) > 1
    for piece in ground.pieces:
        checks += [_of_zone(check, piece) for check in _by_rules(ground, piece, proposal, several)]
    return checks


def _of_zone(check: Check, piece: Piece) -> Check:
    rules = piece.zone.rules
    return replace(check, zone=rules.code, zone_id=piece.zone.id, article=rules.article)


def _inside(ground: Ground, proposal: Proposal) -> list[Check]:
    if proposal.footprint is None:
        return [Check(Rule.INSIDE, Outcome.UNKNOWN, Reason.NOT_DRAWN)]
    outside = outside_of(proposal.footprint, ground.shape)
    if outside is None:
        return [Check(Rule.INSIDE, Outcome.PASS, allowed=0.0, proposed=0.0, unit=Unit.M2)]
    return [
        Check(
            Rule.INSIDE,
            Outcome.FAIL,
            allowed=0.0,
            proposed=float(shapely.area(outside)),
            unit=Unit.M2,
            where=outside,
        )
    ]


def _floors_times_footprint(proposal: Proposal) -> list[Check]:
    """Whether the floor area fits on the footprint times the floors; nothing where one of them is not said."""
    ground_m2, floors, floor_area_m2 = proposal.ground_m2, proposal.floors, proposal.floor_area_m2
    if ground_m2 is None or floors is None or floor_area_m2 is None:
        return []
    most = ground_m2 * floors
    outcome = _outcome(floor_area_m2 <= most + AREA_TOLERANCE_M2)
    return [Check(Rule.FLOORS_TIMES_FOOTPRINT, outcome, allowed=most, proposed=floor_area_m2, unit=Unit.M2)]


def _drawn_and_typed(proposal: Proposal) -> list[Check]:
    if proposal.footprint is None or proposal.footprint_m2 is None:
        return []
    drawn = float(shapely.area(proposal.footprint))
    apart = abs(drawn - proposal.footprint_m2)
    outcome = _outcome(apart <= max(DRAWN_AND_TYPED_SHARE * drawn, DRAWN_AND_TYPED_M2))
    where = None if outcome is Outcome.PASS else proposal.footprint
    typed = proposal.footprint_m2
    return [Check(Rule.DRAWN_AND_TYPED, outcome, allowed=drawn, proposed=typed, unit=Unit.M2, where=where)]


def _zoning(ground: Ground, proposal: Proposal, has_zoning: bool) -> list[Check]:
    """That there is ground without a zone: under all of it, or under some of the footprint."""
    if ground.unzoned is not None:
        area_m2 = float(shapely.area(ground.unzoned))
        told = {"proposed": area_m2, "unit": Unit.M2, "where": ground.unzoned}
        return [Check(Rule.ZONING, Outcome.UNKNOWN, Reason.NO_ZONE, **told)]
    if ground.pieces or (proposal.footprint is not None and _is_elsewhere(ground, proposal.footprint)):
        return []
    return [Check(Rule.ZONING, Outcome.UNKNOWN, Reason.NO_ZONE if has_zoning else Reason.NO_DATA)]


def _is_elsewhere(ground: Ground, footprint: Any) -> bool:
    """Whether nothing of a footprint stands on the parcel: that it is not inside says all there is to say."""
    return not shapely.area(shapely.intersection(footprint, ground.shape)) > AREA_TOLERANCE_M2


def _by_rules(ground: Ground, piece: Piece, proposal: Proposal, several: bool) -> list[Check]:
    rules = piece.zone.rules
    if not rules.is_entered:
        return [Check(Rule.ZONING, Outcome.UNKNOWN, Reason.NOT_ENTERED)]
    return [
        *(_if_it_stands_here(check, piece, several) for check in _use_and_height(rules, proposal)),
        _coverage(rules, piece, proposal, several),
        _far(rules, piece, proposal, several),
        _setback(rules, ground, piece),
    ]


def _use_and_height(rules: Rules, proposal: Proposal) -> list[Check]:
    return [
        *_use(rules, proposal.use),
        _at_most(Rule.FLOORS, rules.floors, proposal.floors, Unit.FLOORS, 0.0),
        _at_most(Rule.HEIGHT, rules.height_m, proposal.height_m, Unit.M, LENGTH_TOLERANCE_M),
    ]


def _if_it_stands_here(check: Check, piece: Piece, several: bool) -> Check:
    """What is not allowed in one of several zones may stand in another: without a drawing nobody can tell."""
    if several and piece.footprint is None and check.outcome in (Outcome.FAIL, Outcome.CONSENT):
        return replace(check, outcome=Outcome.UNKNOWN, reason=Reason.NOT_DRAWN)
    return check


def _use(rules: Rules, use: str | None) -> list[Check]:
    if not (rules.permitted_uses or rules.conditional_uses or rules.prohibited_uses):
        return [Check(Rule.USE, Outcome.PASS, Reason.NO_LIMIT, use=use or "")]
    if use is None:
        return [Check(Rule.USE, Outcome.UNKNOWN, Reason.NOT_SAID)]
    if use in rules.prohibited_uses:
        return [Check(Rule.USE, Outcome.FAIL, use=use)]
    if use in rules.permitted_uses:
        return [Check(Rule.USE, Outcome.PASS, use=use)]
    if use in rules.conditional_uses:
        return [Check(Rule.USE, Outcome.CONSENT, use=use)]
    return [Check(Rule.USE, Outcome.UNKNOWN, Reason.NOT_NAMED, use=use)]


def _at_most(
    rule: Rule, most: float | None, proposed: float | None, unit: Unit, tolerance: float, **more: Any
) -> Check:
    """A figure against the most that it may be; without a limit it passes whatever it is."""
    if most is None:
        return Check(rule, Outcome.PASS, Reason.NO_LIMIT, proposed=proposed, unit=unit)
    if proposed is None:
        return Check(rule, Outcome.UNKNOWN, Reason.NOT_SAID, allowed=most, unit=unit, **more)
    outcome = _outcome(proposed <= most + tolerance)
    return Check(rule, outcome, allowed=most, proposed=proposed, unit=unit, **more)


def _coverage(rules: Rules, piece: Piece, proposal: Proposal, several: bool) -> Check:
    most = None if rules.coverage is None else rules.coverage * piece.area_m2
    proposed = proposal.ground_m2 if piece.footprint is None else piece.footprint_m2
    if several and piece.footprint is None and most is not None:
        return Check(
            Rule.COVERAGE, Outcome.UNKNOWN, Reason.NOT_DRAWN, allowed=most, unit=Unit.M2, ratio=rules.coverage
        )
    check = _at_most(Rule.COVERAGE, most, proposed, Unit.M2, AREA_TOLERANCE_M2, ratio=rules.coverage)
    return replace(check, where=piece.footprint) if check.outcome is Outcome.FAIL else check


def _far(rules: Rules, piece: Piece, proposal: Proposal, several: bool) -> Check:
    most = None if rules.far is None else rules.far * piece.area_m2
    if several and piece.footprint is None and most is not None:
        return Check(Rule.FAR, Outcome.UNKNOWN, Reason.NOT_DRAWN, allowed=most, unit=Unit.M2, ratio=rules.far)
    floor_area_m2 = _floor_area_on(piece, proposal)
    return _at_most(Rule.FAR, most, floor_area_m2, Unit.M2, AREA_TOLERANCE_M2, ratio=rules.far)


def _floor_area_on(piece: Piece, proposal: Proposal) -> float | None:
    """The floor area that stands on a piece: as much of it as of the footprint, since floors lie over it alike."""
    area_m2, whole_m2 = proposal.floor_area_m2, proposal.ground_m2
    if area_m2 is None or piece.is_whole or piece.footprint_m2 is None or not whole_m2:
        return area_m2
    return area_m2 * piece.footprint_m2 / whole_m2


def _setback(rules: Rules, ground: Ground, piece: Piece) -> Check:
    least = rules.setback_m
    if not least:
        return Check(Rule.SETBACK, Outcome.PASS, Reason.NO_LIMIT, allowed=least, unit=Unit.M)
    if piece.footprint is None:
        return Check(Rule.SETBACK, Outcome.UNKNOWN, Reason.NOT_DRAWN, allowed=least, unit=Unit.M)
    kept = distance_to_border(piece.footprint, ground.shape)
    if kept >= least - LENGTH_TOLERANCE_M:
        return Check(Rule.SETBACK, Outcome.PASS, allowed=least, proposed=kept, unit=Unit.M)
    where = too_near(piece.footprint, ground.shape, least)
    return Check(Rule.SETBACK, Outcome.FAIL, allowed=least, proposed=kept, unit=Unit.M, where=where)


def _outcome(is_kept: bool) -> Outcome:
    return Outcome.PASS if is_kept else Outcome.FAIL
