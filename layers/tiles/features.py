"""Tiles of the city's own layers: one source per row of the layer table."""

from functools import partial
from pathlib import Path

from sqlalchemy import BigInteger, Float, Integer, Text, bindparam, column, func, select, text
from sqlalchemy.orm import Session

from core.models import WEB_MERCATOR
from layers.models import Feature, Layer, Visibility
from layers.tiles.grid import BUFFER, Cell
from layers.tiles.sources import AnyCell, AnySelect, Asked, Link, TileLayer, TileSource, touches

CROWD = 10_000
"""So many features in a tile are more than can be told apart; at most zooms none comes near it."""
EXACT_ZOOM = 14
"""From here on every feature is itself, however many there are."""
MARK_UNITS = 8
"""The side of one screen pixel in tile units, on a tile drawn 512 pixels wide."""
SQUARE_BITS = 5
"""The square whose pixels are one mark is 2⁵ of them wide: a feature for each pixel would be five times the bytes."""

_FAMILY = "a layer of the city"
"""No source can be named so: a name has no blanks."""

_MARKS = text(Path(__file__).with_name("crowd.sql").read_text(encoding="utf-8"))
_CROWD = text("""
    SELECT count(*) > :most FROM (
        SELECT FROM feature
        WHERE layer_id = :layer_id AND geom_3857 && ST_MakeEnvelope(:west, :south, :east, :north, 3857)
        LIMIT :most + 1
    ) AS crowd
""")


def find_layer_source(session: Session, slug: str) -> TileSource | None:
    """The source of the layer with that slug."""
    found = session.execute(select(Layer.id, Layer.visibility).where(Layer.slug == slug)).one_or_none()
    if found is None:
        return None
    layer_id = found.id
    fields = {
        "name_fa": "Name in Persian",
        "name_en": "Name in English",
        "kind": "Kind within the layer",
        "count": "How many features are drawn as one mark, where they cannot be told apart",
    }
    layer = TileLayer(slug, feature_rows, fields, variant=partial(is_crowd, layer_id))
    return TileSource(
        slug,
        (layer,),
        nested=True,
        for_staff=found.visibility != Visibility.PUBLIC,
        family=_FAMILY,
        values={"layer_id": layer_id},
    )


def feature_rows(asked: Asked) -> AnySelect:
    """The features of a layer in a cell; where there is a crowd, marks for many together."""
    cell = asked.cell
    here = Feature.layer_id == bindparam("layer_id", 0, type_=Integer)
    if asked.variant:
        return _marks(cell)
    return select(
        Feature.id,
        func.nullif(Feature.name_fa, "").label("name_fa"),
        func.nullif(Feature.name_en, "").label("name_en"),
        func.nullif(Feature.kind, "").label("kind"),
        Feature.geom_3857.label("geom"),
    ).where(here, touches(Feature.geom_3857, cell))


def is_crowd(layer_id: int, link: Link, cell: Cell) -> bool:
    """Whether a layer has more features in a cell than are to be drawn one by one."""
    if cell.z >= EXACT_ZOOM:
        return False
    west, south, east, north = cell.bounds(BUFFER)
    box = {"west": west, "south": south, "east": east, "north": north}
    return bool(link.scalar(_CROWD, {"layer_id": layer_id, "most": CROWD, **box}))


def _marks(cell: AnyCell) -> AnySelect:
    """A mark for all features of a kind that share a small square of the screen, drawn as the pixels they touch.

    Nobody sees the difference and nothing is left out, where cutting off after so many would leave holes.
    """
    pixel_m = MARK_UNITS * cell.unit_m
    constants = {"pixel": pixel_m, "more": BUFFER * cell.unit_m}
    sides = ("left", "bottom", "right", "top", "west", "north")
    return _MARKS.bindparams(
        *(bindparam(name, value, type_=Float) for name, value in constants.items()),
        *(bindparam(name, 0.0, type_=Float) for name in sides),
        bindparam("square_bits", SQUARE_BITS, type_=Integer),
        bindparam("layer_id", 0, type_=Integer),
    ).columns(
        column("id", BigInteger),
        column("name_fa", Text),
        column("name_en", Text),
        column("kind", Text),
        column("count", BigInteger),
        column("geom", WEB_MERCATOR),
    )
