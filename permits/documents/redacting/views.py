"""The staff's addresses for hiding: a redacted copy uploaded or drawn, and texts of the case taken out of sight."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from accounts.permissions import Permission
from core import redactions
from core.documents import pictures
from core.documents.web import send_preview
from core.errors import NotFound
from core.i18n import gettext as _
from core.inputs import read_count
from core.limits.web import limited
from core.web import db, requires
from layers.words import isolated
from permits.documents import services
from permits.documents.queries import get_document
from permits.documents.redacting import services as redacting
from permits.documents.redacting.texts import get_text, list_texts
from permits.documents.web import (
    ACCOUNT_UPLOADS,
    DRAWN_PAGES,
    MOST,
    UPLOADS,
    WRITES,
    desk,
    done,
    read_boxes,
    read_content,
    read_files,
    read_number,
    read_reason,
    seen,
    staff_visitor_of,
    tell,
    visitor_of,
)

blueprint = Blueprint("redacting", __name__)

_PAGE_DPI = 90


@blueprint.post("/permits/<key>/documents/<int:document_id>/redacted")
@requires(Permission.PERMITS_INTAKE)
@limited(UPLOADS, ACCOUNT_UPLOADS)
def add_redacted(key: str, document_id: int) -> AnyResponse:
    """Upload a redacted copy of a version."""
    visitor = visitor_of(key)
    [file] = read_files(most=1)
    copy = redacting.add_redacted(
        db.session, desk(), visitor, document_id, read_content(file), file.filename or "",
        number=read_number("number"), seen=seen(), reason=read_reason(),
    )  # fmt: skip
    return done(visitor, copy.of.document, _("From now on the public is shown the redacted copy only."))


@blueprint.get("/permits/<key>/documents/<int:document_id>/blacken")
@requires(Permission.PERMITS_INTAKE)
def blacken_page(key: str, document_id: int) -> str:
    """The pages of a version, to draw boxes on what the public may not read."""
    visitor = staff_visitor_of(key)
    document = get_document(db.session, visitor.case, document_id, visitor.audience)
    number = read_count(request.args.get("version"), "version", document.versions[-1].number, MOST)
    version = services.get_version(document, number)
    return render_template(
        "permits/documents/blacken.html",
        paper=tell(visitor, document),
        visitor=visitor,
        key=key,
        number=number,
        pages=redacting.pages_to_blacken(version),
    )


@blueprint.get("/permits/<key>/documents/<int:document_id>/pages/<int:page>.png")
@requires(Permission.PERMITS_INTAKE)
@limited(DRAWN_PAGES)
def page_image(key: str, document_id: int, page: int) -> Response:
    """One page of a version as it is, for the staff to draw upon."""
    visitor = staff_visitor_of(key)
    document = get_document(db.session, visitor.case, document_id, visitor.audience)
    number = read_count(request.args.get("version"), "version", document.versions[-1].number, MOST)
    version = services.get_version(document, number)
    if not 1 <= page <= redacting.pages_to_blacken(version):
        raise NotFound(_("The document has no such page."), field="page")
    source = desk().store.path_of(version.sha256)
    drawn = pictures.draw_page(source, version.file.found, page, _PAGE_DPI)
    return send_preview(drawn, f"{version.sha256}-{page}", "image/png")


@blueprint.post("/permits/<key>/documents/<int:document_id>/blacken")
@requires(Permission.PERMITS_INTAKE)
@limited(UPLOADS, ACCOUNT_UPLOADS)
def blacken(key: str, document_id: int) -> AnyResponse:
    """Make a redacted copy by boxes, told in percent of the page."""
    visitor = visitor_of(key)
    copy = redacting.blacken(
        db.session, desk(), visitor, document_id, read_boxes(),
        number=read_number("number"), seen=seen(), reason=read_reason(),
    )  # fmt: skip
    return done(visitor, copy.of.document, _("From now on the public is shown the redacted copy only."))


@blueprint.get("/permits/<key>/redactions")
@requires(Permission.PERMITS_INTAKE)
def texts(key: str) -> str:
    """The texts of a case, and which of them are out of the public's sight, with their originals."""
    visitor = staff_visitor_of(key)
    return render_template(
        "permits/documents/texts.html",
        texts=list_texts(db.session, visitor.case),
        visitor=visitor,
        key=key,
        called=isolated(key),
    )


@blueprint.post("/permits/<key>/redactions")
@requires(Permission.PERMITS_INTAKE)
@limited(WRITES)
def redact_text(key: str) -> AnyResponse:
    """Take a text out of sight."""
    visitor = staff_visitor_of(key)
    asked = request.form
    text = get_text(
        db.session, visitor.case, asked.get("what", ""), read_number("number"), asked.get("field", "")
    )
    redactions.redact(db.session, visitor.actor, text.code, text.number, text.field, read_reason())
    flash(_("The text is out of the public's sight; its original is kept apart."))
    return redirect(url_for("redacting.texts", key=key), 303)


@blueprint.post("/permits/<key>/redactions/<int:redaction_id>/lift")
@requires(Permission.PERMITS_INTAKE)
@limited(WRITES)
def restore_text(key: str, redaction_id: int) -> AnyResponse:
    """Put a text back."""
    visitor = staff_visitor_of(key)
    ours = {each.redaction.id for each in list_texts(db.session, visitor.case) if each.redaction}
    if redaction_id not in ours:
        raise NotFound(_("There is no such text in this case."), field="redaction")
    redactions.lift(db.session, visitor.actor, redaction_id, read_reason())
    flash(_("The text is back in its place."))
    return redirect(url_for("redacting.texts", key=key), 303)
