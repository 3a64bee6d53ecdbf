"""The addresses of tiles: one for each source's TileJSON, one for each tile."""

import datetime as dt
import hashlib

from flask import Blueprint, Response, jsonify, request
from isal import igzip

from core.inputs import read_day
from core.web import db, public
from layers.tiles import base, sources
from layers.tiles.encode import MEDIA_TYPE, encode
from layers.tiles.features import find_layer_source
from layers.tiles.grid import parse_cell
from layers.tiles.revision import NEVER_CHANGED, get_revision, get_today
from layers.tiles.sources import TileSource
from layers.tiles.tilejson import describe

blueprint = Blueprint("tiles", __name__)

_FOR_GOOD = "public, max-age=31536000, immutable"
_FOR_A_MINUTE = "public, max-age=60"
_GZIP_LEVEL = 2


@blueprint.after_request
def allow_everyone(response: Response) -> Response:
    """Let maps on other sites read tiles, and read why there is none: all of this is public."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag"
    return response


@blueprint.get("/tiles/<source>.json")
@public
def tilejson(source: str) -> Response:
    """TileJSON 3.0 of a source."""
    found = sources.get_source(db.session, source)
    on, root_url = read_day(request.args.get("on")), request.url_root.rstrip("/")
    response = jsonify(describe(db.session, found, root_url, on, get_today(db.session)))
    # An open map asks this to learn of edits, so it is always asked anew (and mostly answered 304).
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


@blueprint.get("/tiles/<source>/<z>/<x>/<y>.mvt")
@public
def tile(source: str, z: str, x: str, y: str) -> Response:
    """One vector tile; where nothing lies, one without layers."""
    found = sources.get_source(db.session, source)
    cell = parse_cell(z, x, y)
    on, today = read_day(request.args.get("on")), get_today(db.session)
    # Read before encoding: if an edit lands between, what is kept under the older revision is merely newer.
    keeping = _keeping(found, on, today)
    return _answer(encode(db.session, found, cell, on or today), keeping)


def _keeping(source: TileSource, on: dt.date | None, today: dt.date) -> str:
    """For how long an answer may be kept: for good only under the revision that it has now.

    Under one that is to come, the tile of today would stand in the way of tomorrow's.
    """
    asked = request.args.get("v")
    known = asked and asked != NEVER_CHANGED and asked == get_revision(db.session, source, on, today)
    return _FOR_GOOD if known else _FOR_A_MINUTE


def _answer(content: bytes, keeping: str) -> Response:
    """The tile in the encoding the asker takes, with a tag of its very bytes.

    An empty tile is an empty 200 and not a 204: no bytes are a valid MVT, and are kept, tagged and served from a
    file like any other tile.
    """
    tag = hashlib.blake2b(content, digest_size=12).hexdigest()
    response = Response(content, mimetype=MEDIA_TYPE)
    if content and request.accept_encodings.quality("gzip") > 0:
        response.set_data(igzip.compress(content, _GZIP_LEVEL, mtime=0))
        response.content_encoding = "gzip"
        tag += "-gzip"
    response.set_etag(tag)
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = keeping
    return response.make_conditional(request)  # type: ignore[return-value]


sources.register(base.SOURCE)
sources.register_finder(find_layer_source)
