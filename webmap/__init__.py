"""The application: puts the rooms together and serves them. Imported by nobody."""

from typing import Any

from flask import Flask
from flask import g as request_globals
from sqlalchemy import Engine, event
from werkzeug.middleware.proxy_fix import ProxyFix

from accounts import web as accounts_web
from core import cluster, i18n, local_time, log, web
from core.anchor import Anchor
from core.audit import ANCHOR
from core.calendar import CalendarFileError
from core.calendar import use as use_calendar
from core.database import driver_url
from core.defences.web import PublicAddress
from core.documents.services import Desk, work_at
from core.limits import web as limits
from core.settings import Settings, SettingsError, terminal_language
from layers.tiles.cache import TileCache
from layers.tiles.maker import Maker
from layers.tiles.middleware import Shelf, TileMiddleware
from layers.tiles.views import MAKER, SHELF
from parcels.surveys import room as survey_room
from permits import notices
from webmap import assets, packing, rates, views, wiring
from webmap.offline import views as offline


def create_app(settings: Settings | None = None, *, as_app: bool = False) -> Flask:
    """The whole application over one city's data folder.

    ``as_app``: it works in the database as the application's role, which owns no table (the servers do); else as the
    owner (commands do, which are the administrator's).
    """
    log.configure()
    i18n.set_language(terminal_language())  # commands speak it; each request chooses anew
    settings = (settings or Settings.load()).with_secret()
    local_time.use(settings.time_zone)
    _choose_calendar(settings)
    app = Flask("webmap", static_folder=None)
    app.config.update(_configuration(settings, as_app))
    app.wsgi_app = PublicAddress(app.wsgi_app, settings.public_url)  # type: ignore[method-assign]
    if proxies := int(settings.trusted_proxies):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    shelf = app.extensions[SHELF] = Shelf(TileCache(settings.data_dir))
    maker = app.extensions[MAKER] = Maker(_database_url(settings, as_app), shelf.cache, shelf.known)
    app.wsgi_app = TileMiddleware(app.wsgi_app, shelf, maker)  # type: ignore[method-assign]
    # Functions after a request run last-registered first: these two see the finished answer, packing the marked one.
    packing.install(app)
    offline.install(app)
    web.install(app, settings.default_language)
    if not settings.database_url:
        _start_cluster_on_demand(app, settings)
    _teach_templates(app)
    limits.install(app, _database_url(settings, as_app))
    accounts_web.install(app, settings)
    # Only now: signing in brings a JSON writer of its own.
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    _keep_anchor(app, settings)
    work_at(Desk.of(settings))
    survey_room.work_in(settings.data_dir)
    assets.install(app)
    wiring.connect()
    notices.lead_to(settings.public_url)
    for blueprint in wiring.BLUEPRINTS:
        app.register_blueprint(blueprint)
    for group in wiring.COMMANDS:
        app.cli.add_command(group)
    app.register_blueprint(views.blueprint)
    rates.hold_writes(app)
    return app


def _choose_calendar(settings: Settings) -> None:
    """Count working days by the city's own file, if it has one; a bad one is told before anything is served."""
    try:
        use_calendar(settings.data_dir / settings.calendar_file if settings.calendar_file else None)
    except CalendarFileError as error:
        raise SettingsError(f"CALENDAR_FILE: {error}") from error


def _configuration(settings: Settings, as_app: bool) -> dict[str, Any]:
    engine = {
        "url": _database_url(settings, as_app),
        "pool_pre_ping": True,
        "pool_size": 5,
        # The connection used last has at hand what PostgreSQL reads on first use: tables, functions, projections.
        "pool_use_lifo": True,
        "max_overflow": 10,
    }
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_ENGINES": {"default": engine},
        "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
        "SETTINGS": settings,
    }


def _database_url(settings: Settings, as_app: bool) -> str:
    if settings.database_url:
        return driver_url(settings.database_url if as_app else settings.owner_url)
    return driver_url(cluster.url_for(settings.data_dir, as_app=as_app))


def _start_cluster_on_demand(app: Flask, settings: Settings) -> None:
    """Start the private cluster at the first connection, so that `flask --help` starts nothing."""
    with app.app_context():
        engine: Engine = web.db.engine

    @event.listens_for(engine, "do_connect")
    def ensure_running(*_args: object) -> None:
        cluster.ensure_running(settings.data_dir)


def _keep_anchor(app: Flask, settings: Settings) -> None:
    """Have every session of this application tell the record's anchor where the record ends."""
    anchor = app.extensions[ANCHOR] = Anchor(settings.data_dir / "record.anchor")
    with app.app_context():
        web.db.sessionmaker.configure(info={ANCHOR: anchor})


def _teach_templates(app: Flask) -> None:
    """Give templates the language of the request and the names of the built front-end files."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=False)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(
        number=i18n.format_number,
        percent=i18n.format_percent,
        day=i18n.format_date,
        time=i18n.format_time,
        digits=i18n.local_digits,
    )
    app.jinja_env.globals.update(
        language=i18n.language,
        direction=i18n.direction,
        languages=i18n.LANGUAGES,
        asset=assets.asset,
        asset_parts=assets.asset_parts,
        csp_nonce=lambda: request_globals.csp_nonce,
    )
