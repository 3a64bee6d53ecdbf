"""The addresses of tiles: one for each source's TileJSON, one for each tile."""

import datetime as dt

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy import select

from accounts.permissions import Permission
from accounts.web import may
from core.inputs import read_day
from core.local_time import get_today
from core.web import db, public, same_for_all
from layers.models import SourceRevision
from layers.tiles import base, sources
from layers.tiles.answer import (
    EMPTY,
    FOR_A_MINUTE,
    FOR_GOOD,
    FOR_NOBODY_ELSE,
    Answer,
    answer,
    answer_json,
    pack,
)
from layers.tiles.cache import Key
from layers.tiles.encode import encode
from layers.tiles.features import find_layer_source
from layers.tiles.grid import Cell, parse_cell
from layers.tiles.known import as_json, revisions_of
from layers.tiles.making import is_in_city, since_when
from layers.tiles.middleware import Shelf
from layers.tiles.revision import NEVER_CHANGED, get_revision
from layers.tiles.sources import REVISIONS, TileSource
from layers.tiles.tilejson import describe

blueprint = Blueprint("tiles", __name__)

SHELF = "tile shelf"
"""The name under which the application keeps this worker's :class:`Shelf`."""
MAKER = "tile maker"
"""The same for its :class:`layers.tiles.maker.Maker`."""


@blueprint.after_request
def allow_everyone(response: Response) -> Response:
    """Let maps on other sites read tiles, and read why there is none: all but the staff's is public."""
    if response.headers.get("Cache-Control") == FOR_NOBODY_ELSE:
        response.headers.remove("Access-Control-Allow-Origin")
        return response
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag"
    return response


@blueprint.get("/tiles/<source>.json")
@public
@same_for_all
def tilejson(source: str) -> Response:
    """TileJSON 3.0 of a source."""
    found = _get_source(source)
    on, root_url = read_day(request.args.get("on")), request.url_root.rstrip("/")
    response = jsonify(describe(db.session, found, root_url, on, get_today(db.session)))
    # An open map asks this to learn of edits, so it is always asked anew (and mostly answered 304).
    if found.for_staff:
        response.headers["Cache-Control"] = FOR_NOBODY_ELSE
        return response
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


@blueprint.get(f"/tiles/{REVISIONS}.json")
@public
@same_for_all
def revisions() -> Response:
    """The revision of each source: what an open map polls to learn of edits."""
    numbers = {row.source: row.revision for row in db.session.scalars(select(SourceRevision))}
    content = as_json(revisions_of(numbers, get_today(db.session).isoformat()))
    return _respond(answer_json(content, "GET", request.headers.get("If-None-Match", "")))


@blueprint.get("/tiles/<source>/<z>/<x>/<y>.mvt")
@public
@same_for_all
def tile(source: str, z: str, x: str, y: str) -> Response:
    """One vector tile; where nothing lies, one without layers. It is kept for whoever asks next."""
    cell = parse_cell(z, x, y)
    shelf: Shelf = current_app.extensions[SHELF]
    # Before anything is looked up: an edit taken in from now on forbids to keep what we are about to make.
    stamp, turn = shelf.cache.stamp(Key(source, cell)), shelf.cache.generations.turn
    found = _get_source(source)
    if found.for_staff:
        return _for_staff(found, cell)
    on, today = read_day(request.args.get("on")), get_today(db.session)
    # Read before encoding: if an edit lands between, what is kept under the older revision is merely newer.
    keeping = _keeping(found, on, today)
    packed = pack(encode(db.session, found, cell, on))
    if shelf.cache.generations.kept:
        since = since_when(db.session, found, on, today)
        if on:
            shelf.remember_day(source, on.isoformat(), since, turn)
        if packed != EMPTY or is_in_city(db.session, cell):
            shelf.cache.store(Key(source, cell, since), packed, stamp)
    accepts, known = request.headers.get("Accept-Encoding", ""), request.headers.get("If-None-Match", "")
    return _respond(answer(packed, "GET", accepts, known, keeping))


def _get_source(name: str) -> TileSource:
    """The source; who asks is looked at only where it matters. Raises NotFound, NotAllowed for one of the staff's."""
    found = sources.get_source(db.session, name, staff=True)
    if found.for_staff and not may(Permission.STAFF_LAYERS):
        return sources.get_source(db.session, name)
    return found


def _for_staff(source: TileSource, cell: Cell) -> Response:
    """A tile of the staff's: made for whoever asks now, never laid where the next one or a proxy would find it."""
    accepts = request.headers.get("Accept-Encoding", "")
    return _respond(answer(pack(encode(db.session, source, cell, None)), "GET", accepts, "", FOR_NOBODY_ELSE))


def _keeping(source: TileSource, on: dt.date | None, today: dt.date) -> str:
    """For how long an answer may be kept: for good only under the revision that it has now.

    Under one that is to come, the tile of today would stand in the way of tomorrow's.
    """
    asked = request.args.get("v")
    known = asked and asked != NEVER_CHANGED and asked == get_revision(db.session, source, on, today)
    return FOR_GOOD if known else FOR_A_MINUTE


def _respond(made: Answer) -> Response:
    # Werkzeug leaves the body out for HEAD by itself.
    response = Response(made.body, made.status)
    # Exactly these: it would name a type for a 304, which has none.
    response.headers.clear()
    response.headers.extend(made.headers)
    return response


sources.register(base.SOURCE)
sources.register_finder(find_layer_source)
