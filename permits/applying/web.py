"""What the views of an applicant share: who holds the code, how often it is tried, answers that nobody keeps."""

from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from accounts.web import find_person
from core.errors import BadInput, NotSignedIn
from core.i18n import gettext as _
from core.inputs import read_count, read_words
from core.limits.web import WRITING, Rate
from core.local_time import get_today
from core.qr import qr_svg
from core.web import answer_error, db, wants_json
from permits.applying.access import Holder, open_by_code
from permits.applying.finding import address_of
from permits.documents import services as papers
from permits.documents.models import PermitDocument
from permits.documents.web import desk, read_content
from permits.models import Permit
from permits.types.services import get_settings
from permits.types.settings import TypeSettings

CODES = Rate("tracking codes", "600 per 10 minutes", methods=WRITING | {"GET"})
"""Every page behind a code, and so every try at one: more than a household does, and nothing against 58 bits."""
OPENING = Rate("applications", "30 per 1 hour")
"""Applications begun: an architect's office may share an address."""
LONGEST_CODE = 60
_MOST_FILES = 20
MOST_VERSIONS = 10**9


def keep_secret(blueprint: Blueprint) -> None:
    """Have no cache keep what stands behind a code, nor another site learn the address that holds it."""

    @blueprint.after_request
    def add_headers(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        # Our own forms need the referrer for the check against forged ones; others are told nothing.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    @blueprint.errorhandler(NotSignedIn)
    def ask_to_sign_in(error: NotSignedIn) -> AnyResponse:
        """Lead the owner of a claimed application by the door and back; a form that was sent is told so instead."""
        if request.method != "GET" or wants_json(request):
            return answer_error(error)
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))


def holder_of(code: str, *, to_write: bool = False) -> Holder:
    """Whoever asks, as the applicant of the case behind a code. Raises NotFound, NotSignedIn, NotAllowed."""
    holder = open_by_code(
        db.session, read_words(code, "code", LONGEST_CODE), find_person(), g.get("request_id", "")
    )
    if to_write:
        holder.need_to_write()
    return holder


def settings_of(case: Permit) -> TypeSettings:
    """The settings of the case's type, as it was opened under them."""
    return get_settings(db.session, case.type_code, case.type_version)


def seen() -> int:
    """The version of the case that the form was made of."""
    return read_count(request.form.get("version"), "version", 0, MOST_VERSIONS)


def numbering() -> str:
    """The calendar that the city numbers its cases by."""
    return "jalali" if current_app.config["SETTINGS"].default_language == "fa" else "gregorian"


def code_told(case: Permit) -> dict[str, Any]:
    """The tracking code as it is read out, its address, and the address as a picture to be scanned."""
    code = case.tracking_code
    link = url_for("following.track", code=code, _external=True)
    return {
        "code": "-".join(code[at : at + 4] for at in range(0, len(code), 4)),
        "link": link,
        "qr": qr_svg(link, size_mm=34),
    }


def page(name: str, holder: Holder, status: int = 200, **words: Any) -> tuple[str, int]:
    """A page about a case, for its applicant."""
    case = holder.case
    told = {
        "holder": holder,
        "case": case,
        "code": case.tracking_code,
        "settings": settings_of(case),
        "address": address_of(db.session, case.parcel_number, get_today(db.session)) or case.address,
    }
    return render_template(name, **{**told, **words}), status


def bring_files(holder: Holder, field: str, kind: str, title: str = "") -> list[PermitDocument]:
    """Add the files of one input of the form to the case, as papers of a kind; none where none was chosen."""
    found = [each for each in request.files.getlist(field) if each.filename]
    if len(found) > _MOST_FILES:
        raise BadInput(_("Please send fewer files at once."), field=field)
    return [
        papers.bring(
            db.session,
            desk(),
            holder.visitor,
            read_content(each),
            each.filename or "",
            kind=kind,
            kinds=settings_of(holder.case).documents,
            title=title if len(found) == 1 else "",
        )
        for each in found
    ]
