"""The addresses of certificates: a parcel's PDF, the page that verifies one, its very bytes, and a way to find it."""

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
from core.i18n import LANGUAGES, language, speaking
from core.i18n import gettext as _
from core.inputs import read_day, read_words
from core.limits.web import limited
from core.local_time import get_today
from core.settings import Settings
from core.web import db, public, wants_json
from layers.words import isolated
from parcels.certificates import queries
from parcels.certificates.models import Certificate
from parcels.certificates.services import standing_of
from webmap.certificates import issuing
from webmap.certificates.issuing import Asked
from webmap.certificates.page import standing_told, state_name
from webmap.certificates.schemas import certificate_json
from webmap.rates import PAPERS

blueprint = Blueprint("certificates", __name__)

_LONGEST_NUMBER = 100
_PDF = "application/pdf"
_KEPT_S = 24 * 3600


@blueprint.get("/parcels/<path:number>.pdf")
@public
@limited(PAPERS)
def of_parcel(number: str) -> Response:
    """The zoning certificate of a parcel, issued at the first request for it. A HEAD issues nothing."""
    asked = _asked(read_words(number, "number", _LONGEST_NUMBER))
    if request.method == "HEAD":
        found = issuing.find_issued(db.session, asked)
        answer = Response(mimetype=_PDF) if found is None else _document(found)
    else:
        answer = _document(issuing.get_or_issue(db.session, _store(), asked))
    # What is the law may have changed by the next time somebody asks, and in another language it is another paper.
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.vary.update(["Accept-Language", "Cookie"])
    return answer


@blueprint.get("/certificates/<public_id>.pdf")
@public
def document(public_id: str) -> Response:
    """The very bytes that were issued."""
    answer = _document(_get(public_id))
    answer.headers["Cache-Control"] = f"public, max-age={_KEPT_S}"
    return answer


@blueprint.get("/certificates/<public_id>.json", endpoint="verify_json")
@blueprint.get("/certificates/<public_id>")
@public
def verify(public_id: str) -> Response:
    """Whether a certificate holds, and what it stated."""
    certificate = _get(public_id)
    standing = standing_of(db.session, certificate, get_today(db.session))
    if wants_json(request):
        told = {}
        for code in LANGUAGES:
            with speaking(code):
                told[code] = standing_told(certificate, standing)
        pdf_url = url_for("certificates.document", public_id=public_id, _external=True)
        answer = jsonify(certificate_json(certificate, standing, told, pdf_url))
    else:
        page = render_template(
            "certificates/verify.html",
            certificate=certificate,
            number=isolated(certificate.number),
            words=certificate.stated["words"][language()],
            state=standing.state.value,
            state_name=state_name(standing.state),
            told=standing_told(certificate, standing),
            languages_by_code=LANGUAGES,
        )
        answer = make_response(page)
    answer.vary.update(["Accept", "Accept-Language", "Cookie"])
    return _unlisted(answer)


@blueprint.get("/certificates")
@public
def find() -> AnyResponse:
    """A form for the number on the paper; with a number, the certificate."""
    number = read_words(request.args.get("number"), "number", _LONGEST_NUMBER)
    found = queries.find_by_number(db.session, number) if number else None
    if found is not None:
        return redirect(url_for("certificates.verify", public_id=found.public_id), 303)
    problem = (
        _("There is no certificate with the number %(number)s.", number=isolated(number)) if number else ""
    )
    if problem and wants_json(request):
        raise NotFound(problem, field="number", details={"reason": "no_such_certificate"})
    page = render_template("certificates/find.html", number=number, problem=problem)
    return make_response(page, 404 if problem else 200)


def _asked(number: str) -> Asked:
    settings = _settings()
    base_url = settings.public_url or request.host_url
    return Asked(
        number=number,
        day=read_day(request.args.get("on")),
        language=language(),
        base_url=base_url.rstrip("/") + "/",
        calendar="jalali" if settings.default_language == "fa" else "gregorian",
    )


def _document(certificate: Certificate) -> Response:
    answer = send_issued(
        _store().read(certificate.document),
        certificate.document,
        certificate.issued_at,
        f"zoning-certificate-{certificate.number}.pdf",
        url_for("certificates.document", public_id=certificate.public_id),
    )
    answer.content_language = [certificate.language]
    return answer


def _unlisted(answer: Response) -> Response:
    """Search engines keep copies, and a copy does not know that it was revoked."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _get(public_id: str) -> Certificate:
    found = queries.find_certificate(db.session, read_words(public_id, "id", _LONGEST_NUMBER))
    if found is None:
        raise NotFound(
            _(
                "There is no such certificate here. Whoever shows you one with this address may have made it up."
            ),
            details={"reason": "no_such_certificate"},
        )
    return found


def _store() -> DocumentStore:
    return DocumentStore(_settings().data_dir)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
