"""The forms of an application: what was typed at a step, as what is to be kept, or every fault of it by its field."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely

from accounts.services import normal_email
from core.errors import AppError, BadInput, Unprocessable
from core.i18n import gettext as _
from core.inputs import read_words
from permits.applying.steps import REASON, Step, with_answered
from permits.models import Permit
from permits.precheck.proposal import Proposal, geojson_of
from permits.services import Draft

MOST_CORNERS = 200
LONGEST_TEXT, LONGEST_LINE = 10_000, 300
FIELDS: dict[Step, tuple[str, ...]] = {
    Step.PARCEL: ("parcel",),
    Step.PERSON: ("applicant_name", "contact_email"),
    Step.WORKS: ("description",),
    Step.USE: ("use",),
    Step.FOOTPRINT: ("corners", "footprint_m2"),
    Step.HEIGHT: ("floors", "height_m"),
    Step.AREA: ("floor_area_m2",),
    Step.HOMES: ("dwellings", "parking"),
    Step.RULES: ("reason",),
    Step.DOCUMENTS: (),
    Step.REVIEW: (),
}
"""The fields of each step, by the names they have in forms."""

Typed = Mapping[str, str]


@dataclass
class Asked:
    """What a form asks to keep, and what is wrong with it: one error a field at the most."""

    draft: Draft
    problems: list[AppError] = field(default_factory=list)


def read_step(step: Step, typed: Typed, case: Permit, srid: int) -> Asked:
    """Read the form of a step. ``srid`` is the city's, in which corners are drawn."""
    readers: dict[Step, Callable[[Typed, Permit, int], Asked]] = {
        Step.PARCEL: _read_parcel,
        Step.PERSON: _read_person,
        Step.WORKS: _read_works,
        Step.FOOTPRINT: _read_footprint,
        Step.RULES: _read_rules,
    }
    asked = readers.get(step, _figures_reader(step))(typed, case, srid)
    asked.draft = dataclasses.replace(asked.draft, answers=_answers(asked.draft, case, step))
    return asked


def _answers(draft: Draft, case: Permit, step: Step) -> dict[str, Any]:
    return {**with_answered(case, step), **(draft.answers or {})}


def _read_parcel(typed: Typed, _case: Permit, _srid: int) -> Asked:
    asked = Asked(Draft())
    number = _words(asked, typed, "parcel", LONGEST_LINE)
    if not number and not asked.problems:
        asked.problems.append(Unprocessable(_("Please choose the parcel."), field="parcel"))
    asked.draft = Draft(parcel_number=number)
    return asked


def _read_person(typed: Typed, _case: Permit, _srid: int) -> Asked:
    asked = Asked(Draft())
    name = _words(asked, typed, "applicant_name", LONGEST_LINE)
    if not name and not asked.problems:
        asked.problems.append(Unprocessable(_("Please give your name."), field="applicant_name"))
    email = _words(asked, typed, "contact_email", LONGEST_LINE)
    if email:
        try:
            email = normal_email(email)
        except AppError as wrong:
            asked.problems.append(Unprocessable(wrong.message, field="contact_email"))
    asked.draft = Draft(applicant_name=name, contact_email=email)
    return asked


def _read_works(typed: Typed, _case: Permit, _srid: int) -> Asked:
    asked = Asked(Draft())
    told = _words(asked, typed, "description", LONGEST_TEXT)
    if not told and not asked.problems:
        asked.problems.append(Unprocessable(_("Please say what you want to do."), field="description"))
    asked.draft = Draft(description=told)
    return asked


def _read_rules(typed: Typed, _case: Permit, _srid: int) -> Asked:
    asked = Asked(Draft())
    asked.draft = Draft(answers={REASON: _words(asked, typed, "reason", LONGEST_TEXT)})
    return asked


def _figures_reader(step: Step) -> Callable[[Typed, Permit, int], Asked]:
    """Of the steps whose fields are figures of the proposal."""

    def read(typed: Typed, case: Permit, srid: int) -> Asked:
        asked, given = Asked(Draft()), {}
        for name in FIELDS[step]:
            try:
                given[name] = getattr(Proposal.from_json({name: typed.get(name)}, srid), name)
            except AppError as wrong:
                asked.problems.append(wrong)
        asked.draft = _with_figures(case, srid, given)
        return asked

    return read


def _read_footprint(typed: Typed, case: Permit, srid: int) -> Asked:
    """Corners that were drawn go before an area that was typed: of the two only one is kept."""
    asked = Asked(Draft())
    try:
        shape = read_corners(typed.get("corners", ""), srid)
        area = None if shape is not None else typed.get("footprint_m2")
        given = Proposal.from_json({"footprint_m2": area}, srid)
        asked.draft = _with_figures(case, srid, {"footprint": shape, "footprint_m2": given.footprint_m2})
    except AppError as wrong:
        asked.problems.append(wrong)
    return asked


def read_corners(text: str, srid: int) -> Any | None:
    """Corners ``x,y x,y …`` in metres of the city's grid as a polygon; None for none.

    Raises BadInput for what is no list of corners, Unprocessable for fewer than three or for sides that cross.
    """
    pairs = text.split()
    if not pairs:
        return None
    if len(pairs) > MOST_CORNERS:
        raise BadInput(_("The drawn corners could not be understood."), field="corners")
    corners = [_corner(pair) for pair in pairs]
    if len(set(corners)) < 3:
        raise Unprocessable(_("A footprint needs at least three corners."), field="corners")
    drawn = geojson_of(shapely.Polygon(corners), srid, 12)
    try:
        return Proposal.from_json({"footprint": drawn}, srid).footprint
    except AppError as wrong:
        raise type(wrong)(wrong.message, field="corners") from None


def _corner(pair: str) -> tuple[float, float]:
    try:
        x, y = (float(each) for each in pair.split(","))
    except ValueError:
        raise BadInput(_("The drawn corners could not be understood."), field="corners") from None
    # A grid's metres have eight digits before the point at the most.
    if not all(math.isfinite(each) and abs(each) < 1e8 for each in (x, y)):
        raise BadInput(_("The drawn corners could not be understood."), field="corners")
    return round(x, 5), round(y, 5)


def write_corners(shape: Any | None) -> str:
    """A footprint as :func:`read_corners` reads it: its outer ring."""
    if shape is None or shape.geom_type != "Polygon":
        return ""
    return " ".join(f"{x:.5f},{y:.5f}" for x, y in shape.exterior.coords[:-1])


def proposal_of(case: Permit, srid: int) -> Proposal:
    """The proposal as it is kept."""
    return Proposal.from_json(case.proposal, srid)


def _with_figures(case: Permit, srid: int, given: Mapping[str, Any]) -> Draft:
    return Draft(proposal=dataclasses.replace(proposal_of(case, srid), **given).to_json(srid))


def _words(asked: Asked, typed: Typed, name: str, longest: int) -> str:
    try:
        return read_words(typed.get(name, "").replace("\r\n", "\n"), name, longest)
    except BadInput as wrong:
        asked.problems.append(wrong)
        return ""
