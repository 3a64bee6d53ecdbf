"""Which coordinate system a file is in, whether that can be true, and the way from it to the city's own."""

import re
import warnings
from dataclasses import dataclass

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import AreaOfInterest, TransformerGroup

from core.geofiles.candidates import hint
from core.geofiles.findings import Report, SourceError
from core.geofiles.layer import Layer
from core.geofiles.options import Box, City
from core.geofiles.projecting import (
    Coordinates,
    Transform,
    degrees,
    in_box,
    share,
    swapping,
    transformer_to_degrees,
    unchanged,
)

SAMPLE = 2000
# A surveyor may well use the zone next door; what lies further off is not in this system at all.
MARGIN_DEGREES = 10.0
# Between the world's system and a continent's it is 4 m everywhere, which nobody can act on.
TELLING_ACCURACY_M = 5.0


@dataclass(frozen=True)
class SourceCrs:
    """The system in use: ``epsg`` or None, its name, how it was found (``option``, ``file``, ``default``), swapped."""

    crs: pyproj.CRS
    how: str
    swapped: bool = False

    @property
    def epsg(self) -> int | None:
        """The EPSG code, where there is one."""
        return _epsg(self.crs)

    @property
    def label(self) -> str:
        """``EPSG:2249 (NAD83 / …)`` or the name alone."""
        return _label(self.crs)


def find_crs(layer: Layer, asked: int | None, city: City, report: Report) -> SourceCrs:
    """The system of a layer: asked for, or as the file says, held against its coordinates.

    Raises SourceError where it is missing, unreadable or cannot be true.
    """
    centres = _centres(layer.bounds)
    said = _said(layer, centres, city, report, asked)
    if asked is not None:
        crs = _from_code(asked)
        if said is not None and not said.equals(crs, ignore_axis_order=True) and _epsg(said) != asked:
            report.add("crs.overridden", layer.member, said=_label(said), used=_label(crs))
        found = SourceCrs(crs, "option")
    else:
        assert said is not None
        found = SourceCrs(said, "file")
    return _plausible(found, layer, centres, city, report)


def transform_to(
    source: SourceCrs, target: pyproj.CRS, near: Box | None, report: Report, member: str
) -> Transform:
    """The function from the file's x, y to the target's; what cannot be reached comes out infinite."""
    area = AreaOfInterest(*near) if near is not None else None
    if source.crs.equals(target, ignore_axis_order=True):
        return swapping(unchanged) if source.swapped else unchanged
    try:
        transformer = pyproj.Transformer.from_crs(source.crs, target, always_xy=True, area_of_interest=area)
        metres = _accuracy(source.crs, target, area)
    except ProjError:
        raise SourceError("crs.unreadable", member=member, begins=source.label, hint="") from None
    if metres is not None and metres > TELLING_ACCURACY_M:
        report.add("crs.accuracy", member, crs=source.label, metres=round(metres))

    def forward(x: NDArray[np.float64], y: NDArray[np.float64]) -> Coordinates:
        there_x, there_y = transformer.transform(x, y)
        return np.asarray(there_x), np.asarray(there_y)

    return swapping(forward) if source.swapped else forward


