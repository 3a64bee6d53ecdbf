"""The addresses of letters: of a case for its parties and the staff, verified by everybody, and the very bytes."""

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from core.documents import DocumentStore
from core.documents.web import send_issued
from core.errors import NotFound
from core.i18n import LANGUAGES, format_date, language, speaking
from core.i18n import gettext as _
from core.inputs import read_words
from core.limits.web import limited
from core.settings import Settings
from core.visibility import Audience
from core.web import db, public, wants_json
from permits.applying.web import CODES, holder_of
from permits.documents.web import visitor_of
from permits.letters import services
from permits.letters.models import LetterKind, PermitLetter
from permits.letters.services import Draft, LetterState, Standing
from permits.models import Permit
from permits.register.queries import find_city_name
from permits.states import STATE_NAMES
from webmap.keep.turns import LETTERS
from webmap.permit_letters.rendering import render
from webmap.rates import PAPERS

blueprint = Blueprint("permit_letters", __name__)

_LONGEST = 100
_KEPT_S = 24 * 3600


@blueprint.get("/permits/<key>/letters/<kind>.pdf")
@public
@limited(PAPERS)
def of_case(key: str, kind: str) -> AnyResponse:
    """The letter of a case for its parties and the staff; it names the applicant: others read the case's page."""
    visitor = visitor_of(key)
    if kind not in set(LetterKind):
        raise NotFound(_("There is no such letter in this case yet."), field="kind")
    if visitor.audience is Audience.PUBLIC:
        return redirect(url_for("register.case", reference=visitor.case.reference), 303)
    return _issued(visitor.case, LetterKind(kind))


@blueprint.get("/permits/track/<code>/letters/<kind>.pdf")
@public
@limited(PAPERS, CODES)
def of_applicant(code: str, kind: str) -> Response:
    """The same for whoever holds the tracking code."""
    holder = holder_of(code)
    if kind not in set(LetterKind):
        raise NotFound(_("There is no such letter in this case yet."), field="kind")
    return _issued(holder.case, LetterKind(kind))


def _issued(case: Permit, kind: LetterKind) -> Response:
    settings = _settings()
    calendar = "jalali" if settings.default_language == "fa" else "gregorian"
    with LETTERS.taken():
        letter = services.get_or_issue(db.session, _store(), case, kind, calendar, _on_paper)
    answer = _document(letter)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _on_paper(draft: Draft) -> bytes:
    city = {}
    for code in LANGUAGES:
        with speaking(code):
            city[code] = find_city_name(db.session)
    base = (_settings().public_url or request.host_url).rstrip("/")
    return render(draft, city, f"{base}/permits/letters/{draft.public_id}")


@blueprint.get("/permits/letters/<public_id>.pdf")
@public
def document(public_id: str) -> Response:
    """The very bytes that were issued, for whoever holds the paper with its address."""
    answer = _document(_get(public_id))
    answer.headers["Cache-Control"] = f"private, max-age={_KEPT_S}"
    return answer


@blueprint.get("/permits/letters/<public_id>.json", endpoint="verify_json")
@blueprint.get("/permits/letters/<public_id>")
@public
def verify(public_id: str) -> Response:
    """Whether what a letter says still stands, and what it says."""
    letter = _get(public_id)
    standing = services.standing_of(db.session, letter)
    if wants_json(request):
        answer = jsonify(_json(letter, standing))
    else:
        answer = make_response(
            render_template(
                "permits/desk/letter_verify.html",
                letter=letter,
                words=letter.stated["words"][language()],
                state=standing.state.value,
                told=_told(standing),
                is_public=db.session.get_one(Permit, letter.permit_id).published_at is not None,
            )
        )
    answer.vary.update(["Accept", "Accept-Language", "Cookie"])
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _json(letter: PermitLetter, standing: Standing) -> dict[str, object]:
    told = {}
    for code in LANGUAGES:
        with speaking(code):
            told[code] = _told(standing)
    return {
        "id": letter.public_id,
        "number": letter.number,
        "kind": letter.kind.value,
        "state": standing.state.value,
        "since": standing.since.isoformat() if standing.since else None,
        "told": told,
        "stated": {name: letter.stated[name] for name in ("reference", "parcel", "type", "outcome", "on")},
        "issued_at": letter.issued_at.isoformat(),
        "document": {"sha256": letter.document, "media_type": "application/pdf"},
    }


def _told(standing: Standing) -> str:
    """How a letter stands, in the language spoken."""
    day = format_date(standing.since) if standing.since else ""
    if standing.state is LetterState.REVOKED:
        return _("Revoked on %(day)s: the permit was taken back.", day=day)
    if standing.state is LetterState.LAPSED:
        return _("Lapsed on %(day)s: the permit was not used in time.", day=day)
    if standing.state is LetterState.APPEALED:
        return _("Under appeal since %(day)s: until the ruling, works do not start.", day=day)
    if standing.state is LetterState.CHANGED and standing.ruling is not None:
        name = STATE_NAMES[standing.ruling]
        return _("No longer as it says: %(ruling)s, on %(day)s. See the case.", ruling=name, day=day)
    return _("Valid: what this letter says still stands.")


def _document(letter: PermitLetter) -> Response:
    return send_issued(
        _store().read(letter.document),
        letter.document,
        letter.issued_at,
        f"permit-{letter.kind.value}-{letter.number}.pdf",
        url_for("permit_letters.document", public_id=letter.public_id),
    )


def _get(public_id: str) -> PermitLetter:
    return services.get_letter(db.session, read_words(public_id, "id", _LONGEST))


def _store() -> DocumentStore:
    return DocumentStore(_settings().data_dir)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
