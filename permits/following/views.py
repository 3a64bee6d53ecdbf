"""The addresses of an applicant's case behind its tracking code: its page, and everything that they may do in it."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from core.errors import AppError, Unprocessable
from core.i18n import gettext as _
from core.i18n import language
from core.inputs import read_count, read_words
from core.limits.web import limited
from core.local_time import now
from core.web import db, public
from permits import services as cases
from permits.applying.access import Holder
from permits.applying.page import tell_tasks
from permits.applying.steps import next_step
from permits.applying.web import (
    CODES,
    OPENING,
    bring_files,
    code_told,
    holder_of,
    keep_secret,
    page,
    seen,
    settings_of,
)
from permits.assessment import services as desk
from permits.documents.models import OTHER
from permits.documents.web import ACCOUNT_UPLOADS, UPLOADS
from permits.following.page import tell
from permits.following.services import answer_all, list_open, take
from permits.states import Event, State
from permits.types import words as type_words
from permits.types.services import list_types

blueprint = Blueprint("following", __name__)
keep_secret(blueprint)

_LONGEST = 10_000
_MOST = 10**9


@blueprint.get("/permits/track/<code>")
@public
@limited(CODES)
def track(code: str) -> AnyResponse | tuple[str, int]:
    """A draft with its questions, to be gone on with; or a case as its applicant follows it."""
    holder = holder_of(code)
    if code != holder.case.tracking_code:
        # However it was typed, it has one address.
        return redirect(url_for("following.track", code=holder.case.tracking_code), 303)
    shown = _page(holder)
    if holder.may_write:
        # Who may only look, an auditor with the code say, leaves nothing behind.
        desk.mark_read(db.session, holder.case, now(), from_city=True)
    return shown


def _page(holder: Holder, problems: list[AppError] | None = None) -> tuple[str, int]:
    case, settings = holder.case, settings_of(holder.case)
    status = problems[0].status if problems else 200
    shared = {
        "problems": problems or [],
        "wrong": {problem.field or "": problem for problem in reversed(problems or [])},
        "typed": request.form,
        "told": code_told(case),
    }
    if case.state is State.DRAFT:
        tasks = tell_tasks(db.session, case, settings)
        go_on = next_step(db.session, case, settings)
        return page("permits/applying/draft.html", holder, status, tasks=tasks, go_on=go_on, **shared)
    return page(
        "permits/following/case.html",
        holder,
        status,
        words=type_words,
        others=[(each.code, each.name) for each in list_types(db.session)],
        **tell(db.session, holder, settings, now()),
        **shared,
    )


def _act(
    code: str, do: Callable[[Holder], list[AppError] | None], done: str
) -> AnyResponse | tuple[str, int]:
    """Do something in a case and show its page; with what is wrong and all that was typed if it cannot be."""
    holder = holder_of(code, to_write=True)
    try:
        problems = do(holder) or []
    except AppError as problem:
        if problem.status not in (400, 409, 422):
            raise
        problems = [problem]
    if problems:
        db.session.rollback()
        return _page(holder_of(code), problems)
    flash(done)
    return redirect(url_for("following.track", code=holder.case.tracking_code), 303)


@blueprint.post("/permits/track/<code>/answers")
@public
@limited(CODES, UPLOADS, ACCOUNT_UPLOADS)
def answers(code: str) -> AnyResponse | tuple[str, int]:
    """Answer what is asked, with papers; send it, or keep it for later."""
    is_sent = request.form.get("then") != "later"

    def do(holder: Holder) -> list[AppError]:
        texts, brought = {}, set()
        for each in list_open(db.session, holder.case):
            texts[each.id] = read_words(
                request.form.get(f"answer-{each.id}", "").replace("\r\n", "\n"), f"answer-{each.id}", _LONGEST
            )
            if _bring(holder, each.id, each.document_kind):
                brought.add(each.id)
        return answer_all(db.session, holder, seen(), now(), texts, brought=brought, is_sent=is_sent)

    done = (
        _("Your answers are sent. The clock goes on.")
        if is_sent
        else _("Your answers are kept, not yet sent.")
    )
    return _act(code, do, done)


def _bring(holder: Holder, request_id: int, kind: str) -> bool:
    known = {each.code for each in settings_of(holder.case).documents}
    try:
        return bool(bring_files(holder, f"file-{request_id}", kind if kind in known else OTHER))
    except AppError as wrong:
        raise type(wrong)(wrong.message, field=f"file-{request_id}") from wrong


@blueprint.post("/permits/track/<code>/extension")
@public
@limited(CODES)
def extension(code: str) -> AnyResponse | tuple[str, int]:
    """Agree to more days for the city's decision."""

    def do(holder: Holder) -> None:
        asked = read_count(request.form.get("request"), "request", 0, _MOST)
        desk.agree_extension(db.session, holder.case, asked, holder.mover, seen(), now())

    return _act(code, do, _("You have agreed. The period is longer by these days."))


@blueprint.post("/permits/track/<code>/messages")
@public
@limited(CODES)
def message(code: str) -> AnyResponse | tuple[str, int]:
    """Write to the city about the case."""

    def do(holder: Holder) -> None:
        text = read_words(request.form.get("text", "").replace("\r\n", "\n"), "text", _LONGEST)
        if not text:
            raise Unprocessable(_("Please write your message."), field="text")
        by = holder.person.id if holder.person else None
        desk.write_message(db.session, holder.case, by, now(), text, from_city=False)

    return _act(code, do, _("Your message is sent."))


@blueprint.post("/permits/track/<code>/withdraw")
@public
@limited(CODES)
def withdraw(code: str) -> AnyResponse | tuple[str, int]:
    """Withdraw the application."""
    return _take(code, Event.WITHDRAW, _("The application is withdrawn."))


@blueprint.post("/permits/track/<code>/appeal")
@public
@limited(CODES)
def appeal(code: str) -> AnyResponse | tuple[str, int]:
    """Appeal against the decision."""
    return _take(code, Event.APPEAL, _("Your appeal is lodged."))


@blueprint.post("/permits/track/<code>/start")
@public
@limited(CODES)
def start(code: str) -> AnyResponse | tuple[str, int]:
    """Report that the works begin."""
    return _take(code, Event.COMMENCE, _("The start of works is reported."))


def _take(code: str, event: Event, done: str) -> AnyResponse | tuple[str, int]:
    def do(holder: Holder) -> None:
        reason = read_words(request.form.get("reason", "").replace("\r\n", "\n"), "reason", _LONGEST)
        try:
            take(db.session, holder, event, seen(), now(), reason)
        except Unprocessable as wrong:
            # More than one form of the page has a reason: the fault stands beside the one that was sent.
            raise type(wrong)(wrong.message, field=f"{event.value}-reason", details=wrong.details) from wrong

    return _act(code, do, done)


@blueprint.post("/permits/track/<code>/another")
@public
@limited(OPENING)
def another(code: str) -> AnyResponse:
    """Open a further application on this case's parcel, as its child."""
    holder = holder_of(code, to_write=True)
    kind = read_words(request.form.get("type"), "type", _LONGEST)
    child = cases.open_case(
        db.session, holder.actor, kind, applicant=holder.person, language=language(), parent=holder.case
    )
    if holder.person is None:
        draft = cases.Draft(
            applicant_name=holder.case.applicant_name, contact_email=holder.case.contact_email
        )
        cases.save(db.session, child, child.version, draft)
    to = next_step(db.session, child, settings_of(child))
    return redirect(url_for("applying.step", code=child.tracking_code, word=to.value), 303)
