"""What every request goes through: language, one transaction, permission, errors, headers."""

import functools
import secrets
from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any, TypeVar

import structlog
from flask import Flask, Request, Response, g, jsonify, render_template, request
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from core.defences import web as defences
from core.errors import AppError, BadInput, Unavailable
from core.i18n import LANGUAGES, language, set_language
from core.i18n import gettext as _
from core.log import rule_of

View = TypeVar("View", bound=Callable[..., Any])

db: SQLAlchemy = SQLAlchemy()
log = structlog.get_logger("web")

PUBLIC = "public"
LANGUAGE_COOKIE = "lang"
_YEAR_S = 365 * 24 * 3600


def requires(permission: str) -> Callable[[View], View]:
    """Name the permission a view needs. A view that names none fails the suite."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Anyone may look, without an account."""
    return requires(PUBLIC)(view)


def same_for_all(view: View) -> View:
    """Mark a view that answers everyone alike: no session is kept for it, so that every cache may share it."""
    view.same_for_all = True  # type: ignore[attr-defined]
    return view


def kept_offline(view: View) -> View:
    """Mark a view whose answer to a visitor a device may keep and show without a connection (docs/offline.md)."""
    view.kept_offline = True  # type: ignore[attr-defined]
    return view


def wants_json(asked: Request) -> bool:
    """Whether the asker prefers JSON: by ``.json`` in the path or by the Accept header."""
    if asked.path.endswith((".json", ".geojson", ".mvt")):
        return True
    best = asked.accept_mimetypes.best_match(["text/html", "application/json", "application/geo+json"])
    return best is not None and best != "text/html"


def database_url() -> str:
    """The address of this application's database, which runs when this returns."""
    with db.engine.connect():
        return db.engine.url.render_as_string(hide_password=False)


def install(app: Flask, default_language: str) -> None:
    """Put an application through all of it."""
    db.init_app(app)
    # The extension starts a thread at the end of each request to close asynchronous sessions, of which we have none.
    app.teardown_appcontext_funcs[:] = [
        function for function in app.teardown_appcontext_funcs if not iscoroutinefunction(function)
    ]
    app.before_request(functools.partial(_choose_language, default_language))
    app.before_request(_name_request)
    # after_request functions run last-registered first: the transaction ends before headers are looked at.
    defences.install(app)
    app.after_request(_remember_language)
    app.after_request(_end_transaction)
    app.register_error_handler(AppError, answer_error)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(RecursionError, _answer_too_deep)
    app.register_error_handler(OperationalError, _answer_database_away)
    app.register_error_handler(Exception, _answer_unforeseen)


def _choose_language(default: str) -> None:
    asked = request.args.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if asked not in LANGUAGES:
        asked = request.accept_languages.best_match(list(LANGUAGES)) or default
    set_language(asked)


def _name_request() -> None:
    g.request_id = secrets.token_hex(8)
    g.csp_nonce = secrets.token_urlsafe(16)


def _end_transaction(response: Response) -> Response:
    """Commit what a request that went well has done; anything else leaves no trace."""
    if response.status_code < 400:
        db.session.commit()
    else:
        db.session.rollback()
    return response


def _remember_language(response: Response) -> Response:
    if request.args.get("lang") in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            language(),
            max_age=_YEAR_S,
            samesite="Lax",
            secure=request.is_secure,
            httponly=True,
        )
    return response


def answer_error(error: AppError) -> Response:
    """HTML for people, ``application/problem+json`` (RFC 9457) for programs."""
    if wants_json(request):
        response = jsonify(_problem(error))
        response.mimetype = "application/problem+json"
    else:
        response = Response(render_template("error.html", error=error), mimetype="text/html")
    response.status_code = error.status
    if "retry_after_s" in error.details:
        response.headers["Retry-After"] = str(error.details["retry_after_s"])
    return response


def _problem(error: AppError) -> dict[str, Any]:
    problem = {"type": "about:blank", "title": error.message, "status": error.status, "code": error.code}
    if error.field:
        problem["field"] = error.field
    return problem | error.details


def _answer_http_error(error: HTTPException) -> Response:
    if isinstance(error.code, int) and error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    told = AppError(_http_message(error.code or 500))
    told.status = error.code or 500
    told.code = error.name.lower().replace(" ", "_")
    response = answer_error(told)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _http_message(status: int) -> str:
    if status == 404:
        return _("There is no page at this address.")
    if status == 405:
        return _("This address does not take requests of that kind.")
    if status == 413:
        return _("This is larger than the city's machine takes in one go.")
    return _("The request could not be understood.")


def _answer_too_deep(_error: RecursionError) -> Response:
    return answer_error(BadInput(_("This is nested too deeply to be understood."), field="body"))


def _answer_database_away(error: OperationalError) -> Response:
    log.error("database away", error=str(error.orig), request_id=g.get("request_id"))
    return answer_error(
        Unavailable(_("The city's records cannot be reached just now. Please try again in a minute."))
    )


def _answer_unforeseen(error: Exception) -> Response:
    log.exception("unforeseen", request_id=g.get("request_id"), path=rule_of(request), exc_info=error)
    db.session.rollback()
    return answer_error(
        AppError(
            _("Something went wrong on our side. It has been noted under the number %(id)s.", id=g.request_id)
        )
    )
