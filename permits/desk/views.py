"""The desk's addresses: the list, a case with everything that may be done in it, and the committee's list."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from accounts.models import Person
from accounts.permissions import Permission
from accounts.web import actor, get_person
from core.errors import AppError, BadInput, Conflict, NotAllowed, NotFound
from core.i18n import gettext as _
from core.inputs import read_box, read_count, read_words
from core.limits.web import WRITING, Rate, limited
from core.local_time import get_today, now
from core.text import latin_digits
from core.web import db, requires
from permits import services
from permits.access import is_own, mover
from permits.assessment.models import CheckResult
from permits.consulting.views import link_to
from permits.desk import case as reading
from permits.desk.board import Asked, Due, Whose, read_board
from permits.desk.deeds import CHECK_RESULTS, DEEDS, standard_conditions
from permits.desk.fields import Field, read_fields
from permits.desk.letters import write_to_applicant, write_to_consultee
from permits.desk.queries import OPEN, list_before_committee, list_officers
from permits.desk.steps import STEPS, Doing, move
from permits.desk.words import CLOCKS_TOLD, DUE_NAMES, WHOSE_NAMES
from permits.documents.web import tell_all, visitor_of
from permits.letters.models import LetterKind
from permits.letters.services import has_letter
from permits.models import Permit
from permits.precheck.page import Told, told_on_page
from permits.precheck.schemas import precheck_from_json
from permits.register.queries import find_srid
from permits.register.words import STANCE_NAMES
from permits.states import CLOCK_NAMES, EVENT_NAMES, STATE_NAMES, Event, State
from permits.types.services import list_types

blueprint = Blueprint("desk", __name__)

WRITES = Rate("desk", "300 per 1 minute", methods=WRITING)
_LONGEST = 100
_MOST = 10**9


@blueprint.get("/permits/desk")
@requires(Permission.PERMITS_READ)
def desk() -> str:
    """The open cases: mine, nobody's or all, by deadline, state, kind and area."""
    person, asked = get_person(), _asked()
    board = read_board(db.session, person, asked, now())
    return render_template(
        "permits/desk/list.html",
        board=board,
        asked=asked,
        query=_query(asked),
        whose_names=WHOSE_NAMES,
        due_names=DUE_NAMES,
        states=[state for state in State if state in OPEN],
        state_names=STATE_NAMES,
        clock_names=CLOCK_NAMES,
        types={each.code: each.name for each in list_types(db.session, is_all=True)},
        names={each.id: each.name or each.email for each in list_officers(db.session)},
    )


def _asked() -> Asked:
    args = request.args
    person = get_person()
    first = Whose.ALL if person.permissions.isdisjoint({Permission.PERMITS_WORK}) else Whose.MINE
    officer = args.get("officer", "")
    return Asked(
        whose=_word(Whose, args.get("whose"), "whose") or (Whose.ALL if officer else first),
        officer_id=read_count(officer, "officer", 0, _MOST) if officer else None,
        due=_word(Due, args.get("due"), "due"),
        state=_word(State, args.get("state"), "state"),
        type_code=read_words(args.get("type"), "type", _LONGEST),
        box=read_box(args.get("bbox")),
        page=read_count(args.get("page"), "page", 1, 10_000),
    )


def _word(words: Any, given: str | None, field: str) -> Any:
    if not given:
        return None
    if given not in set(words):
        raise BadInput(_("Please choose one of these."), field=field)
    return words(given)


def _query(asked: Asked) -> dict[str, Any]:
    """What was asked, as the address says it; without the page."""
    told = {
        "whose": asked.whose.value,
        "officer": asked.officer_id,
        "due": asked.due.value if asked.due else None,
        "state": asked.state.value if asked.state else None,
        "type": asked.type_code or None,
        "bbox": request.args.get("bbox") or None,
    }
    return {name: value for name, value in told.items() if value is not None}


@blueprint.get("/permits/desk/find")
@requires(Permission.PERMITS_READ)
def find() -> AnyResponse:
    """The case with a reference that was typed, in any digits."""
    typed = latin_digits(read_words(request.args.get("reference"), "reference", _LONGEST))
    if not typed:
        return redirect(url_for("desk.desk"), 303)
    return redirect(url_for("desk.case", reference=services.get_case(db.session, typed).reference), 303)


@blueprint.get("/permits/desk/committee")
@requires(Permission.PERMITS_READ)
def committee() -> str:
    """What the committee has before it, meeting by meeting, to be printed."""
    lines = list_before_committee(db.session)
    days = list(dict.fromkeys(line.meeting_on for line in lines))
    return render_template(
        "permits/desk/committee.html",
        meetings=[(day, [line for line in lines if line.meeting_on == day]) for day in days],
        types={each.code: each.name for each in list_types(db.session, is_all=True)},
        told=reading.tell_referrals(db.session, [line.id for line in lines]),
        state_names=STATE_NAMES,
    )


@blueprint.get("/permits/desk/<reference>")
@requires(Permission.PERMITS_READ)
def case(reference: str) -> Response:
    """A case, and what whoever asks may do in it now."""
    found, person = _case(reference)
    return make_response(_page(found, person))


