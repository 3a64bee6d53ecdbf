"""What the server tells the map in the browser: the city, its layers, the palette and every word it may say."""

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core.i18n import direction, language
from core.i18n import gettext as _
from core.local_time import get_today
from layers.models import Layer, Visibility
from layers.words import land_use_name
from layers.zoning.hues import look_of
from layers.zoning.models import ZoneClass
from permits.register.groups import GROUP_NAMES
from webmap import queries, words
from webmap.keep.choices import choices

_STYLE = Path(__file__).resolve().parent.parent / "layers" / "style.json"
_PARCELS, _ZONING, _BASE, _PERMITS = "parcels", "zoning", "base", "permits"


def page_config(session: Session, args: Mapping[str, str], *, staff: bool = False) -> dict[str, Any]:
    """Everything the map needs before its first tile, as plain JSON.

    ``args`` is the page's query string: the browser reads it itself, except the day, which is checked here.
    ``staff``: with the layers that are theirs alone.
    """
    city = queries.find_city(session)
    today = get_today(session)
    overlays = queries.list_overlays(session, staff=staff)
    return {
        "lang": language(),
        "dir": direction(),
        "calendar": "persian" if language() == "fa" else "gregory",
        "today": today.isoformat(),
        "on": _day(args.get("on", "")),
        "city": {
            "names": {"fa": city.name_fa, "en": city.name_en} if city else {"fa": "", "en": ""},
            "bounds": queries.find_bounds(session),
        },
        "themes": queries.list_first_themes(session),
        "domains": [{"code": code, "name": str(name)} for code, name in words.DOMAINS.items()],
        "layers": [_layer(each) for each in overlays],
        "palette": _palette(session),
        "sources": _sources(session, [each.slug for each in overlays], today),
        "keep": choices(),
        "strings": {key: str(text) for key, text in words.BROWSER.items()},
    }


def city_name(config: Mapping[str, Any]) -> str:
    """The city's name in the language spoken, else in the other, else what every city is."""
    names = config["city"]["names"]
    return names[language()] or names["fa"] or names["en"] or _("The city")


@cache
def style() -> dict[str, Any]:
    """The map's looks (layers/style.json), which the browser has built in."""
    read: dict[str, Any] = json.loads(_STYLE.read_text(encoding="utf-8"))
    return read


def _day(text: str) -> str | None:
    """The day asked for, or None: a map with a mistyped day shows today rather than nothing."""
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _layer(layer: Layer) -> dict[str, Any]:
    own = {
        key: layer.style[key] for key in ("icon", "colour", "hatch", "width", "dash") if key in layer.style
    }
    return own | {
        "slug": layer.slug,
        "names": {"fa": layer.name_fa, "en": layer.name_en},
        "domain": layer.domain,
        "geometry_kind": layer.geometry_kind,
        "min_zoom": layer.min_zoom,
        "visible": bool(layer.style.get("visible", False)),
        "for_staff": layer.visibility != Visibility.PUBLIC,
    }


def _palette(session: Session) -> dict[str, Any]:
    looks = style()
    classes = queries.list_zone_classes(session)
    return {
        "land_use": {
            code: {"colour": each["colour"], "name": land_use_name(code)}
            for code, each in looks["land_use"].items()
        },
        "zone_groups": {
            code: {"colour": each["colour"], "name": str(words.ZONE_GROUPS[code])}
            for code, each in looks["zone_groups"].items()
        },
        "permit_groups": {group.value: {"name": str(name)} for group, name in GROUP_NAMES.items()},
        "zone_classes": [
            {
                "code": each.code,
                "names": {"fa": each.name_fa, "en": each.name_en},
                "group": each.group,
                "colour": each.colour or _hue(each),
            }
            for each in classes
        ],
    }


def _hue(zone_class: ZoneClass) -> Any:
    """[light, dark] of a class whose group is not told, else nothing: the browser knows the groups."""
    look = style()["zone_unsorted"].get(look_of(zone_class.code, zone_class.group))
    return look["colour"] if look else ""


def _sources(session: Session, slugs: list[str], today: dt.date) -> dict[str, dict[str, Any]]:
    """Each source with the revision its tiles may be kept under, as the tiles' own TileJSON names it."""
    numbers = queries.source_revisions(session)
    revisions = {name: str(numbers.get(name, 0)) for name in (_BASE, _PARCELS, _ZONING, _PERMITS, *slugs)}
    # The zones of today are tomorrow others with no edit made.
    revisions[_ZONING] += f".{today:%Y%m%d}"
    return {
        name: {"tilejson": f"/tiles/{name}.json", "revision": revision}
        for name, revision in revisions.items()
    }
