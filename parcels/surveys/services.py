"""What people do with a survey: send it, answer, submit, decide, take back. Each step is in the record."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.permissions import Permission
from accounts.services import may_act
from core import audit, jobs
from core.audit import Actor
from core.documents import DocumentStore
from core.errors import BadInput, Conflict, NotAllowed, NotFound, TooLarge, Unprocessable
from core.i18n import format_number
from core.i18n import gettext as _
from core.local_time import get_today
from core.workflow import Mover
from layers.boundary import get_city
from parcels.surveys import applying, queries
from parcels.surveys.checking import TASK
from parcels.surveys.columns import remember, signature_of
from parcels.surveys.limits import TOLERANCES, UPLOAD_BYTES
from parcels.surveys.models import Survey, SurveyFile
from parcels.surveys.states import Event, Kind, Party
from parcels.surveys.workflow import OPEN, take

_LONGEST_NAME = 120
DATA = "data"
PAPERS = ("plan", "control_points", "measurements")
"""What a paper beside a survey may be."""
PAPER_ENDINGS = (".pdf", ".dxf", ".dwg", ".csv", ".txt", ".png", ".jpg", ".jpeg", ".zip")
ENDINGS = (".zip", ".gpkg", ".geojson", ".json", ".csv", ".gz")


@dataclass(frozen=True)
class Upload:
    """A file as it came: its name on the sender's machine, and its bytes."""

    name: str
    content: bytes


def parties_of(person: Person, survey: Survey) -> frozenset[Party]:
    """What somebody is to a survey: four eyes see more, so nobody is both."""
    if survey.created_by == person.id:
        return frozenset({Party.SURVEYOR} if Permission.SURVEYS_SUBMIT in person.permissions else ())
    may = may_act(person, Permission.SURVEYS_APPROVE, survey.created_by, survey.submitted_by)
    return frozenset({Party.APPROVER} if may else ())


def may_see_all(person: Person) -> bool:
    """Whether somebody sees everybody's surveys; a surveyor sees their own."""
    return bool({Permission.SURVEYS_APPROVE, Permission.STAFF_LAYERS} & person.permissions)


def get_for(session: Session, person: Person, survey_id: int) -> Survey:
    """A survey that somebody may see. Raises NotFound also for one that they may not: it is nobody else's business."""
    survey = queries.get_survey(session, survey_id)
    if survey.created_by != person.id and not may_see_all(person):
        raise NotFound(_("There is no such survey."))
    return survey


def send(
    session: Session,
    actor: Actor,
    person: Person,
    store: DocumentStore,
    upload: Upload,
    kind: Kind,
    title: str,
) -> Survey:
    """Take a file in as a new survey, and have it checked. Raises BadInput, TooLarge."""
    get_city(session)
    survey = Survey(kind=kind.value, title=title, created_by=person.id)
    session.add(survey)
    session.flush()
    audit.record(
        session, actor, "survey.send", f"survey:{survey.id}", after={"kind": kind.value, "run": survey.run}
    )
    _keep(session, actor, person, store, survey, upload)
    _queue(session, survey)
    return survey


def send_again(
    session: Session,
    actor: Actor,
    person: Person,
    store: DocumentStore,
    survey: Survey,
    upload: Upload,
    seen: int,
) -> None:
    """Take a mended file in; what was answered before holds for it too, as far as it fits."""
    _begin_again(session, survey, Event.ANSWER, Mover(actor, parties_of(person, survey)), seen, what="file")
    _keep(session, actor, person, store, survey, upload)
    survey.answers = {name: value for name, value in survey.answers.items() if name != "member"}


def attach(
    session: Session,
    actor: Actor,
    person: Person,
    store: DocumentStore,
    survey: Survey,
    upload: Upload,
    role: str,
) -> None:
    """Keep a paper beside the survey: the plan, control points or measurements. The check does not read it.

    Raises NotAllowed for others than its surveyor, Conflict once it is decided.
    """
    if Party.SURVEYOR not in parties_of(person, survey):
        raise NotAllowed(_("Only its surveyor adds papers to a survey."))
    if survey.state not in OPEN:
        raise Conflict(_("This survey is decided: nothing can be added to it."), field="survey")
    if role not in PAPERS:
        raise BadInput(_("Please choose what the paper is."), field="role")
    _keep(session, actor, person, store, survey, upload, role)


def answer(
    session: Session, actor: Actor, person: Person, survey: Survey, answers: Mapping[str, Any], seen: int
) -> None:
    """Note what the surveyor says of the file, and have checked again what depends on it."""
    mover = Mover(actor, parties_of(person, survey))
    _begin_again(session, survey, Event.ANSWER, mover, seen, what=", ".join(sorted(answers)))
    survey.answers = {**survey.answers, **answers}
    if "columns" in answers and survey.summary.get("fields"):
        remember(session, person.id, signature_of(survey.summary["fields"]), answers["columns"])


