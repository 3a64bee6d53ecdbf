"""What somebody wants to build: drawn or typed, each figure given or not said yet."""

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException

from core.errors import BadInput, Unprocessable
from core.i18n import format_number
from core.i18n import gettext as _
from core.text import latin_digits
from parcels.models import LandUse

MOST_CORNERS = 2000
"""A drawn footprint with more corners is no building."""
_SHOWN, _EXACT = 9, 12
"""Decimals of degrees in GeoJSON: a tenth of a millimetre on the ground, and what changes no area that is judged."""
# The least and the most that each figure may be; the most is far beyond any building.
_WHOLE = {"floors": (1, 300), "dwellings": (0, 10_000), "parking": (0, 100_000)}
_MEASURES = {"footprint_m2": 10_000_000, "height_m": 2_000, "floor_area_m2": 100_000_000}


@dataclass(frozen=True)
class Proposal:
    """What is proposed on one parcel; None is "not said yet", never nought.

    ``footprint`` is a polygon in the city's grid; ``footprint_m2`` what was typed, which may differ from it.
    ``floors`` are counted as the zone's rules count them, above the pilotis. ``use`` is a code of
    :class:`parcels.models.LandUse`.
    """

    footprint: Any | None = None
    footprint_m2: float | None = None
    floors: int | None = None
    height_m: float | None = None
    floor_area_m2: float | None = None
    use: str | None = None
    dwellings: int | None = None
    parking: int | None = None

    @property
    def ground_m2(self) -> float | None:
        """The area of the footprint: as drawn, else as typed."""
        return self.footprint_m2 if self.footprint is None else float(shapely.area(self.footprint))

    def to_json(self, srid: int) -> dict[str, Any]:
        """The proposal as JSON, its footprint as a GeoJSON geometry in WGS 84; ``srid`` is the city's."""
        figures = {name: getattr(self, name) for name in (*_MEASURES, *_WHOLE)}
        return {"footprint": geojson_of(self.footprint, srid, _EXACT), "use": self.use, **figures}

    @classmethod
    def from_json(cls, given: Mapping[str, Any], srid: int) -> "Proposal":
        """Read what :meth:`to_json` writes; numbers may also be text, in any digits.

        Raises BadInput for what is no number, word or polygon, Unprocessable for one that cannot be; both name the
        field.
        """
        if not isinstance(given, Mapping):
            raise BadInput(_("The proposal could not be understood."), field="proposal")
        measures = {name: _read_measure(given.get(name), name, most) for name, most in _MEASURES.items()}
        counts = {name: _read_whole(given.get(name), name, *limits) for name, limits in _WHOLE.items()}
        footprint, use = _read_footprint(given.get("footprint"), srid), _read_use(given.get("use"))
        return cls(footprint=footprint, use=use, **measures, **counts)  # type: ignore[arg-type]


def geojson_of(shape: Any | None, srid: int, decimals: int = _SHOWN) -> dict[str, Any] | None:
    """A shape of the city's grid as a GeoJSON geometry in WGS 84."""
    if shape is None or shapely.is_empty(shape):
        return None
    moved: Any = shapely.transform(shape, _moving(_to_degrees(srid)))
    told: dict[str, Any] = shapely.geometry.mapping(shapely.orient_polygons(moved))
    return {"type": told["type"], "coordinates": _rounded(told["coordinates"], decimals)}


def _rounded(numbers: Any, decimals: int) -> Any:
    if isinstance(numbers, float | int):
        return round(float(numbers), decimals)
    return [_rounded(each, decimals) for each in numbers]


def _moving(transformer: pyproj.Transformer) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    return lambda corners: np.column_stack(transformer.transform(corners[:, 0], corners[:, 1]))


@lru_cache(maxsize=8)
def _to_degrees(srid: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(srid, 4326, always_xy=True)


@lru_cache(maxsize=8)
def _to_grid(srid: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(4326, srid, always_xy=True)


def shape_from_geojson(given: Any, srid: int, field: str) -> Any:
    """A GeoJSON geometry (WGS 84) in the city's grid. Raises BadInput for what is none."""
    if not isinstance(given, Mapping):
        raise BadInput(_("This is not a GeoJSON geometry."), field=field)
    try:
        shape = shapely.force_2d(shapely.geometry.shape(dict(given)))
        moved: Any = shapely.transform(shape, _moving(_to_grid(srid)))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, GEOSException, RecursionError):
        raise BadInput(_("This is not a GeoJSON geometry."), field=field) from None
    if not all(math.isfinite(edge) for edge in shapely.bounds(moved)):
        raise Unprocessable(_("The drawing lies outside the city's grid, or is empty."), field=field)
    return moved


def _read_footprint(given: Any, srid: int) -> Any | None:
    if given is None:
        return None
    shape = shape_from_geojson(given, srid, "footprint")
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise BadInput(_("The footprint must be drawn as an area."), field="footprint")
    if shapely.get_num_coordinates(shape) > MOST_CORNERS:
        told = format_number(MOST_CORNERS)
        raise Unprocessable(_("The drawing has more than %(n)s corners.", n=told), field="footprint")
    if not shapely.is_valid(shape):
        raise Unprocessable(
            _("The drawn footprint crosses itself. Please draw its corners in order."), field="footprint"
        )
    return shape


def _read_use(given: Any) -> str | None:
    if given in (None, ""):
        return None
    if not isinstance(given, str) or given not in {use.value for use in LandUse}:
        raise BadInput(_("There is no such use."), field="use")
    return str(given)


def _read_measure(given: Any, field: str, most: float) -> float | None:
    value = _read_number(given, field)
    if value is not None and not 0 < value <= most:
        raise Unprocessable(
            _("Please give a number above 0 and not above %(most)s.", most=format_number(most)), field=field
        )
    return value


def _read_whole(given: Any, field: str, least: int, most: int) -> int | None:
    value = _read_number(given, field)
    if value is None:
        return None
    if not value.is_integer() or not least <= value <= most:
        told = {"least": format_number(least), "most": format_number(most)}
        raise Unprocessable(_("Please give a whole number from %(least)s to %(most)s.", **told), field=field)
    return int(value)


def _read_number(given: Any, field: str) -> float | None:
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    value = math.nan
    if isinstance(given, str):
        given = latin_digits(given).strip().replace("٫", ".").replace("٬", "")
    if isinstance(given, str | int | float) and not isinstance(given, bool):
        with suppress(ValueError, OverflowError):
            value = float(given)
    if not math.isfinite(value):
        raise BadInput(_("This is not a number."), field=field)
    return value
