"""Words of the register's pages that stand in several of them."""

from collections.abc import Mapping
from typing import Any

from babel.support import LazyProxy

from core.i18n import format_date, format_number, gettext
from core.i18n import lazy_gettext as _
from layers.words import isolated, join_words
from permits.hearing.models import Stance
from permits.register.groups import GROUP_NAMES, Group
from permits.register.models import Filters
from permits.states import STATE_NAMES, State

STANCE_NAMES: dict[Stance, LazyProxy] = {
    Stance.SUPPORT: _("Support"),
    Stance.COMMENT: _("Comment"),
    Stance.OBJECTION: _("Objection"),
}


def told_filters(
    filters: Filters, query: Mapping[str, Any], names: Mapping[str, str]
) -> list[tuple[str, tuple[str, ...]]]:
    """What was asked for, each condition in words and with the parameters that ask for it."""
    told: list[tuple[str, tuple[str, ...]]] = []
    if filters.words:
        told.append((gettext("with the words “%(words)s”", words=isolated(filters.words)), ("q",)))
    if filters.types:
        kinds = join_words([names[code] for code in filters.types])
        told.append((gettext("of the kind %(name)s", name=kinds), ("type",)))
    if filters.states:
        states = join_words([_state_name(name) for name in query.get("state", [])])
        told.append((gettext("in the state %(name)s", name=states), ("state",)))
    if filters.since:
        told.append((gettext("registered from %(day)s on", day=format_date(filters.since)), ("from",)))
    if filters.until:
        told.append((gettext("registered until %(day)s", day=format_date(filters.until)), ("to",)))
    circle = filters.circle
    if circle and circle.parcel_number:
        near = {"n": format_number(circle.within_m), "number": isolated(circle.parcel_number)}
        told.append((gettext("within %(n)s m of parcel %(number)s", **near), ("parcel", "within")))
    elif circle:
        n = format_number(circle.within_m)
        told.append((gettext("within %(n)s m of the chosen spot", n=n), ("at", "within")))
    if filters.box:
        told.append((gettext("in the view of the map"), ("bbox",)))
    return told


def _state_name(name: str) -> str:
    return str(GROUP_NAMES[Group(name)] if name in list(Group) else STATE_NAMES[State(name)])
