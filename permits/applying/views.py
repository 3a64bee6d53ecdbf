"""The addresses of applying: the choice of a kind, the questions one by one, the papers, and the sending."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from accounts.permissions import Permission
from accounts.web import actor, find_person, get_person
from core.errors import AppError, BadInput, NotFound, Unprocessable
from core.i18n import gettext as _
from core.i18n import language
from core.inputs import read_words
from core.limits.web import limited
from core.local_time import get_today, now
from core.web import db, public, requires, wants_json
from parcels.land import get_parcel
from permits import services
from permits.applying import access
from permits.applying.access import Holder
from permits.applying.page import Filled, tell_step
from permits.applying.schemas import read_step
from permits.applying.services import find_unready, judge, list_own, send
from permits.applying.steps import Step, following, next_step, steps_of
from permits.applying.web import (
    CODES,
    LONGEST_CODE,
    OPENING,
    bring_files,
    holder_of,
    keep_secret,
    numbering,
    page,
    seen,
    settings_of,
)
from permits.documents.models import OTHER
from permits.documents.web import ACCOUNT_UPLOADS, UPLOADS, desk
from permits.models import Permit
from permits.precheck.services import get_srid
from permits.states import STATE_NAMES, State
from permits.types import words as type_words
from permits.types.services import list_types

blueprint = Blueprint("applying", __name__)
keep_secret(blueprint)

_LONGEST = 300


@blueprint.get("/permits/new")
@public
def new() -> str:
    """The kinds of permits to choose from, on a parcel if one is named."""
    return _kinds_page(read_words(request.args.get("parcel"), "parcel", _LONGEST))


@blueprint.post("/permits/new")
@public
@limited(OPENING)
def begin() -> AnyResponse | tuple[str, int]:
    """Open a draft: the answer leads to its address, which holds the tracking code."""
    number = read_words(request.form.get("parcel"), "parcel", _LONGEST)
    kind = read_words(request.form.get("type"), "type", _LONGEST)
    if not kind:
        return _kinds_page(number, Unprocessable(_("Please choose a kind of permit."), field="type")), 422
    person = find_person()
    by = access.actor_of(person, "")
    case = services.open_case(db.session, by, kind, applicant=person, language=language())
    if number:
        services.choose_parcel(db.session, case, get_parcel(db.session, number, None).number)
        db.session.flush()
    return _to_step(case, next_step(db.session, case, settings_of(case)))


def _kinds_page(number: str, problem: AppError | None = None) -> str:
    parcel = None
    if number:
        try:
            parcel = get_parcel(db.session, number, None)
        except NotFound as missing:
            problem = problem or missing
    return render_template(
        "permits/applying/new.html",
        types=list_types(db.session),
        words=type_words,
        parcel=parcel,
        problem=problem,
        typed=request.form.get("type", request.args.get("type", "")),
    )


@blueprint.get("/permits/track")
@public
def find() -> str:
    """Where a tracking code is typed."""
    return render_template("permits/applying/find.html", typed="", problem=None)


@blueprint.post("/permits/track")
@public
@limited(CODES)
def look_up() -> AnyResponse | tuple[str, int]:
    """Lead to the case of a code that was typed: in a form, so that mistyped codes stand in no history."""
    typed = read_words(request.form.get("code"), "code", LONGEST_CODE)
    try:
        if not typed:
            raise Unprocessable(_("Please type your tracking code."), field="code")
        case = services.get_by_code(db.session, typed)
    except AppError as problem:
        return render_template("permits/applying/find.html", typed=typed, problem=problem), problem.status
    return redirect(url_for("following.track", code=case.tracking_code), 303)


@blueprint.get("/permits/mine")
@requires(Permission.PERMITS_APPLY)
def mine() -> str:
    """One's own cases."""
    cases = list_own(db.session, get_person())
    names = {each.code: each.name for each in list_types(db.session, is_all=True)}
    return render_template("permits/applying/mine.html", cases=cases, names=names, state_names=STATE_NAMES)


@blueprint.post("/permits/track/<code>/claim")
@requires(Permission.PERMITS_APPLY)
@limited(CODES)
def claim(code: str) -> AnyResponse:
    """Make an application one's own: from now on it is opened by signing in."""
    holder = holder_of(code, to_write=True)
    services.claim(db.session, actor(), holder.case, get_person())
    flash(
        _(
            "The application now belongs to your account. It is opened by signing in, no longer by the code alone."
        )
    )
    return redirect(url_for("following.track", code=holder.case.tracking_code), 303)


@blueprint.get("/permits/track/<code>/apply/<word>")
@public
@limited(CODES)
def step(code: str, word: str) -> AnyResponse | tuple[str, int]:
    """One question."""
    holder = holder_of(code)
    asked = _step_of(holder, word)
    if holder.case.state is not State.DRAFT:
        return redirect(url_for("following.track", code=holder.case.tracking_code), 303)
    # Looking around for the parcel is asked by GET, so that going back undoes it.
    looked = Filled(request.args.to_dict()) if asked is Step.PARCEL and request.args else None
    return _page(holder, asked, looked)


