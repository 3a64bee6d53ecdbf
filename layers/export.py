"""What a layer holds on a piece of ground, as a table to be written to a file."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal, select
from sqlalchemy.orm import Session

from core.errors import TooLarge
from core.geofiles.tables import Table, columns_of, columns_of_objects
from core.i18n import format_number
from core.i18n import gettext as _
from layers.area import AREA, area_value, within
from layers.models import Feature, Layer, seen_by

MOST = 50_000
"""What is handed out in one file; more is asked for piece by piece, or by OGC API page by page."""

_COLUMNS = {"key": "text", "name_fa": "text", "name_en": "text", "kind": "text"}


def find_shown_layer(session: Session, slug: str, *, staff: bool = False) -> Layer | None:
    """The layer of this name, if there is one that whoever asks may see."""
    return session.scalars(select(Layer).where(Layer.slug == slug, seen_by(staff=staff))).one_or_none()


def list_shown_layers(session: Session, *, staff: bool = False) -> list[Layer]:
    """Every layer that whoever asks may see, the base map's too, by slug."""
    return list(session.scalars(select(Layer).where(seen_by(staff=staff)).order_by(Layer.slug)))


def outline(geom: Any) -> ColumnElement[Any]:
    """A geometry in the grid asked for (``crs``), as WKB; one that is in it already stays as it is."""
    return func.ST_AsBinary(func.ST_Transform(geom, bindparam("crs", type_=Integer))).label("shape")


def everywhere_or(column: Any, ground: Any) -> ColumnElement[bool]:
    """Whether a geometry column touches the ground; all of it does when no ground is named."""
    return literal(value=True) if ground is None else within(column, AREA)


def ground_values(ground: Any, srid: int) -> dict[str, Any]:
    """What a statement with :func:`everywhere_or` in it is to be executed with."""
    return {} if ground is None else {"area": area_value(ground, srid)}


def check_count(session: Session, rows: Select[Any], values: dict[str, Any]) -> None:
    """Raises TooLarge when a statement has more than :data:`MOST` rows. Counting stops there."""
    counted = select(func.count()).select_from(rows.limit(MOST + 1).subquery())
    if session.execute(counted, values).scalar_one() > MOST:
        raise TooLarge(
            _(
                "More than %(most)s things are in this area. Please choose a smaller one.",
                most=format_number(MOST),
            ),
            field="bbox",
            details={"most": MOST},
        )


def get_table(session: Session, layer: Layer, ground: Any, srid: int, crs: int) -> Table:
    """The layer's things on the ground (a shape in the city's grid; None: everywhere), their shapes in ``crs``.

    What the layer's own file said of them follows our columns. Raises TooLarge.
    """
    values = {"layer_id": layer.id, **ground_values(ground, srid)}
    check_count(session, _things(is_everywhere=ground is None, columns=(Feature.id,)), values)
    columns = (*(getattr(Feature, name) for name in _COLUMNS), Feature.properties, outline(Feature.geom))
    found = session.execute(
        _things(is_everywhere=ground is None, columns=columns).order_by(Feature.key), {**values, "crs": crs}
    ).all()
    own = columns_of(_COLUMNS, [row[: len(_COLUMNS)] for row in found])
    brought = columns_of_objects([row.properties or {} for row in found], _COLUMNS)
    return Table(layer.slug, [*own, *brought], [bytes(row.shape) for row in found], layer.geometry_kind, crs)


def _things(*, is_everywhere: bool, columns: tuple[Any, ...]) -> Select[Any]:
    is_here = everywhere_or(Feature.geom, None if is_everywhere else AREA)
    return select(*columns).where(Feature.layer_id == bindparam("layer_id", type_=Integer), is_here)
