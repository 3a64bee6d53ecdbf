"""From one coordinate system to another, for many points at once."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pyproj
from numpy.typing import NDArray

from core.geofiles.options import Box

Coordinates = tuple[NDArray[np.float64], NDArray[np.float64]]
Transform = Callable[[NDArray[np.float64], NDArray[np.float64]], Coordinates]


def unchanged(x: NDArray[np.float64], y: NDArray[np.float64]) -> Coordinates:
    """The way from a system to itself: whoever meets it need not go it."""
    return x, y


def in_box(
    crs: pyproj.CRS, x: NDArray[np.float64], y: NDArray[np.float64], near: Box | None
) -> NDArray[np.bool_]:
    """Which points lie in the city's neighbourhood: its box, as wide again on each side."""
    if near is None:
        return np.ones(len(x), dtype=bool)
    lon, lat = degrees(crs)(x, y)
    west, south, east, north = near
    margin = max(east - west, north - south, 0.2)
    with np.errstate(invalid="ignore"):
        return np.asarray(
            (lon >= west - margin)
            & (lon <= east + margin)
            & (lat >= south - margin)
            & (lat <= north + margin)
        )


def degrees(crs: pyproj.CRS) -> Transform:
    """The function from x, y to longitude and latitude (WGS 84)."""
    transformer = transformer_to_degrees(crs.to_wkt())

    def forward(x: NDArray[np.float64], y: NDArray[np.float64]) -> Coordinates:
        lon, lat = transformer.transform(x, y)
        return np.asarray(lon), np.asarray(lat)

    return forward


@lru_cache(maxsize=256)
def transformer_to_degrees(wkt: str) -> pyproj.Transformer:
    """The way from a system to WGS 84. Raises ProjError where there is none."""
    return pyproj.Transformer.from_crs(pyproj.CRS.from_wkt(wkt), "EPSG:4326", always_xy=True)


def swapping(forward: Transform) -> Transform:
    """The same function for coordinates that stand in the other order."""
    return lambda x, y: forward(y, x)


def share(mask: NDArray[np.bool_]) -> float:
    """Which part of them is true, from 0 to 1; of none it is 0."""
    return float(mask.mean()) if len(mask) else 0.0
