"""What of the register an address asks for, read with each field named, and written again for the links of a page."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from core.errors import BadInput
from core.i18n import gettext as _
from core.inputs import read_box, read_count, read_day, read_lon_lat, read_words
from permits.register.groups import GROUP_OF, Group, states_of
from permits.register.models import Circle, Filters, Key
from permits.states import State

LONGEST = 200
FARTHEST_M = 20_000
NEAR_M = 300
"""How far around a place, when nothing else is said."""
_MOST_NAMES = 50


class Arguments(Protocol):
    """A query string's parameters, of which one name may stand several times."""

    def get(self, name: str) -> str | None:
        """The first value of a name."""

    def getlist(self, name: str) -> list[str]:
        """Every value of a name."""


def read_filters(args: Arguments, known_types: Collection[str]) -> Filters:
    """What is asked for. Raises BadInput or Unprocessable naming the parameter at fault."""
    return Filters(
        box=read_box(args.get("bbox")),
        circle=_read_circle(args),
        types=_read_types(args, known_types),
        states=_read_states(args),
        since=read_day(args.get("from"), "from"),
        until=read_day(args.get("to"), "to"),
        words=read_words(args.get("q"), "q", LONGEST),
    )


def _read_circle(args: Arguments) -> Circle | None:
    number, at = read_words(args.get("parcel"), "parcel", LONGEST), (args.get("at") or "").strip()
    within_m = read_count(args.get("within"), "within", NEAR_M, FARTHEST_M)
    if number:
        return Circle(within_m, number)
    if not at:
        return None
    lon, _comma, lat = at.replace("،", ",").partition(",")
    return Circle(within_m, spot=read_lon_lat(lon, lat))


def _names(args: Arguments, name: str) -> list[str]:
    """Names by commas, or one by one as a form sends them; "" is a form's "any"."""
    given = [each.strip() for value in args.getlist(name) for each in value.split(",")]
    return list(dict.fromkeys(each for each in given if each))[:_MOST_NAMES]


def _read_types(args: Arguments, known: Collection[str]) -> list[str]:
    names = _names(args, "type")
    if any(name not in known for name in names):
        raise BadInput(_("There is no such kind of permit."), field="type")
    return names


def _read_states(args: Arguments) -> list[State]:
    """States by their own names or by those of their groups."""
    found: list[State] = []
    for name in _names(args, "state"):
        if name in list(Group):
            found += states_of(Group(name))
        elif name in list(State) and State(name) in GROUP_OF:
            found.append(State(name))
        else:
            raise BadInput(_("The register knows no such state."), field="state")
    return list(dict.fromkeys(found))


def read_key(text: str | None) -> Key | None:
    """Where a page begins, as :func:`write_key` wrote it. Raises BadInput for anything else."""
    if not text:
        return None
    at, _dot, number = text.partition(".")
    if not (at.isascii() and at.lstrip("-").isdigit() and number.isascii() and number.isdigit()):
        raise BadInput(_("This page of the list could not be understood."), field="after")
    if len(at) > 17 or len(number) > 18:
        raise BadInput(_("This page of the list could not be understood."), field="after")
    return Key(int(at), int(number))


def write_key(key: Key) -> str:
    """A key as it stands in an address."""
    return f"{key.at_us}.{key.id}"


def query_of(filters: Filters, args: Arguments) -> dict[str, Any]:
    """The same question as parameters of an address, in one spelling; nothing stands for what is not asked."""
    circle = filters.circle
    asked: dict[str, Any] = {
        "bbox": ",".join(f"{side:.6f}" for side in filters.box) if filters.box else None,
        "parcel": circle.parcel_number if circle and circle.parcel_number else None,
        "at": f"{circle.spot[0]:.6f},{circle.spot[1]:.6f}" if circle and circle.spot else None,
        "within": circle.within_m if circle else None,
        "type": list(filters.types) or None,
        "state": _names(args, "state") or None,
        "from": _iso(filters.since),
        "to": _iso(filters.until),
        "q": filters.words or None,
    }
    return {name: value for name, value in asked.items() if value is not None}


def without(query: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The question without some of it: how it is widened."""
    return {name: value for name, value in query.items() if name not in names}


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
