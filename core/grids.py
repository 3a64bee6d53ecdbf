"""Which grids a city can be measured in: projected, in metres, true to scale; and which one to take instead."""

import re

import pyproj
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info, query_utm_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError

from core.errors import Unprocessable
from core.i18n import gettext as _

_FEET = re.compile(
    r"\s*\((ft|ftUS|US survey foot|Clarke's foot)[^)]*\)\s*$|\s*\(.*(foot|feet|ft).*\)\s*$", re.I
)


def check_metric(srid: int) -> pyproj.CRS:
    """The grid of an EPSG code, if lengths and areas can be measured in it.

    Raises Unprocessable saying why not, and what to take instead.
    """
    try:
        crs = pyproj.CRS.from_epsg(srid)
    except CRSError as error:
        raise _refused(_("EPSG:%(srid)s is no coordinate system.", srid=srid)) from error
    if not crs.is_projected or len(crs.axis_info) != 2:
        why = _("EPSG:%(srid)s (%(name)s) is not a flat grid in metres.", srid=srid, name=crs.name)
        raise _refused(why, *_utm_near(crs))
    if any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info):
        unit = crs.axis_info[0].unit_name
        why = _(
            "EPSG:%(srid)s (%(name)s) counts in %(unit)s, not in metres.", srid=srid, name=crs.name, unit=unit
        )
        raise _refused(why, *_metric_twin(crs))
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    if "Pseudo" in method or "Pseudo" in crs.name:
        why = _("EPSG:%(srid)s (%(name)s) stretches lengths and areas.", srid=srid, name=crs.name)
        raise _refused(why)
    return crs


def _refused(why: str, *instead: str) -> Unprocessable:
    if instead:
        advice = _("Take for instance %(names)s.", names=", ".join(instead))
    else:
        advice = _("Take the metric grid of your country or its UTM zone, for instance 32639 for Tehran.")
    return Unprocessable(f"--srid: {why} {advice}", field="srid")


def _metric_twin(crs: pyproj.CRS) -> list[str]:
    """Grids of the same name that count in metres."""
    stem = _FEET.sub("", crs.name)
    found = [
        info
        for info in query_crs_info("EPSG", PJType.PROJECTED_CRS)
        if info.name == stem and _counts_in_metres(int(info.code))
    ]
    return [f"{info.code} ({info.name})" for info in found[:2]] or _utm_near(crs)


def _counts_in_metres(srid: int) -> bool:
    return all(axis.unit_conversion_factor == 1.0 for axis in pyproj.CRS.from_epsg(srid).axis_info)


def _utm_near(crs: pyproj.CRS) -> list[str]:
    """The UTM zone in the middle of where a coordinate system is used, unless that is half the world."""
    area = crs.area_of_use
    if area is None or not 0 < area.east - area.west < 24:
        return []
    middle = (area.west + area.east) / 2, (area.south + area.north) / 2
    zones = query_utm_crs_info("WGS 84", AreaOfInterest(middle[0], middle[1], middle[0], middle[1]))
    return [f"{zone.code} ({zone.name})" for zone in zones[:1]]
