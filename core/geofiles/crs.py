"""Which coordinate system a file is in, whether that can be true, and the way from it to the city's own."""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.aoi import AreaOfInterest as QueryArea
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import AreaOfInterest, TransformerGroup

from core.geofiles.findings import Report, SourceError
from core.geofiles.layer import Layer
from core.geofiles.messages import sentence
from core.geofiles.options import Box

Coordinates = tuple[NDArray[np.float64], NDArray[np.float64]]
Transform = Callable[[NDArray[np.float64], NDArray[np.float64]], Coordinates]

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


def find_crs(layer: Layer, asked: int | None, near: Box | None, report: Report) -> SourceCrs:
    """The system of a layer: asked for, or as the file says, held against its coordinates.

    Raises SourceError where it is missing, unreadable or cannot be true.
    """
    centres = _centres(layer.bounds)
    said = _said(layer, centres, near, report, asked)
    if asked is not None:
        crs = _from_code(asked)
        if said is not None and not said.equals(crs, ignore_axis_order=True) and _epsg(said) != asked:
            report.add("crs.overridden", layer.member, said=_label(said), used=_label(crs))
        found = SourceCrs(crs, "option")
    else:
        assert said is not None
        found = SourceCrs(said, "file")
    return _plausible(found, layer, centres, near, report)


def transform_to(
    source: SourceCrs, target: pyproj.CRS, near: Box | None, report: Report, member: str
) -> Transform:
    """The function from the file's x, y to the target's; what cannot be reached comes out infinite."""
    area = AreaOfInterest(*near) if near is not None else None
    if source.crs.equals(target, ignore_axis_order=True):
        return _swapping(lambda x, y: (x, y)) if source.swapped else lambda x, y: (x, y)
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

    return _swapping(forward) if source.swapped else forward


