"""`flask tiles …`: make tiles before they are asked for; keep them where no server of ours does."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import AppGroup

from core.cli import telling_problems
from core.i18n import gettext as _
from core.i18n import ngettext
from core.progress import progress_bar
from core.web import db
from layers.tiles.cache import TileCache
from layers.tiles.keeper import Keeper
from layers.tiles.seeding import seed as seed_tiles

tiles = AppGroup("tiles", help="The map's tiles, ready before they are asked for.")
_PATIENCE_S = 60
NOT_DONE = 1


@tiles.command("seed")
@click.option("--source", "sources", multiple=True, metavar="NAME", help="Only this one; may be repeated.")
def seed(sources: tuple[str, ...]) -> None:
    """Make every tile that is not here yet. Can be stopped, and goes on from there when run again."""
    cache = _cache()
    begun = time.monotonic()
    with telling_problems(), _kept(cache), progress_bar(_("Tiles")) as tell:
        done = seed_tiles(db.engine, cache.root.parent, sources, tell)
    click.echo(
        _(
            "%(made)s tiles made, %(here)s were here already (%(seconds)s s).",
            made=done.made,
            here=done.here,
            seconds=round(time.monotonic() - begun, 1),
        )
    )
    if done.failed:
        told = ngettext(
            "One tile could not be kept: edits kept coming. Run this again.",
            "%(n)s tiles could not be kept: edits kept coming. Run this again.",
            done.failed,
        )
        click.echo(told, err=True)
        sys.exit(NOT_DONE)


@tiles.command("keep")
def keep() -> None:
    """Drop and remake tiles as edits come, until told to stop: for a machine that has nginx and no server of ours."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: told.set())
    with telling_problems():
        keeper = Keeper(db.engine, _cache()).start()
        told.wait()
        keeper.stop()


@contextmanager
def _kept(cache: TileCache) -> Iterator[None]:
    """Somebody keeps the tiles during this block: the server if it runs, else we."""
    keeper = Keeper(db.engine, cache).start()
    try:
        until = time.monotonic() + _PATIENCE_S
        while not cache.generations.kept:
            if time.monotonic() > until:
                raise OSError(_("Nobody takes edits in; is the database there?"))
            time.sleep(0.05)
        yield
    finally:
        keeper.stop()


def _cache() -> TileCache:
    return TileCache(current_app.config["SETTINGS"].data_dir)
