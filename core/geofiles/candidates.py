"""Which coordinate systems a file without one may be in: those that would lay it into the city."""

import re

import numpy as np
import pyproj
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError, ProjError

from core.geofiles.messages import sentence
from core.geofiles.options import Box, City
from core.geofiles.projecting import Coordinates, in_box, share


def hint(centres: Coordinates, city: City) -> str:
    """The systems in which the coordinates would lie in the city, or that they look like degrees."""
    x, y = centres
    if not len(x):
        return ""
    names = [f"EPSG:{code} ({name})" for code, name in candidates(centres, city)]
    if names:
        return sentence("hint.candidates", {"names": ", ".join(names)})
    looks = bool((np.abs(x) <= 180).all() and (np.abs(y) <= 90).all()) and city.box is None
    return sentence("hint.degrees", {}) if looks else ""


def candidates(centres: Coordinates, city: City) -> list[tuple[int, str]]:
    """Up to five systems (code, name) in which nearly all the points would lie in or near the city."""
    if city.box is None:
        return []
    x, y = centres
    found = []
    for code, name in _systems_of(city.srid, city.box):
        try:
            inside = share(in_box(pyproj.CRS.from_epsg(code), x, y, city.box))
        except (CRSError, ProjError):
            # Some entries of the registry are grids that nothing can be computed in.
            continue
        if inside > 0.9:
            found.append((code, name))
    return found[:5]


def _systems_of(srid: int, near: Box) -> list[tuple[int, str]]:
    """Systems in use where the city is: its own, degrees, the web's, WGS 84's UTM, then the narrowest first."""
    west, south, east, north = near
    area = AreaOfInterest((west + east) / 2, (south + north) / 2, (west + east) / 2, (south + north) / 2)
    kinds = [PJType.PROJECTED_CRS, PJType.GEOGRAPHIC_2D_CRS]
    listed = query_crs_info(auth_name="EPSG", pj_types=kinds, area_of_interest=area, contains=True)
    # Degrees of a dozen national datums are all alike here: WGS 84 stands for them.
    wanted = [one for one in listed if one.type is PJType.PROJECTED_CRS or one.code == "4326"]

    def width(one: object) -> float:
        box = getattr(one, "area_of_use", None)
        return (box.east - box.west) % 360 * (box.north - box.south) if box is not None else 1e9

    first = (str(srid), "4326", "3857")
    wanted.sort(
        key=lambda one: (
            one.code not in first,
            not re.fullmatch("32[67][0-6][0-9]", one.code),
            width(one),
            one.code,
        )
    )
    return [(int(one.code), one.name) for one in wanted]
