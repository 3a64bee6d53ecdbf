"""What the views of papers share: who asks, before which case; what a form holds; what is answered."""

from typing import Any

from flask import Response, after_this_request, current_app, flash, g, jsonify, redirect, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from accounts.queries import emails_of
from accounts.sign_in.rates import by_account
from accounts.web import find_person
from core import redactions
from core.audit import Actor
from core.documents.pictures import Box
from core.documents.services import Desk
from core.errors import BadInput, NotFound, Unavailable
from core.i18n import gettext as _
from core.inputs import read_count, read_words
from core.limits.web import WRITING, Rate, count
from core.text import latin_digits
from core.visibility import Audience, Visibility
from core.web import db, wants_json
from permits.audience import Visitor, audience_of
from permits.documents import services
from permits.documents.copies import Handed, find_copy
from permits.documents.models import PermitDocument
from permits.documents.queries import find_case, get_document, list_documents
from permits.documents.redacting.services import MOST_BOXES
from permits.documents.schemas import Context, document_json
from permits.models import Permit
from permits.types.services import get_settings
from permits.types.settings import TypeSettings

UPLOADS = Rate("uploads", "200 per 10 minutes")
"""Each file is opened, scanned and pictured."""
ACCOUNT_UPLOADS = Rate("uploads by account", "200 per 10 minutes", by_account)
"""The same of one account, from however many addresses."""
WRITES = Rate("writes", "300 per 1 minute")
DRAWN_PAGES = Rate("drawn pages", "300 per 1 minute", methods=frozenset({"GET"}))
"""Each is drawn anew by a program of its own."""
GUESSES = Rate("tracking codes", "600 per 10 minutes", methods=WRITING | {"GET"})
"""Addresses of cases that are none: a tracking code opens papers, too, and is as little to be guessed here."""
MOST = 10**9
_MOST_FILES = 20
_LONGEST_KEY = 100
_LONGEST_REASON = 500
_PERCENT = 100
_HOLDER = "visitor"


def visitor_of(key: str) -> Visitor:
    """Who asks, before this case. Raises NotFound where there is none, for them."""
    case = find_case(db.session, read_words(key, "key", _LONGEST_KEY))
    if case is not None:
        person = find_person()
        audience = audience_of(person, case)
        if key == case.tracking_code:
            after_this_request(_keep_nowhere)
            audience = _behind_code(case, audience)
        name = person.in_record if person else _HOLDER
        acting = Actor(name, person.id if person else None, g.get("request_id", ""))
        visitor = Visitor(case, person, acting, audience)
        if visitor.may_see_case:
            return visitor
    count([GUESSES])
    raise NotFound(_("There is no such case, or it is not published."), field="reference")


def _behind_code(case: Permit, audience: Audience) -> Audience:
    """Whoever holds the code is the applicant until an account has claimed the case; then the code opens nothing."""
    if audience is not Audience.PUBLIC:
        return audience
    if case.applicant_id is None:
        return Audience.PARTIES
    raise NotFound(_("There is no such case, or it is not published."), field="reference")


def _keep_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def staff_visitor_of(key: str) -> Visitor:
    """The same, of those who decide who is shown what; to all others there is no such page."""
    visitor = visitor_of(key)
    if not visitor.may_show_and_hide:
        raise NotFound(_("There is no such document in this case."), field="document")
    return visitor


def handed_to(key: str, document_id: int) -> tuple[Visitor, PermitDocument, Handed]:
    """A paper and its bytes for whoever asks. Raises NotFound for what they are not to have."""
    visitor = visitor_of(key)
    document = get_document(db.session, visitor.case, document_id, visitor.audience)
    asked = request.args.get("version")
    number = read_count(asked, "version", 1, MOST) if asked else None
    wants_redacted = request.args.get("copy") == "redacted"
    handed = find_copy(document, visitor.audience, number=number, redacted=wants_redacted)
    if handed is None:
        raise NotFound(_("There is no such version of this document."), field="version")
    return visitor, document, handed


def ready_of(handed: Handed) -> str:
    """Under which hash the bytes lie. Raises Unavailable while the public's copy is being made."""
    if handed.sha256 is not None:
        return handed.sha256
    if handed.file.pictured_at is not None:
        raise NotFound(
            _("No copy for the public can be made of this picture."), details={"reason": "no_copy"}
        )
    raise Unavailable(
        _("The public's copy of this picture is being made. Please try again in a minute."),
        details={"retry_after_s": 30},
    )


def read_files(most: int = _MOST_FILES) -> list[FileStorage]:
    """The files of the form. Raises BadInput for none, or more than are taken at once."""
    found = [each for each in request.files.getlist("file") if each.filename]
    if not found:
        raise BadInput(_("Please choose a file."), field="file")
    if len(found) > most:
        raise BadInput(_("Please send fewer files at once."), field="file")
    return found


