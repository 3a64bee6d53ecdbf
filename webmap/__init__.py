"""The application: puts the rooms together and serves them. Imported by nobody."""

from typing import Any

from flask import Flask
from flask import g as request_globals
from sqlalchemy import Engine, event
from werkzeug.middleware.proxy_fix import ProxyFix

from core import cluster, i18n, log, web
from core.database import driver_url
from core.settings import Settings, terminal_language
from layers.tiles.cache import TileCache
from layers.tiles.middleware import Shelf, TileMiddleware
from layers.tiles.views import SHELF
from webmap import assets, views, wiring


def create_app(settings: Settings | None = None) -> Flask:
    """The whole application over one city's data folder."""
    log.configure()
    i18n.set_language(terminal_language())  # commands speak it; each request chooses anew
    settings = (settings or Settings.load()).with_secret()
    app = Flask("webmap", static_folder=None)
    app.config.update(_configuration(settings))
    if proxies := int(settings.trusted_proxies):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    shelf = app.extensions[SHELF] = Shelf(TileCache(settings.data_dir))
    app.wsgi_app = TileMiddleware(app.wsgi_app, shelf)  # type: ignore[method-assign]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    web.install(app, settings.default_language)
    if not settings.database_url:
        _start_cluster_on_demand(app, settings)
    _teach_templates(app)
    assets.install(app)
    wiring.connect()
    for blueprint in wiring.BLUEPRINTS:
        app.register_blueprint(blueprint)
    for group in wiring.COMMANDS:
        app.cli.add_command(group)
    app.register_blueprint(views.blueprint)
    return app


def _configuration(settings: Settings) -> dict[str, Any]:
    engine = {"url": _database_url(settings), "pool_pre_ping": True, "pool_size": 5, "max_overflow": 10}
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_ENGINES": {"default": engine},
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
        "SETTINGS": settings,
    }


def _database_url(settings: Settings) -> str:
    return driver_url(settings.database_url or cluster.url_for(settings.data_dir))


def _start_cluster_on_demand(app: Flask, settings: Settings) -> None:
    """Start the private cluster at the first connection, so that `flask --help` starts nothing."""
    with app.app_context():
        engine: Engine = web.db.engine

    @event.listens_for(engine, "do_connect")
    def ensure_running(*_args: object) -> None:
        cluster.ensure_running(settings.data_dir)


def _teach_templates(app: Flask) -> None:
    """Give templates the language of the request and the names of the built front-end files."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=False)  # type: ignore[attr-defined]
    app.jinja_env.filters.update(
        number=i18n.format_number, percent=i18n.format_percent, day=i18n.format_date, digits=i18n.local_digits
    )
    app.jinja_env.globals.update(
        language=i18n.language,
        direction=i18n.direction,
        languages=i18n.LANGUAGES,
        asset=assets.asset,
        asset_parts=assets.asset_parts,
        csp_nonce=lambda: request_globals.csp_nonce,
    )