@blueprint.post("/permits/desk/<reference>/step/<event>")
@requires(Permission.PERMITS_WORK)
@limited(WRITES)
def step(reference: str, event: str) -> AnyResponse:
    """Take a step with what was typed in its form."""
    if event not in set(Event) or Event(event) not in STEPS:
        raise NotFound(_("There is no such step."), field="event")
    form = STEPS[Event(event)]

    def take(doing: Doing) -> None:
        (form.take or (lambda each: move(Event(event), each)))(doing)

    return _do(reference, event, form.fields, take, _("Done: %(step)s", step=EVENT_NAMES[Event(event)]), "")


@blueprint.post("/permits/desk/<reference>/do/<deed>")
@requires(Permission.PERMITS_WORK)
@limited(WRITES)
def do(reference: str, deed: str) -> AnyResponse:
    """Do what moves nothing: assign, check, answer, write."""
    found = DEEDS.get(deed)
    if found is None:
        raise NotFound(_("There is no such step."), field="deed")

    def carry_out(doing: Doing) -> None:
        found.carry_out(doing)
        if deed == "consult":
            write_to_consultee(doing.session, doing.case, link_to)
        elif deed in ("message", "extension"):
            write_to_applicant(doing.session, doing.case, doing.given.get("text") or doing.given["reason"])

    return _do(reference, deed, found.fields, carry_out, str(found.done), found.part)


def _do(reference: str, name: str, fields: tuple[Field, ...], take: Any, done: str, part: str) -> AnyResponse:
    """Do one thing in one savepoint; refused, the page comes back with every word that was typed."""
    found, person = _case(reference)
    try:
        with db.session.begin_nested():
            doing = Doing(
                session=db.session,
                case=found,
                mover=mover(db.session, person, actor(), found),
                person=person,
                seen=_seen(),
                now=now(),
                today=get_today(db.session),
            )
            take(_filled(doing, fields))
    except AppError as wrong:
        answer = make_response(_page(found, person, name, wrong))
        answer.status_code = wrong.status
        return answer
    flash(done)
    if request.form.get("back") == "inspect":
        return redirect(url_for("inspections.site", reference=found.reference), 303)
    return redirect(url_for("desk.case", reference=found.reference, _anchor=part or None), 303)


def _filled(doing: Doing, fields: tuple[Field, ...]) -> Doing:
    return replace(doing, given=read_fields(doing.session, doing.case, fields, request.form))


def _seen() -> int:
    """The version that the form was made of; 0 is that of a check that nobody has entered yet."""
    return _number(request.form.get("version"), "version")


def _number(text: str | None, field: str) -> int:
    return 0 if text == "0" else read_count(text, field, 0, _MOST)


def _case(reference: str) -> tuple[Permit, Person]:
    """The case, for somebody of the staff. Raises NotFound, and NotAllowed before one's own application."""
    person = get_person()
    found = services.get_case(db.session, read_words(reference, "reference", _LONGEST))
    if is_own(person, found):
        raise NotAllowed(_("This is your own application: a colleague works on it."))
    return found, person


def _page(found: Permit, person: Person, name: str = "", wrong: AppError | None = None) -> str:
    typed: MultiDict[str, str] = request.form if wrong else MultiDict()
    mine = mover(db.session, person, actor(), found)
    page = reading.read_case(db.session, found, mine, now())
    return render_template(
        "permits/desk/case.html",
        page=page,
        case=found,
        name=name,
        wrong=wrong,
        typed=typed,
        typed_item=_item(typed),
        changes=_changes(found) if isinstance(wrong, Conflict) else [],
        is_form_there=name in page.deeds or any(step.event == name for step in page.steps),
        papers=tell_all(visitor_of(found.reference or "")),
        precheck_told=_precheck(found),
        letters=[kind for kind in LetterKind if has_letter(db.session, found, kind)],
        early={each.code for each in standard_conditions(db.session, found) if each.before_start},
        types={each.code: each.name for each in list_types(db.session, is_all=True)},
        event_names=EVENT_NAMES,
        state_names=STATE_NAMES,
        clock_names=CLOCKS_TOLD,
        stance_names=STANCE_NAMES,
        check_names=CHECK_RESULTS,
        request_kinds=reading.REQUEST_KINDS,
        open_check=CheckResult.OPEN,
        options=lambda field: field.options(db.session, found),
    )


def _changes(found: Permit) -> list[reading.Line]:
    """What was done since the form was drawn; nothing where it does not say when that was."""
    try:
        since = _number(request.form.get("last_act"), "last_act")
    except BadInput:
        return []
    return reading.list_changes(db.session, found, since)


def _item(typed: MultiDict[str, str]) -> str:
    """Which of several forms of a kind was sent: the check, the comment, the request, the condition."""
    return next((typed[each] for each in ("code", "comment", "request", "number") if typed.get(each)), "")


def _precheck(found: Permit) -> Told | None:
    if not found.precheck:
        return None
    srid = find_srid(db.session)
    return told_on_page(precheck_from_json(found.precheck, srid), srid)