@blueprint.post("/permits/track/<code>/apply/<word>")
@public
@limited(CODES)
def answer(code: str, word: str) -> AnyResponse | tuple[str, int]:
    """Keep what was answered, and go on; or show the question again with what is wrong, and all that was typed."""
    holder = holder_of(code, to_write=True)
    asked = _step_of(holder, word)
    if asked is Step.REVIEW:
        return _send(holder)
    try:
        problems = _keep(holder, asked)
    except AppError as problem:
        if problem.status < 409:
            raise
        problems = [problem]
    if problems:
        db.session.rollback()
        return _page(holder_of(code), asked, _filled(problems))
    return _onwards(holder, asked)


def _page(holder: Holder, asked: Step, filled: Filled | None = None) -> tuple[str, int]:
    told = tell_step(db.session, holder.case, settings_of(holder.case), asked, filled, get_today(db.session))
    status = filled.problems[0].status if filled and filled.problems else 200
    return page(
        "permits/applying/step.html",
        holder,
        status,
        **told,
        back_to=request.values.get("back", ""),
        most_mb=desk().most_bytes // 1_000_000,
    )


def _filled(problems: list[AppError]) -> Filled:
    return Filled(request.form.to_dict(), problems)


def _step_of(holder: Holder, word: str) -> Step:
    if word not in steps_of(settings_of(holder.case)):
        raise NotFound(_("There is no page at this address."))
    return Step(word)


def _keep(holder: Holder, asked: Step) -> list[AppError]:
    """Keep the form of a step. What is wrong with it is answered, and then nothing is kept."""
    case = holder.case
    read = read_step(asked, request.form, case, get_srid(db.session))
    if asked is Step.RULES and not read.problems:
        found = judge(db.session, case, settings_of(case), get_today(db.session))
        if found is not None and found.failed and not (read.draft.answers or {}).get("reason"):
            words = _("A rule is not kept. Please say why, or change the proposal.")
            read.problems.append(Unprocessable(words, field="reason"))
    if not read.problems:
        services.save(db.session, case, seen(), read.draft)
    return read.problems


def _onwards(holder: Holder, asked: Step) -> AnyResponse:
    case = holder.case
    if request.form.get("then") == "later":
        flash(_("It is kept. Go on whenever you like, here or on another device, with your tracking code."))
        return redirect(url_for("following.track", code=case.tracking_code), 303)
    to = Step.REVIEW if request.form.get("back") == Step.REVIEW else following(settings_of(case), asked)
    return _to_step(case, to)


def _to_step(case: Permit, to: Step) -> AnyResponse:
    return redirect(url_for("applying.step", code=case.tracking_code, word=to.value), 303)


def _send(holder: Holder) -> AnyResponse | tuple[str, int]:
    case, code = holder.case, holder.case.tracking_code
    if case.state is not State.DRAFT:
        # Pressed twice: it is sent, and that is what its page says.
        return redirect(url_for("following.track", code=code), 303)
    settings, day = settings_of(case), get_today(db.session)
    problems: list[AppError] = [
        Unprocessable(each.words, field=each.step.value)
        for each in find_unready(db.session, case, settings, day)
    ]
    if request.form.get("declared") != "yes":
        problems.append(Unprocessable(_("Please confirm the declaration."), field="declared"))
    try:
        if not problems:
            send(db.session, holder, settings, seen(), now(), day, numbering())
            return redirect(url_for("following.track", code=code), 303)
    except AppError as problem:
        problems = [problem]
    db.session.rollback()
    return _page(holder_of(code), Step.REVIEW, _filled(problems))


@blueprint.post("/permits/track/<code>/documents")
@public
@limited(CODES, UPLOADS, ACCOUNT_UPLOADS)
def bring(code: str) -> AnyResponse | tuple[str, int]:
    """Add papers to an application, or to its case later."""
    holder = holder_of(code, to_write=True)
    try:
        kind = read_words(request.form.get("kind"), "kind", _LONGEST) or OTHER
        title = read_words(request.form.get("title"), "title", _LONGEST)
        made = bring_files(holder, "file", kind, title)
        if not made:
            raise BadInput(_("Please choose a file."), field="file")
    except AppError as problem:
        if wants_json(request):
            raise
        db.session.rollback()
        return _papers_again(holder_of(code), problem)
    if wants_json(request):
        answered = jsonify({"documents": [{"id": each.id, "kind": each.kind} for each in made]})
        answered.status_code = 201
        return answered
    flash(_("It is kept with the case."))
    return _after_papers(holder)


def _papers_again(holder: Holder, problem: AppError) -> tuple[str, int]:
    if holder.case.state is State.DRAFT:
        return _page(holder, Step.DOCUMENTS, _filled([problem]))
    raise problem


def _after_papers(holder: Holder) -> AnyResponse:
    if holder.case.state is State.DRAFT:
        return _to_step(holder.case, Step.DOCUMENTS)
    return redirect(url_for("following.track", code=holder.case.tracking_code), 303)
