"""The addresses of a case's papers: the list, one paper, its bytes and picture, and the forms that change it.

Whoever may not know of a case or a paper gets the answer of one that there is not.
"""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from accounts.permissions import Permission
from core.documents.web import send, send_preview
from core.errors import AppError, BadInput, NotFound
from core.i18n import gettext as _
from core.inputs import read_words
from core.limits.web import limited
from core.visibility import VISIBILITY_NAMES, Audience
from core.web import db, public, requires, wants_json
from layers.words import isolated
from permits.audience import Visitor
from permits.documents import services
from permits.documents.models import OTHER, PermitDocument
from permits.documents.queries import get_document, list_missing
from permits.documents.schemas import document_json
from permits.documents.web import (
    ACCOUNT_UPLOADS,
    UPLOADS,
    WRITES,
    context_of,
    desk,
    done,
    handed_to,
    key_of,
    read_content,
    read_files,
    read_reason,
    read_visibility,
    ready_of,
    seen,
    settings_of,
    tell,
    tell_all,
    visitor_of,
    with_links,
)

blueprint = Blueprint("documents", __name__)

_LONGEST_TITLE = 500


@blueprint.get("/permits/<key>/documents.json", endpoint="papers_json")
@blueprint.get("/permits/<key>/documents")
@public
def papers(key: str) -> AnyResponse | str:
    """The papers of a case for whoever asks, with a form for those who may add to them."""
    visitor = visitor_of(key)
    if wants_json(request):
        return jsonify({"documents": tell_all(visitor)})
    return _list_page(visitor)


@blueprint.post("/permits/<key>/documents")
@public
@limited(UPLOADS, ACCOUNT_UPLOADS)
def bring(key: str) -> AnyResponse | tuple[str, int]:
    """Add one or more files to a case, each as a paper of its own; all of them or none."""
    visitor = visitor_of(key)
    made: list[PermitDocument] = []
    try:
        with db.session.begin_nested():
            made = [_bring_one(visitor, file) for file in read_files()]
    except AppError as problem:
        if wants_json(request) or problem.field not in ("file", "kind", "title"):
            raise
        # Shown on the form itself: the status below 400 is what commits, and this one is not.
        return _list_page(visitor, problem), problem.status
    if wants_json(request):
        context = context_of(visitor, made)
        answer = jsonify({"documents": [with_links(visitor, document_json(each, context)) for each in made]})
        answer.status_code = 201
        return answer
    flash(_("It is kept with the case."))
    return redirect(url_for("documents.papers", key=key), 303)


@blueprint.get("/permits/<key>/documents/<int:document_id>.json", endpoint="paper_json")
@blueprint.get("/permits/<key>/documents/<int:document_id>")
@public
def paper(key: str, document_id: int) -> AnyResponse | str:
    """One paper: its versions, and what whoever asks may do with it."""
    visitor = visitor_of(key)
    document = get_document(db.session, visitor.case, document_id, visitor.audience)
    told = tell(visitor, document)
    if wants_json(request):
        return jsonify(told)
    return render_template(
        "permits/documents/paper.html",
        paper=told,
        visitor=visitor,
        key=key,
        called=isolated(key),
        visibilities=VISIBILITY_NAMES,
        most_mb=desk().most_bytes // 1_000_000,
    )


@blueprint.get("/permits/<key>/documents/<int:document_id>/file")
@public
def file(key: str, document_id: int) -> Response:
    """The bytes. ``?version=``, ``?copy=redacted`` for those who may choose, ``?save=1`` to have them as a file."""
    visitor, document, handed = handed_to(key, document_id)
    name = handed.version.name
    if visitor.audience is Audience.PUBLIC or handed.is_redacted:
        # The names people give to files name people.
        name = f"{visitor.case.reference or 'case'}-{document.id}{handed.kind.suffixes[0]}"
    content = desk().store.read(ready_of(handed))
    return send(content, ready_of(handed), handed.kind, name, save=request.args.get("save") == "1")


@blueprint.get("/permits/<key>/documents/<int:document_id>/preview")
@public
def preview(key: str, document_id: int) -> Response:
    """A small picture of it: of a PDF its first page. Without place, time and device for everybody."""
    _who, _document, handed = handed_to(key, document_id)
    if handed.file.preview is None:
        raise NotFound(_("There is no preview of this document."), details={"reason": "no_preview"})
    return send_preview(desk().store.read(handed.file.preview), handed.file.preview)


@blueprint.post("/permits/<key>/documents/<int:document_id>/versions")
@public
@limited(UPLOADS, ACCOUNT_UPLOADS)
def bring_version(key: str, document_id: int) -> AnyResponse:
    """Bring a paper anew."""
    visitor = visitor_of(key)
    [file] = read_files(most=1)
    document = services.bring_version(
        db.session, desk(), visitor, document_id, read_content(file), file.filename or "", seen=seen()
    )
    return done(visitor, document, _("The new version is kept; the one before stays."))


@blueprint.post("/permits/<key>/documents/<int:document_id>/visibility")
@requires(Permission.PERMITS_INTAKE)
@limited(WRITES)
def set_visibility(key: str, document_id: int) -> AnyResponse:
    """Show a paper to more or to fewer."""
    visitor = visitor_of(key)
    chosen = read_visibility(request.form.get("visibility"))
    if chosen is None:
        raise BadInput(_("Please say who may see it."), field="visibility")
    document = services.set_visibility(db.session, visitor, document_id, chosen, seen=seen())
    return done(visitor, document, _("It is done, and in the record."))


@blueprint.post("/permits/<key>/documents/<int:document_id>/withdraw")
@public
@limited(WRITES)
def withdraw(key: str, document_id: int) -> AnyResponse:
    """Take a paper out of the case."""
    visitor = visitor_of(key)
    document = services.withdraw(db.session, visitor, document_id, seen=seen(), reason=read_reason())
    return done(visitor, document, _("It is done, and in the record."))


def _list_page(visitor: Visitor, problem: AppError | None = None) -> str:
    settings = settings_of(visitor)
    return render_template(
        "permits/documents/list.html",
        papers=tell_all(visitor),
        missing=list_missing(db.session, visitor.case, settings)
        if visitor.audience is not Audience.PUBLIC
        else [],
        kinds=[(each.code, each.name) for each in settings.documents] + [(OTHER, _("Other document"))],
        visitor=visitor,
        key=key_of(visitor),
        called=isolated(key_of(visitor)),
        most_mb=desk().most_bytes // 1_000_000,
        visibilities=VISIBILITY_NAMES,
        problem=problem,
        typed=request.form,
    )


def _bring_one(visitor: Visitor, file: FileStorage) -> PermitDocument:
    title = read_words(request.form.get("title"), "title", _LONGEST_TITLE)
    try:
        return services.bring(
            db.session, desk(), visitor, read_content(file), file.filename or "",
            kind=request.form.get("kind") or OTHER,
            kinds=settings_of(visitor).documents,
            title=title,
            visibility=read_visibility(request.form.get("visibility")),
        )  # fmt: skip
    except AppError as error:
        if error.field == "file" and len(read_files()) > 1:
            error.message = _("%(name)s: %(what)s", name=file.filename, what=error.message)
        raise