def possible(source: SourceCrs, bounds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which features (n,) have coordinates that their system can hold; unknown bounds pass."""
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    known = np.isfinite(x) & np.isfinite(y)
    inside = np.ones(len(bounds), dtype=bool)
    if source.swapped:
        x, y = y, x
    inside[known] = _inside(source.crs, x[known], y[known])
    return inside


def to_degrees(source: SourceCrs) -> Transform:
    """The function from the file's x, y to longitude and latitude (WGS 84)."""
    degrees = _degrees(source.crs)
    return _swapping(degrees) if source.swapped else degrees


def _said(
    layer: Layer, centres: Coordinates, near: Box | None, report: Report, asked: int | None
) -> pyproj.CRS | None:
    """What the file says, or None; without ``asked`` silence and nonsense are errors."""
    text = layer.crs_text
    if text is None:
        if asked is None:
            raise SourceError(layer.crs_is_missing, member=layer.member, hint=_hint(centres, near))
        return None
    crs = read_crs(text)
    if crs is None:
        if asked is None:
            begins = " ".join(text.split())[:40]
            raise SourceError("crs.unreadable", member=layer.member, begins=begins, hint=_hint(centres, near))
        report.add("crs.said_unreadable", layer.member)
    return crs


def read_crs(text: str) -> pyproj.CRS | None:
    """A horizontal system from WKT (ESRI's too) or ``EPSG:N``; None when it is none."""
    code = re.fullmatch(r"(?:urn:ogc:def:crs:)?EPSG:[\d.]*:?(\d{4,6})", text.strip(), re.IGNORECASE)
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
            _transformer_to_degrees(known.to_wkt())
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
        _transformer_to_degrees(crs.to_wkt())
    except (CRSError, ProjError, OverflowError):
        raise SourceError("crs.unknown_code", epsg=code) from None
    if not (crs.is_geographic or crs.is_projected):
        raise SourceError("crs.unknown_code", epsg=code)
    return crs


def _label(crs: pyproj.CRS) -> str:
    epsg = _epsg(crs)
    return f"EPSG:{epsg} ({crs.name})" if epsg is not None else crs.name[:60]


def _plausible(
    found: SourceCrs, layer: Layer, centres: Coordinates, near: Box | None, report: Report
) -> SourceCrs:
    """The system, its axes swapped if only that makes sense. Raises ``crs.outside`` if nothing does."""
    x, y = centres
    if not len(x):
        return found
    straight, turned = _inside(found.crs, x, y), _inside(found.crs, y, x)
    city_straight = _share(_in_box(found.crs, x, y, near))
    city_turned = _share(_in_box(found.crs, y, x, near))
    if (_share(straight) < 0.5 and _share(turned) > 0.9) or (city_straight == 0 and city_turned > 0.9):
        report.add("crs.swapped", layer.member)
        return SourceCrs(found.crs, found.how, swapped=True)
    if _share(straight) < 0.5:
        worst = int(np.argmin(straight))
        raise SourceError(
            "crs.outside", member=layer.member, x=_number(x[worst]), y=_number(y[worst]), crs=found.label,
            hint=_hint(centres, near),
        )  # fmt: skip
    return found


def _inside(crs: pyproj.CRS, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points can be in a system: within its area of use and a margin."""
    if crs.is_geographic and not _is_local(crs):
        return np.asarray((np.abs(x) <= 360) & (np.abs(y) <= 90))
    lon, lat = _degrees(crs)(x, y)
    with np.errstate(invalid="ignore"):
        there = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90)
        if crs.is_geographic:
            there &= (np.abs(x) <= 360) & (np.abs(y) <= 90)
        area = crs.area_of_use
        if area is not None and area.east - area.west < 300 and area.west <= area.east:
            there &= (lon >= area.west - MARGIN_DEGREES) & (lon <= area.east + MARGIN_DEGREES)
            there &= (lat >= area.south - MARGIN_DEGREES) & (lat <= area.north + MARGIN_DEGREES)
    return np.asarray(there)


def _is_local(crs: pyproj.CRS) -> bool:
    area = crs.area_of_use
    return area is not None and area.east - area.west < 300


def _in_box(
    crs: pyproj.CRS, x: NDArray[np.float64], y: NDArray[np.float64], near: Box | None
) -> NDArray[np.bool_]:
    """Which points lie in the city's neighbourhood: its box, as wide again on each side."""
    if near is None:
        return np.ones(len(x), dtype=bool)
    lon, lat = _degrees(crs)(x, y)
    west, south, east, north = near
    margin = max(east - west, north - south, 0.2)
    with np.errstate(invalid="ignore"):
        return np.asarray(
            (lon >= west - margin)
            & (lon <= east + margin)
            & (lat >= south - margin)
            & (lat <= north + margin)
        )


def _degrees(crs: pyproj.CRS) -> Transform:
    transformer = _transformer_to_degrees(crs.to_wkt())

    def forward(x: NDArray[np.float64], y: NDArray[np.float64]) -> Coordinates:
        lon, lat = transformer.transform(x, y)
        return np.asarray(lon), np.asarray(lat)

    return forward


@lru_cache(maxsize=256)
def _transformer_to_degrees(wkt: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(pyproj.CRS.from_wkt(wkt), "EPSG:4326", always_xy=True)


def _swapping(forward: Transform) -> Transform:
    return lambda x, y: forward(y, x)


def _accuracy(source: pyproj.CRS, target: pyproj.CRS, area: AreaOfInterest | None) -> float | None:
    """How well the best way that this machine knows places a point, in metres; None where nobody says."""
    with warnings.catch_warnings():
        # It warns of grids that are not installed; the accuracy says what that means.
        warnings.simplefilter("ignore")
        ways = TransformerGroup(source, target, always_xy=True, area_of_interest=area).transformers
    return ways[0].accuracy if ways and ways[0].accuracy > 0 else None


def _hint(centres: Coordinates, near: Box | None) -> str:
    """The systems in which the coordinates would lie in the city, or that they look like degrees."""
    x, y = centres
    if not len(x):
        return ""
    names = [f"EPSG:{code} ({name})" for code, name in candidates(centres, near)]
    if names:
        return sentence("hint.candidates", {"names": ", ".join(names)})
    looks = bool((np.abs(x) <= 180).all() and (np.abs(y) <= 90).all()) and near is None
    return sentence("hint.degrees", {}) if looks else ""


def candidates(centres: Coordinates, near: Box | None) -> list[tuple[int, str]]:
    """Up to five systems (code, name) in which nearly all the points would lie in or near the city."""
    if near is None:
        return []
    x, y = centres
    found = []
    for code, name in _systems_of(near):
        crs = pyproj.CRS.from_epsg(code)
        if _share(_in_box(crs, x, y, near)) > 0.9:
            found.append((code, name))
    return found[:5]


def _systems_of(near: Box) -> list[tuple[int, str]]:
    """Systems in use where the city is, the narrowest first: national grids before UTM before the world's."""
    west, south, east, north = near
    area = QueryArea((west + east) / 2, (south + north) / 2, (west + east) / 2, (south + north) / 2)
    kinds = [PJType.PROJECTED_CRS, PJType.GEOGRAPHIC_2D_CRS]
    listed = query_crs_info(auth_name="EPSG", pj_types=kinds, area_of_interest=area, contains=True)
    # Degrees of a dozen national datums are all alike here: WGS 84 stands for them.
    wanted = [one for one in listed if one.type is PJType.PROJECTED_CRS or one.code == "4326"]

    def width(one: object) -> float:
        box = getattr(one, "area_of_use", None)
        return (box.east - box.west) % 360 * (box.north - box.south) if box is not None else 1e9

    wanted.sort(key=lambda one: (one.code not in ("4326", "3857"), width(one), one.code))
    return [(int(one.code), one.name) for one in wanted]


def _centres(bounds: NDArray[np.float64]) -> Coordinates:
    """The middles of up to 2,000 features spread over the layer."""
    known = bounds[np.isfinite(bounds).all(axis=1)]
    some = known[:: max(1, len(known) // SAMPLE)]
    return (some[:, 0] + some[:, 2]) / 2, (some[:, 1] + some[:, 3]) / 2


def _share(mask: NDArray[np.bool_]) -> float:
    return float(mask.mean()) if len(mask) else 0.0


def _number(value: float) -> str:
    return f"{value:.6g}" if abs(value) < 1000 else f"{value:.1f}"
