"""Tiles of the city's own layers: one source per row of the layer table."""

from functools import partial

from sqlalchemy import ColumnElement, and_, case, func, select, text
from sqlalchemy.orm import Session

from core.errors import NotAllowed
from core.i18n import gettext as _
from layers.models import Feature, Layer, Visibility
from layers.tiles.grid import BUFFER, Cell
from layers.tiles.sources import AnyCell, AnySelect, Asked, TileLayer, TileSource, touches

CROWD = 10_000
"""So many features in a tile are more than can be told apart; at most zooms none comes near it."""
EXACT_ZOOM = 14
"""From here on every feature is itself, however many there are."""
MARK_UNITS = 8
"""The side of one screen pixel in tile units, on a tile drawn 512 pixels wide."""

_CROWD = text("""
    SELECT count(*) > :most FROM (
        SELECT FROM feature
        WHERE layer_id = :layer_id AND geom_3857 && ST_MakeEnvelope(:west, :south, :east, :north, 3857)
        LIMIT :most + 1
    ) AS crowd
""")


def find_layer_source(session: Session, slug: str) -> TileSource | None:
    """The source of the layer with that slug. Raises NotAllowed for one that the public does not see."""
    found = session.execute(select(Layer.id, Layer.visibility).where(Layer.slug == slug)).one_or_none()
    if found is None:
        return None
    if found.visibility != Visibility.PUBLIC:
        raise NotAllowed(_("The layer “%(name)s” is not shown to the public.", name=slug), field="source")
    layer_id = found.id
    fields = {
        "name_fa": "Name in Persian",
        "name_en": "Name in English",
        "kind": "Kind within the layer",
        "count": "How many features share this pixel, where they cannot be told apart",
    }
    layer = TileLayer(slug, partial(feature_rows, layer_id), fields, variant=partial(is_crowd, layer_id))
    return TileSource(slug, (layer,), nested=True, key=layer_id)


def feature_rows(layer_id: int, asked: Asked) -> AnySelect:
    """The features of a layer in a cell; where there is a crowd, one mark for all that fall on the same pixel."""
    cell = asked.cell
    here = and_(Feature.layer_id == layer_id, touches(Feature.geom_3857, cell))
    if asked.variant:
        return _marks(here, cell)
    return select(
        Feature.id,
        func.nullif(Feature.name_fa, "").label("name_fa"),
        func.nullif(Feature.name_en, "").label("name_en"),
        func.nullif(Feature.kind, "").label("kind"),
        Feature.geom_3857.label("geom"),
    ).where(here)


def is_crowd(layer_id: int, session: Session, cell: Cell) -> bool:
    """Whether a layer has more features in a cell than are to be drawn one by one."""
    if cell.z >= EXACT_ZOOM:
        return False
    west, south, east, north = cell.bounds(BUFFER)
    box = {"west": west, "south": south, "east": east, "north": north}
    return bool(session.scalar(_CROWD, {"layer_id": layer_id, "most": CROWD, **box}))


def _marks(here: ColumnElement[bool], cell: AnyCell) -> AnySelect:
    """One row for each different picture that features make on the pixels of this zoom, with how many make it.

    Nobody sees the difference and nothing is left out, where cutting off after so many would leave holes.
    """
    pixel_m = MARK_UNITS * cell.unit_m
    corner = func.ST_SnapToGrid(func.ST_Centroid(func.ST_Envelope(Feature.geom_3857)), pixel_m)
    dot = func.ST_MakeLine(corner, func.ST_Translate(corner, pixel_m, 0))
    square = func.ST_Expand(corner, pixel_m / 2)
    snapped = func.ST_SnapToGrid(Feature.geom_3857, pixel_m)
    # A line that collapses comes out NULL, a polygon empty.
    picture = case(
        (~func.ST_IsEmpty(snapped), snapped),
        (func.ST_Dimension(Feature.geom_3857) == 1, dot),
        else_=square,
    ).label("geom")
    count = func.count()
    alone = count == 1
    return (
        select(
            func.min(Feature.id).label("id"),
            case((alone, func.nullif(func.min(Feature.name_fa), ""))).label("name_fa"),
            case((alone, func.nullif(func.min(Feature.name_en), ""))).label("name_en"),
            func.nullif(Feature.kind, "").label("kind"),
            func.nullif(count, 1).label("count"),
            picture,
        )
        .where(here)
        .group_by(Feature.kind, picture)
    )