def read_content(file: FileStorage) -> bytes:
    """The bytes of a file, as far as any may go."""
    # One byte more than is taken tells that it is too large, without holding all of it.
    return file.stream.read(desk().most_bytes + 1)


def tell_all(visitor: Visitor) -> list[dict[str, Any]]:
    """The papers of a case, as whoever asks may know them."""
    with_withdrawn = services.may_know_of_withdrawn(visitor.audience)
    found = list_documents(db.session, visitor.case, visitor.audience, with_withdrawn=with_withdrawn)
    context = context_of(visitor, found)
    return [with_links(visitor, document_json(each, context)) for each in found]


def tell(visitor: Visitor, document: PermitDocument) -> dict[str, Any]:
    """One paper, as whoever asks may know it."""
    return with_links(visitor, document_json(document, context_of(visitor, [document])))


def context_of(visitor: Visitor, documents: list[PermitDocument]) -> Context:
    """What papers are told with."""
    acted = [version.uploaded_by for document in documents for version in document.versions]
    acted += [copy.made_by for d in documents for version in d.versions for copy in version.copies]
    titles = redactions.fields_redacted(db.session, "permit_document", (each.id for each in documents))
    return Context(
        audience=visitor.audience,
        kinds=settings_of(visitor).documents,
        emails=emails_of(db.session, acted) if visitor.audience is Audience.STAFF else {},
        applicants=frozenset({visitor.case.applicant_id, visitor.case.agent_id, None}),
        redacted_titles=frozenset(number for number, names in titles.items() if "title" in names),
    )


def with_links(visitor: Visitor, told: dict[str, Any]) -> dict[str, Any]:
    """The same, with the addresses of its page, its bytes and its picture."""
    where = {"key": key_of(visitor), "document_id": told["id"]}
    links = {"url": url_for("documents.paper", **where)}
    if told["is_handed_out"]:
        links["file_url"] = url_for("documents.file", **where)
    if told["preview"] == "made":
        links["preview_url"] = url_for("documents.preview", **where)
    return told | links


def done(visitor: Visitor, document: PermitDocument, words: str) -> AnyResponse:
    """The paper as it is now: as JSON, or by way of its page."""
    if wants_json(request):
        return jsonify(tell(visitor, document))
    flash(words)
    return redirect(url_for("documents.paper", key=key_of(visitor), document_id=document.id), 303)


def read_boxes() -> list[Box]:
    """The boxes of the form, told in percent of their page. Raises BadInput."""
    names = ("page", "left", "top", "width", "height")
    columns = [request.form.getlist(name) for name in names]
    if len({len(column) for column in columns}) != 1:
        raise BadInput(_("Each box needs its page and four sides."), field="boxes")
    # A row that was left empty is none.
    rows = [row for row in zip(*columns, strict=True) if any(value.strip() for value in row[1:])]
    if len(rows) > MOST_BOXES:
        raise BadInput(_("These are too many boxes."), field="boxes")
    return [Box(read_count(page, "page", 1, MOST), *map(_share, sides)) for page, *sides in rows]


def _share(text: str) -> float:
    try:
        value = float(latin_digits(text).strip().replace("٫", ".").rstrip("%٪"))
    except ValueError:
        raise BadInput(_("Please give numbers of percent from 0 to 100."), field="boxes") from None
    if not 0 <= value <= _PERCENT:
        raise BadInput(_("Please give numbers of percent from 0 to 100."), field="boxes")
    return value / _PERCENT


def read_visibility(word: str | None) -> Visibility | None:
    """Whom the form says it is meant for; None where it does not say. Raises BadInput."""
    if not word:
        return None
    try:
        return Visibility(word)
    except ValueError:
        raise BadInput(_("Please say who may see it."), field="visibility") from None


def read_number(name: str) -> int:
    """A whole number of the form. Raises BadInput."""
    return read_count(request.form.get(name), name, 0, MOST)


def seen() -> int:
    """The version of the paper that the form was made of."""
    return read_number("version")


def read_reason() -> str:
    """Why something is done."""
    return read_words(request.form.get("reason"), "reason", _LONGEST_REASON)


def key_of(visitor: Visitor) -> str:
    """What the case is called in addresses: as whoever asks has called it, who may know one of the names only."""
    asked: str | None = (request.view_args or {}).get("key")
    return asked or visitor.case.reference or visitor.case.tracking_code


def settings_of(visitor: Visitor) -> TypeSettings:
    """The settings of the case's type, as it was opened under them."""
    return get_settings(db.session, visitor.case.type_code, visitor.case.type_version)


def desk() -> Desk:
    """Where files are taken in."""
    return Desk.of(current_app.config["SETTINGS"])
