"""Writing an approved survey into the city, and taking it back: one stroke each, in the caller's transaction."""

import datetime as dt
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.i18n import gettext as _
from core.importing import sql_file
from layers.boundary import get_city
from layers.words import isolated, join_words
from parcels.models import Parcel
from parcels.streets import ensure_streets
from parcels.surveys import queries
from parcels.surveys.events import survey_reverting
from parcels.surveys.models import Survey, SurveyChange
from parcels.surveys.numbering import assign
from parcels.surveys.states import Status

_HERE = Path(__file__).parent
_NAMED = 10
_OPENED = (Status.ADDED.value, Status.CHANGED.value)


def hold_to_base(session: Session, survey: Survey) -> None:
    """See that the parcels beneath are as the check saw them, and hold them so until the transaction ends.

    Whoever else changes the city's parcels as a whole (an import, another approval) waits meanwhile. Raises Conflict
    naming the parcels that changed, with the versions that the check saw and those of now.
    """
    get_city(session, to_change=True)
    now = queries.base_of(session, survey.id)
    ids = sorted(int(each) for each in {*now, *survey.base})
    session.execute(select(Parcel.id).where(Parcel.id.in_(ids)).order_by(Parcel.id).with_for_update())
    now = queries.base_of(session, survey.id)
    changed = sorted(int(each) for each in {*now, *survey.base} if now.get(each) != survey.base.get(each))
    if not changed:
        return
    numbers = sorted(queries.numbers_of(session, changed).values())
    raise Conflict(
        _(
            "Since the check, the city has changed beneath this survey: %(numbers)s. Have it checked again.",
            numbers=_listed(numbers),
        ),
        field="survey",
        details={
            "reason": "parcels_changed",
            "parcels": numbers,
            "seen": {each: survey.base.get(each) for each in map(str, changed)},
            "now": {each: now.get(each) for each in map(str, changed)},
        },
    )


def apply(session: Session, survey: Survey, day: dt.date) -> dict[str, int]:
    """Close and open parcels from a day on, with their lineage; says how many of each. See :func:`hold_to_base`."""
    opened = queries.list_changes(session, survey.id, _OPENED)
    assign(session, opened)
    _find_streets(session, opened)
    session.flush()
    numbered = text(
        "UPDATE survey_change SET new_id = nextval(pg_get_serial_sequence('parcel', 'id'))"
        " WHERE survey_id = :survey AND status IN ('added', 'changed')"
    )
    session.execute(numbered, {"survey": survey.id})
    _refuse_taken_numbers(session, survey)
    session.execute(sql_file(_HERE / "apply_survey.sql"), {"survey": survey.id, "day": day})
    session.execute(sql_file(_HERE.parent / "grow_boundary.sql"))
    session.expire_all()
    ended = session.scalar(
        select(func.count(func.distinct(text("id")))).select_from(
            text(
                "(SELECT old_id AS id FROM survey_change WHERE survey_id = :survey AND status IN ('changed', 'removed')"
                " UNION SELECT unnest(parents) FROM survey_change"
                " WHERE survey_id = :survey AND status IN ('added', 'changed')) AS ended"
            ).bindparams(survey=survey.id)
        )
    )
    return {"opened": len(opened), "closed": int(ended or 0)}


def _find_streets(session: Session, opened: list[SurveyChange]) -> None:
    """Each new address has its street in the dictionary."""
    named = {(change.attributes or {}).get("street") for change in opened} - {None, ""}
    streets = ensure_streets(session, sorted(str(name) for name in named))
    for change in opened:
        street = streets.get((change.attributes or {}).get("street") or "")
        if street is not None:
            change.attributes = {**(change.attributes or {}), "street_id": street}


def _refuse_taken_numbers(session: Session, survey: Survey) -> None:
    taken = [number for _feature, number in queries.list_taken_numbers(session, survey.id)]
    if taken:
        raise Conflict(
            _(
                "Meanwhile another parcel has got the number %(numbers)s. Have the survey checked again.",
                numbers=_listed(taken),
            ),
            field="survey",
            details={"reason": "number_taken", "parcels": taken},
        )


def take_back(session: Session, survey: Survey) -> None:
    """Undo an approved survey as if it had never been. Raises Conflict telling what was built on it."""
    get_city(session, to_change=True)
    built = [
        _told(row.number, row.why, row.survey_id)
        for row in session.execute(sql_file(_HERE / "built_on_survey.sql"), {"survey": survey.id})
    ]
    opened = [
        each.new_id for each in queries.list_changes(session, survey.id, _OPENED) if each.new_id is not None
    ]
    for _receiver, told in survey_reverting.send(None, session=session, parcel_ids=opened):
        built += told or []
    if built:
        raise Conflict(
            _("This survey can no longer be taken back, for something was built on it:")
            + "\n"
            + "\n".join(built[:_NAMED]),
            field="survey",
            details={"reason": "built_on", "built": built},
        )
    session.execute(sql_file(_HERE / "revert_survey.sql"), {"survey": survey.id})
    session.expire_all()


def _told(number: str, why: str, survey_id: int | None) -> str:
    shown = isolated(number)
    if why == "replaced" and survey_id is not None:
        return _("Parcel %(number)s was changed by survey %(survey)s.", number=shown, survey=survey_id)
    if why == "certificate":
        return _("A zoning certificate was issued on parcel %(number)s.", number=shown)
    if why == "neighbour":
        return _("The border of the neighbour %(number)s has changed since.", number=shown)
    if why == "number":
        return _("The number %(number)s was given to another parcel.", number=shown)
    return _("Parcel %(number)s has changed since.", number=shown)


def _listed(numbers: list[str]) -> str:
    named = join_words([isolated(number) for number in numbers[:_NAMED]])
    return named + (" …" if len(numbers) > _NAMED else "")
