"""The city's boundary as a gate: what touches it comes in, what lies outside only if that is allowed."""

from collections.abc import Sequence
from typing import Any

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import func, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.geofiles import Batch
from core.i18n import gettext as _
from core.importing import Remarks, feature_label
from layers.models import City

_NO_CITY = "flask --app webmap city init --srid N"


def get_city(session: Session, *, to_change: bool = False) -> City:
    """The city of this database; ``to_change`` makes whoever else wants to change it wait for this transaction.

    Raises Conflict, telling how to make one, when there is none.
    """
    query = select(City).with_for_update() if to_change else select(City)
    try:
        city = session.scalars(query).one_or_none()
    except ProgrammingError as error:
        # Nobody has run the migrations here.
        raise _no_city() from error
    if city is None:
        raise _no_city()
    return city


def _no_city() -> Conflict:
    return Conflict(_("There is no city here yet. Make one with: %(command)s", command=_NO_CITY))


class BoundaryGate:
    """Lets in what touches the city; what lies outside only if that is allowed."""

    def __init__(self, city: City, allow_outside: bool, *, grows: bool = False) -> None:
        self.allow_outside = allow_outside
        shape = None if city.boundary is None or grows else to_shape(city.boundary)
        self.shape: Any = shape
        if shape is not None:
            shapely.prepare(shape)

    def judge(self, batch: Batch, labels: Sequence[str], refused: Remarks, notes: Remarks) -> list[bool]:
        """Which of a batch come in; the others are refused by name, and borderline cases noted."""
        if self.shape is None:
            return [True] * len(batch)
        touching = shapely.intersects(self.shape, batch.geometries)
        covered = shapely.covers(self.shape, batch.geometries)
        for place in (~covered).nonzero()[0].tolist():
            label = feature_label(int(batch.indexes[place]), labels[place])
            if touching[place]:
                notes.add(_("lies only partly within the city's boundary; taken in whole"), label)
            elif self.allow_outside:
                notes.add(_("lies outside the city's boundary; taken in as you asked"), label)
            else:
                refused.add(_("lies outside the city's boundary (--allow-outside takes it in)"), label)
        return [bool(inside) or self.allow_outside for inside in touching]


def near_box(session: Session) -> tuple[float, float, float, float] | None:
    """The city's box in degrees (west, south, east, north), by which the reader suggests systems; None: unknown."""
    degrees = func.ST_Transform(City.boundary, 4326)
    sides = (func.ST_XMin(degrees), func.ST_YMin(degrees), func.ST_XMax(degrees), func.ST_YMax(degrees))
    west, south, east, north = session.execute(select(*sides)).one()
    return None if west is None else (west, south, east, north)