def possible(source: SourceCrs, bounds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which features (n,) have coordinates that their system can hold; unknown bounds pass."""
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    known = np.isfinite(x) & np.isfinite(y)
    inside = np.ones(len(bounds), dtype=bool)
    if source.swapped:
        x, y = y, x
    inside[known] = _inside(source, x[known], y[known])
    return inside


def to_degrees(source: SourceCrs) -> Transform:
    """The function from the file's x, y to longitude and latitude (WGS 84)."""
    forward = degrees(source.crs)
    return swapping(forward) if source.swapped else forward


def _said(
    layer: Layer, centres: Coordinates, city: City, report: Report, asked: int | None
) -> pyproj.CRS | None:
    """What the file says, or None; without ``asked`` silence and nonsense are errors."""
    text = layer.crs_text
    if text is None:
        if asked is None:
            raise SourceError(layer.crs_is_missing, member=layer.member, hint=hint(centres, city))
        return None
    crs = read_crs(text)
    if crs is None:
        if asked is None:
            begins = " ".join(text.split())[:40]
            raise SourceError("crs.unreadable", member=layer.member, begins=begins, hint=hint(centres, city))
        report.add("crs.said_unreadable", layer.member)
    return crs


def read_crs(text: str) -> pyproj.CRS | None:
    """A horizontal system from WKT (ESRI's too) or ``EPSG:N``; None when it is none."""
    code = re.fullmatch(r"(?:urn:ogc:def:crs:)?EPSG:(?:[\d.]*:)?(\d{4,6})", text.strip(), re.IGNORECASE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if "CRS84" in text[:60].upper():
                return pyproj.CRS.from_epsg(4326)
            crs = pyproj.CRS.from_epsg(int(code[1])) if code else pyproj.CRS.from_wkt(text)
            crs = _flat(crs)
            # ESRI's text says no authority; the registry's entry knows the datum shifts.
            epsg = _epsg(crs)
            known = pyproj.CRS.from_epsg(epsg) if epsg is not None else crs
            # Text may parse and yet be no way to anywhere.
            transformer_to_degrees(known.to_wkt())
    except (CRSError, ProjError, ValueError, OverflowError):
        return None
    return known if known.is_geographic or known.is_projected else None


def _flat(crs: pyproj.CRS) -> pyproj.CRS:
    """Without heights: the horizontal part of a compound system."""
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    return crs.to_2d() if len(crs.axis_info) == 3 else crs


def _epsg(crs: pyproj.CRS) -> int | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return crs.to_epsg(min_confidence=70)


def _from_code(code: int) -> pyproj.CRS:
    try:
        crs = _flat(pyproj.CRS.from_epsg(code))
        transformer_to_degrees(crs.to_wkt())
    except (CRSError, ProjError, OverflowError):
        raise SourceError("crs.unknown_code", epsg=code) from None
    if not (crs.is_geographic or crs.is_projected):
        raise SourceError("crs.unknown_code", epsg=code)
    return crs


def _label(crs: pyproj.CRS) -> str:
    epsg = _epsg(crs)
    return f"EPSG:{epsg} ({crs.name})" if epsg is not None else crs.name[:60]


def _plausible(found: SourceCrs, layer: Layer, centres: Coordinates, city: City, report: Report) -> SourceCrs:
    """The system, its axes swapped if only that makes sense. Raises ``crs.outside`` if nothing does."""
    x, y = centres
    if not len(x):
        return found
    straight, turned = _inside(found, x, y), _inside(found, y, x)
    city_straight = share(in_box(found.crs, x, y, city.box))
    city_turned = share(in_box(found.crs, y, x, city.box))
    if (share(straight) < 0.5 and share(turned) > 0.9) or (city_straight == 0 and city_turned > 0.9):
        report.add("crs.swapped", layer.member)
        return SourceCrs(found.crs, found.how, swapped=True)
    if share(straight) < 0.5:
        worst = int(np.argmin(straight))
        raise SourceError(
            "crs.outside", member=layer.member, x=_number(x[worst]), y=_number(y[worst]), crs=found.label,
            hint=hint(centres, city),
        )  # fmt: skip
    if city_straight == 0:
        report.add("crs.elsewhere", layer.member, crs=found.label, hint=hint(centres, city))
    return found


def _inside(source: SourceCrs, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points can be in a system: within its area of use and a margin; anywhere on earth if it was asked for."""
    crs = source.crs
    if crs.is_geographic and not _is_local(crs):
        return np.asarray((np.abs(x) <= 360) & (np.abs(y) <= 90))
    lon, lat = degrees(crs)(x, y)
    with np.errstate(invalid="ignore"):
        there = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90)
        if crs.is_geographic:
            there &= (np.abs(x) <= 360) & (np.abs(y) <= 90)
        area = crs.area_of_use
        if area is not None and source.how == "file" and 0 <= area.east - area.west < 300:
            there &= (lon >= area.west - MARGIN_DEGREES) & (lon <= area.east + MARGIN_DEGREES)
            there &= (lat >= area.south - MARGIN_DEGREES) & (lat <= area.north + MARGIN_DEGREES)
    return np.asarray(there)


def _is_local(crs: pyproj.CRS) -> bool:
    area = crs.area_of_use
    return area is not None and area.east - area.west < 300


def _accuracy(source: pyproj.CRS, target: pyproj.CRS, area: AreaOfInterest | None) -> float | None:
    """How well the best way that this machine knows places a point, in metres; None where nobody says."""
    with warnings.catch_warnings():
        # It warns of grids that are not installed; the accuracy says what that means.
        warnings.simplefilter("ignore")
        ways = TransformerGroup(source, target, always_xy=True, area_of_interest=area).transformers
    return ways[0].accuracy if ways and ways[0].accuracy > 0 else None


def _centres(bounds: NDArray[np.float64]) -> Coordinates:
    """The middles of up to 2,000 features spread over the layer."""
    known = bounds[np.isfinite(bounds).all(axis=1)]
    some = known[:: max(1, len(known) // SAMPLE)]
    return (some[:, 0] + some[:, 2]) / 2, (some[:, 1] + some[:, 3]) / 2


def _number(value: float) -> str:
    return f"{value:.6g}" if abs(value) < 1000 else f"{value:.1f}"
