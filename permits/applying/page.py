"""What the page of each step shows: what was typed or is kept, and all that helps to answer its question."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from core.errors import AppError
from core.i18n import format_number, local_digits
from core.i18n import gettext as _
from core.inputs import read_lon_lat
from core.visibility import Audience
from layers.words import LAND_USES, isolated, land_use_name
from permits.applying import finding
from permits.applying.pad import pad_of
from permits.applying.schemas import FIELDS, proposal_of, write_corners
from permits.applying.services import find_unready, judge
from permits.applying.steps import (
    QUESTIONS,
    REASON,
    SHORT,
    Step,
    following,
    is_answered,
    preceding,
    steps_of,
)
from permits.documents.models import PermitDocument
from permits.documents.queries import list_documents
from permits.models import Permit
from permits.precheck.page import told_on_page
from permits.precheck.picture import draw
from permits.precheck.proposal import Proposal
from permits.precheck.services import check, get_srid
from permits.states import State
from permits.types import words as type_words
from permits.types.settings import TypeSettings, reckon_fee

_WHAT_IS = {"park", "transport", "vacant", "unknown"}
"""Uses of land that are no use of a building."""
_LONGEST_SEARCH = 200


@dataclass
class Filled:
    """A form as it was sent: to be shown again with what is wrong."""

    form: Mapping[str, str]
    problems: Sequence[AppError] = field(default_factory=list)

    @property
    def is_stale(self) -> bool:
        """Whether somebody, perhaps the same person on another device, kept something else meanwhile."""
        return any("seen" in problem.details for problem in self.problems)


@dataclass(frozen=True)
class Row:
    """One line of what was answered."""

    step: Step
    label: str
    value: str


def tell_step(
    session: Session, case: Permit, settings: TypeSettings, step: Step, filled: Filled | None, day: dt.date
) -> dict[str, Any]:
    """Everything that the page of a step is made of."""
    steps = steps_of(settings)
    kept = values_of(case, step, get_srid(session))
    typed = {name: filled.form.get(name, kept[name]) for name in kept} if filled else kept
    problems = list(filled.problems) if filled else []
    return {
        "step": step,
        "question": QUESTIONS[step],
        "number": steps.index(step) + 1,
        "total": len(steps),
        "before": preceding(settings, step),
        "after": following(settings, step),
        "typed": typed,
        "kept": kept if filled is not None and filled.is_stale else None,
        "problems": problems,
        "wrong": {problem.field or "": problem for problem in reversed(problems)},
        "is_over": case.state is not State.DRAFT,
        **_more_of(session, case, settings, step, filled, day),
    }


def values_of(case: Permit, step: Step, srid: int) -> dict[str, str]:
    """The fields of a step as they are kept, to be typed on."""
    if step is Step.PARCEL:
        return {"parcel": case.parcel_number}
    if step in (Step.PERSON, Step.WORKS):
        return {name: str(getattr(case, name)) for name in FIELDS[step]}
    if step is Step.RULES:
        return {"reason": str(case.answers.get(REASON) or "")}
    proposal = proposal_of(case, srid)
    written = {"corners": write_corners(proposal.footprint)}
    return {name: written.get(name) or _written(getattr(proposal, name, None)) for name in FIELDS[step]}


def _written(value: Any) -> str:
    """A figure as one would type it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return local_digits(f"{round(value, 2):.10g}")


def _more_of(
    session: Session, case: Permit, settings: TypeSettings, step: Step, filled: Filled | None, day: dt.date
) -> dict[str, Any]:
    if step is Step.PARCEL:
        return _of_parcel(session, case, filled.form if filled else {}, day)
    if step is Step.USE:
        return {"uses": {code: str(name) for code, name in LAND_USES.items() if code not in _WHAT_IS}}
    if step is Step.FOOTPRINT:
        return _of_footprint(session, case, day)
    if step is Step.DOCUMENTS:
        return _of_documents(session, case, settings)
    if step is Step.RULES:
        return _of_rules(session, case, settings, day)
    if step is Step.REVIEW:
        return tell_review(session, case, settings, day)
    return {}


def _of_parcel(session: Session, case: Permit, form: Mapping[str, str], day: dt.date) -> dict[str, Any]:
    """What the search found, and the small map after whatever was pressed."""
    words = form.get("q", "").strip()[:_LONGEST_SEARCH]
    found = finding.find(session, words) if words and "find" in form else []
    view = _view(session, case, form, found)
    pressed = _press(session, view, form, day) if view is not None else None
    chosen = form.get("parcel") or case.parcel_number if pressed is None else pressed
    return {
        "q": words,
        "found": found,
        "is_searched": bool(words) and "find" in form,
        "is_missed": pressed == "",
        "view": view,
        "size": (finding.WIDTH_PX, finding.HEIGHT_PX),
        "chosen": chosen[:_LONGEST_SEARCH],
        "chosen_address": finding.address_of(session, chosen[:_LONGEST_SEARCH], day),
    }


