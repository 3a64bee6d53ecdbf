"""The questions of an application, in their order: which of them a kind of permit asks, and which are answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from babel.support import LazyProxy
from sqlalchemy.orm import Session

from core.i18n import gettext as _
from core.i18n import lazy_gettext
from layers.words import join_words
from permits.documents.queries import list_missing
from permits.models import Permit
from permits.types.settings import TypeSettings

ANSWERED = "answered"
"""Where ``Permit.answers`` holds the steps that were gone through: of many questions "not known yet" is an answer."""
REASON = "reason"
"""Where it holds why a rule is not kept."""


class Step(StrEnum):
    """One question, or one thing to do."""

    PARCEL = "parcel"
    PERSON = "person"
    WORKS = "works"
    USE = "use"
    FOOTPRINT = "footprint"
    HEIGHT = "height"
    AREA = "area"
    HOMES = "homes"
    DOCUMENTS = "documents"
    RULES = "rules"
    REVIEW = "review"


QUESTIONS: dict[Step, LazyProxy] = {
    Step.PARCEL: lazy_gettext("Which parcel is it about?"),
    Step.PERSON: lazy_gettext("Who is applying?"),
    Step.WORKS: lazy_gettext("What do you want to do?"),
    Step.USE: lazy_gettext("What will it be used for?"),
    Step.FOOTPRINT: lazy_gettext("Where on the parcel will it stand?"),
    Step.HEIGHT: lazy_gettext("How many floors, and how high?"),
    Step.AREA: lazy_gettext("How much floor area will it have?"),
    Step.HOMES: lazy_gettext("How many dwellings and parking spaces?"),
    Step.DOCUMENTS: lazy_gettext("Your documents"),
    Step.RULES: lazy_gettext("Does it keep the rules?"),
    Step.REVIEW: lazy_gettext("Check your answers and send"),
}
SHORT: dict[Step, LazyProxy] = {
    Step.PARCEL: lazy_gettext("Parcel"),
    Step.PERSON: lazy_gettext("Applicant"),
    Step.WORKS: lazy_gettext("What you want to do"),
    Step.USE: lazy_gettext("Use"),
    Step.FOOTPRINT: lazy_gettext("Footprint"),
    Step.HEIGHT: lazy_gettext("Floors and height"),
    Step.AREA: lazy_gettext("Floor area"),
    Step.HOMES: lazy_gettext("Dwellings and parking"),
    Step.DOCUMENTS: lazy_gettext("Documents"),
    Step.RULES: lazy_gettext("The zone's rules"),
    Step.REVIEW: lazy_gettext("Check and send"),
}
_OF_BUILDINGS = frozenset({Step.FOOTPRINT, Step.HEIGHT, Step.HOMES, Step.RULES})
_FIGURES = frozenset({Step.USE, Step.FOOTPRINT, Step.HEIGHT, Step.AREA, Step.HOMES})


@dataclass(frozen=True)
class Missing:
    """What an application cannot be sent without, and where it is answered."""

    step: Step
    words: str


def steps_of(settings: TypeSettings) -> tuple[Step, ...]:
    """The steps that a kind of permit asks for."""
    asks_area = settings.has_building or bool(settings.fee.per_m2)
    asks_use = asks_area or settings.code == "change_of_use"
    left_out = set() if settings.has_building else set(_OF_BUILDINGS)
    left_out |= (set() if asks_area else {Step.AREA}) | (set() if asks_use else {Step.USE})
    return tuple(step for step in Step if step not in left_out)


def is_answered(session: Session, case: Permit, settings: TypeSettings, step: Step) -> bool:
    """Whether a step needs no more."""
    if step is Step.PARCEL:
        return case.parcel_id is not None
    if step is Step.PERSON:
        return bool(case.applicant_name)
    if step is Step.WORKS:
        return bool(case.description)
    if step is Step.DOCUMENTS:
        return not list_missing(session, case, settings)
    return step.value in case.answers.get(ANSWERED, ())


def next_step(session: Session, case: Permit, settings: TypeSettings) -> Step:
    """Where to go on: the first step that needs something."""
    steps = steps_of(settings)
    return next((step for step in steps if not is_answered(session, case, settings, step)), Step.REVIEW)


def following(settings: TypeSettings, step: Step) -> Step:
    """The step after one; after the last, itself."""
    steps = steps_of(settings)
    return steps[min(steps.index(step) + 1, len(steps) - 1)]


def preceding(settings: TypeSettings, step: Step) -> Step | None:
    """The step before one."""
    steps = steps_of(settings)
    return steps[steps.index(step) - 1] if steps.index(step) else None


def with_answered(case: Permit, step: Step) -> dict[str, object]:
    """The answers with a step marked as gone through. Figures changed after the rules were shown undo that mark."""
    done = [*case.answers.get(ANSWERED, ())]
    if step in _FIGURES or step is Step.PARCEL:
        done = [each for each in done if each != Step.RULES]
    return {**case.answers, ANSWERED: list(dict.fromkeys([*done, step.value]))}


def list_unready(
    session: Session, case: Permit, settings: TypeSettings, is_failing: bool
) -> Sequence[Missing]:
    """Everything that an application cannot be sent without and does not have."""
    found = []
    if case.parcel_id is None:
        found.append(Missing(Step.PARCEL, _("Please choose the parcel.")))
    if not case.applicant_name:
        found.append(Missing(Step.PERSON, _("Please give your name.")))
    if not case.description:
        found.append(Missing(Step.WORKS, _("Please say what you want to do.")))
    documents = list_missing(session, case, settings)
    if documents:
        names = join_words([each.name for each in documents])
        found.append(Missing(Step.DOCUMENTS, _("Documents still missing: %(names)s", names=names)))
    if is_failing and not str(case.answers.get(REASON) or "").strip():
        found.append(Missing(Step.RULES, _("A rule is not kept. Please say why, or change the proposal.")))
    return found