def check_again(session: Session, actor: Actor, person: Person, survey: Survey, seen: int) -> None:
    """Hold a survey against the city as it is now."""
    _begin_again(session, survey, Event.RECHECK, Mover(actor, parties_of(person, survey)), seen)


def submit(session: Session, actor: Actor, person: Person, survey: Survey, seen: int) -> None:
    """Hand a survey without errors to whoever approves."""
    take(session, survey, Event.SUBMIT, Mover(actor, parties_of(person, survey)), seen=seen)


def approve(session: Session, actor: Actor, person: Person, survey: Survey, seen: int) -> None:
    """Write a survey into the city, from today on.

    Raises Conflict when the survey or the parcels beneath have changed; nothing is written then.
    """
    take(session, survey, Event.APPROVE, Mover(actor, parties_of(person, survey)), seen=seen)
    applying.hold_to_base(session, survey)
    day = get_today(session)
    survey.approved_at, survey.valid_from = func.now(), day
    session.flush()
    written = applying.apply(session, survey, day)
    survey.summary = {**survey.summary, "written": written}
    audit.record(
        session,
        actor,
        "survey.write",
        f"survey:{survey.id}",
        after={**written, "valid_from": day.isoformat()},
    )


def reject(session: Session, actor: Actor, person: Person, survey: Survey, reason: str, seen: int) -> None:
    """Refuse a survey for good."""
    mover = Mover(actor, parties_of(person, survey))
    take(session, survey, Event.REJECT, mover, seen=seen, reason=reason)


def send_back(session: Session, actor: Actor, person: Person, survey: Survey, reason: str, seen: int) -> None:
    """Give a survey back to be mended."""
    mover = Mover(actor, parties_of(person, survey))
    take(session, survey, Event.SEND_BACK, mover, seen=seen, reason=reason)


def withdraw(session: Session, actor: Actor, person: Person, survey: Survey, seen: int) -> None:
    """Take one's own survey out of the way before it is decided."""
    take(session, survey, Event.WITHDRAW, Mover(actor, parties_of(person, survey)), seen=seen)


def revert(session: Session, actor: Actor, person: Person, survey: Survey, reason: str, seen: int) -> None:
    """Take an approved survey back as one. Raises Conflict telling what was built on it."""
    mover = Mover(actor, parties_of(person, survey))
    take(session, survey, Event.REVERT, mover, seen=seen, reason=reason)
    applying.take_back(session, survey)


def read_kind(word: str | None) -> Kind:
    """A kind of survey by its word. Raises BadInput."""
    try:
        return Kind(word or "")
    except ValueError:
        raise BadInput(_("Please choose what the survey is to change."), field="kind") from None


def close_gaps_m() -> float:
    """How wide gaps may be that are closed at the surveyor's wish."""
    return TOLERANCES.gap_m


def _begin_again(
    session: Session, survey: Survey, event: Event, mover: Mover[Party], seen: int, **data: Any
) -> None:
    take(session, survey, event, mover, seen=seen, **data)
    survey.run += 1
    survey.question = None
    _queue(session, survey)


def _queue(session: Session, survey: Survey) -> None:
    session.flush()
    jobs.defer(session, TASK, lock=f"survey-{survey.id}", survey_id=survey.id, run=survey.run)


def _keep(
    session: Session,
    actor: Actor,
    person: Person,
    store: DocumentStore,
    survey: Survey,
    upload: Upload,
    role: str = DATA,
) -> None:
    name = clean_name(upload.name)
    if role != DATA and not name.lower().endswith(PAPER_ENDINGS):
        raise Unprocessable(_("Please add papers as PDF, DXF, DWG, CSV, text or pictures."), field="file")
    if role == DATA and not name.lower().endswith(ENDINGS):
        raise Unprocessable(
            _("Please send a zipped shapefile, a GeoPackage or GeoJSON (.zip, .gpkg, .geojson)."),
            field="file",
        )
    if not upload.content:
        raise BadInput(_("The file is empty."), field="file")
    if len(upload.content) > UPLOAD_BYTES:
        raise TooLarge(
            _("The file is larger than %(n)s MB.", n=format_number(UPLOAD_BYTES // 1024**2)), field="file"
        )
    sha256 = store.keep(upload.content)
    kept = SurveyFile(
        survey_id=survey.id, role=role, name=name, bytes=len(upload.content), sha256=sha256, sent_by=person.id
    )
    session.add(kept)
    session.flush()
    audit.record(
        session,
        actor,
        "survey.file",
        f"survey:{survey.id}",
        after={"role": role, "sha256": sha256, "bytes": kept.bytes},
    )


def clean_name(name: str) -> str:
    """A file's name as it may be shown and handed out again: no folders, no signs that steer."""
    last = PurePath(name.replace("\\", "/")).name
    plain = "".join(c if unicodedata.category(c)[0] != "C" or c == "\u200c" else "_" for c in last).strip(
        " ."
    )
    stem, dot, ending = plain.rpartition(".")
    return (stem[: _LONGEST_NAME - len(ending)] + dot + ending)[-_LONGEST_NAME:] or "upload"