def _view(
    session: Session, case: Permit, form: Mapping[str, str], found: list[finding.Found]
) -> finding.View | None:
    """The map's view: where a result or a button leads, else as it was, else around the case's parcel."""
    view = finding.read_view(form, get_srid(session)) or finding.view_of(case)
    if form.get("at"):
        lon, _comma, lat = form["at"].partition(",")
        view = _view_of_degrees(session, lon, lat) or view
    elif found:
        view = finding.view_at(session, found[0].lon, found[0].lat) or view
    return view.turn(form["turn"]) if view is not None and form.get("turn") else view


def _view_of_degrees(session: Session, lon: str, lat: str) -> finding.View | None:
    try:
        return finding.view_at(session, *read_lon_lat(lon, lat))
    except AppError:
        return None


def _press(session: Session, view: finding.View, form: Mapping[str, str], day: dt.date) -> str | None:
    """The number of the parcel that was pressed on the map: empty where there is none, None without a press."""
    try:
        spot = view.press(int(form["map.x"]), int(form["map.y"]))
    except (KeyError, ValueError):
        return None
    if spot is None:
        return None
    found = finding.parcel_at(session, spot, day)
    return found.number if found else ""


def _of_footprint(session: Session, case: Permit, day: dt.date) -> dict[str, Any]:
    if case.parcel_id is None:
        return {"pad": None}
    try:
        rules = check(session, case.parcel_id, Proposal(), day)
    except AppError:
        rules = None
    return {"pad": pad_of(session, case.parcel_id, rules)}


def _of_documents(session: Session, case: Permit, settings: TypeSettings) -> dict[str, Any]:
    papers = list_documents(session, case, Audience.PARTIES)
    names = {each.code: each.name for each in settings.documents}
    brought = {each.kind for each in papers}
    missing = [each for each in settings.documents if each.code not in brought]
    return {
        "papers": papers,
        "kind_names": names,
        "brought": brought,
        "next_kind": missing[0].code if missing else "other",
    }


def _of_rules(session: Session, case: Permit, settings: TypeSettings, day: dt.date) -> dict[str, Any]:
    found = judge(session, case, settings, day)
    if found is None:
        return {"told": None, "drawn": None}
    srid = get_srid(session)
    return {"told": told_on_page(found, srid), "drawn": draw(session, found, proposal_of(case, srid))}


def tell_review(session: Session, case: Permit, settings: TypeSettings, day: dt.date) -> dict[str, Any]:
    """Every answer with the step that changes it, what is still missing, and the fee line by line."""
    proposal = proposal_of(case, get_srid(session))
    lines = reckon_fee(settings.fee, proposal.floor_area_m2, proposal.use)
    papers = list_documents(session, case, Audience.PARTIES)
    return {
        "rows": _rows(session, case, settings, proposal, papers, day),
        "unready": find_unready(session, case, settings, day),
        "fee_lines": lines,
        "words": type_words,
        "email": case.contact_email,
    }


def _rows(
    session: Session,
    case: Permit,
    settings: TypeSettings,
    proposal: Proposal,
    papers: list[PermitDocument],
    day: dt.date,
) -> list[Row]:
    names = {each.code: each.name for each in settings.documents}
    values = {
        Step.PARCEL: _joined(
            case.parcel_number and isolated(case.parcel_number),
            finding.address_of(session, case.parcel_number, day) or case.address,
        ),
        Step.PERSON: _joined(case.applicant_name, case.contact_email),
        Step.WORKS: case.description,
        Step.USE: land_use_name(proposal.use) if proposal.use else "",
        Step.FOOTPRINT: _square(proposal.ground_m2),
        Step.HEIGHT: _joined(
            _n(_("%(n)s floors"), proposal.floors), _n(_("%(n)s m high"), proposal.height_m)
        ),
        Step.AREA: _square(proposal.floor_area_m2),
        Step.HOMES: _joined(
            _n(_("%(n)s dwellings"), proposal.dwellings), _n(_("%(n)s parking spaces"), proposal.parking)
        ),
        Step.DOCUMENTS: _joined(*(each.title or names.get(each.kind, "") for each in papers)),
        Step.RULES: _judged(session, case, settings, day),
    }
    steps = [step for step in steps_of(settings) if step is not Step.REVIEW]
    return [Row(step, str(SHORT[step]), values[step]) for step in steps]


def _judged(session: Session, case: Permit, settings: TypeSettings, day: dt.date) -> str:
    told = _of_rules(session, case, settings, day)["told"] if Step.RULES in steps_of(settings) else None
    reason = str(case.answers.get(REASON) or "")
    return _joined(told.summary, reason) if told else ""


def _square(area_m2: float | None) -> str:
    return "" if area_m2 is None else _("%(n)s m²", n=format_number(area_m2, 1))


def _n(words: str, value: float | None) -> str:
    return "" if value is None else words % {"n": format_number(value, 1)}


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def tell_tasks(session: Session, case: Permit, settings: TypeSettings) -> list[tuple[Step, str, bool]]:
    """The steps with their names, and whether each needs no more."""
    return [
        (step, str(SHORT[step]), is_answered(session, case, settings, step))
        for step in steps_of(settings)
        if step is not Step.REVIEW
    ]
