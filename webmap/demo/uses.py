"""What people do with their lots: by ward and by the street the lot faces."""

from parcels.models import LandUse as Use
from webmap.demo.plan import WardKind
from webmap.demo.skeleton import StreetClass

Share = tuple[tuple[float, Use], ...]

_MAIN = "main"
_COLLECTOR = "collector"
_SIDE = "side"

SHARES: dict[WardKind, dict[str, Share]] = {
    WardKind.CORE: {
        _MAIN: ((0.55, Use.COMMERCIAL), (0.27, Use.MIXED), (0.05, Use.ADMINISTRATIVE), (0.02, Use.CULTURAL)),
        _COLLECTOR: ((0.22, Use.COMMERCIAL), (0.24, Use.MIXED)),
        _SIDE: ((0.02, Use.COMMERCIAL), (0.02, Use.MIXED), (0.03, Use.VACANT), (0.006, Use.CULTURAL)),
    },
    WardKind.INNER: {
        _MAIN: ((0.3, Use.COMMERCIAL), (0.36, Use.MIXED), (0.05, Use.ADMINISTRATIVE), (0.02, Use.HEALTH)),
        _COLLECTOR: ((0.12, Use.COMMERCIAL), (0.2, Use.MIXED), (0.01, Use.HEALTH)),
        _SIDE: ((0.03, Use.MIXED), (0.015, Use.VACANT)),
    },
    WardKind.NEW: {
        _MAIN: ((0.22, Use.COMMERCIAL), (0.34, Use.MIXED), (0.06, Use.ADMINISTRATIVE), (0.05, Use.VACANT)),
        _COLLECTOR: ((0.09, Use.COMMERCIAL), (0.15, Use.MIXED), (0.04, Use.VACANT)),
        _SIDE: ((0.02, Use.MIXED), (0.06, Use.VACANT)),
    },
    WardKind.INDUSTRIAL: {
        _MAIN: ((0.5, Use.INDUSTRIAL), (0.25, Use.TRANSPORT), (0.2, Use.COMMERCIAL), (0.05, Use.VACANT)),
        _COLLECTOR: ((0.7, Use.INDUSTRIAL), (0.2, Use.TRANSPORT), (0.1, Use.VACANT)),
        _SIDE: ((0.75, Use.INDUSTRIAL), (0.12, Use.TRANSPORT), (0.04, Use.UTILITIES), (0.09, Use.VACANT)),
    },
    WardKind.FRINGE: {
        _MAIN: ((0.1, Use.COMMERCIAL), (0.6, Use.VACANT), (0.1, Use.MIXED)),
        _COLLECTOR: ((0.72, Use.VACANT),),
        _SIDE: ((0.8, Use.VACANT),),
    },
}


def use_of(kind: WardKind, street_class: StreetClass, luck: float) -> Use:
    """The use of an ordinary lot; what no share claims is lived in."""
    faces = _MAIN if street_class in (StreetClass.RING, StreetClass.ARTERIAL) else _SIDE
    if street_class is StreetClass.COLLECTOR:
        faces = _COLLECTOR
    for share, use in SHARES[kind][faces]:
        if luck < share:
            return use
        luck -= share
    return Use.RESIDENTIAL
