"""The map's looks on paper: the light colours of layers/style.json, and the icons as the front end built them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from layers.zoning.hues import look_of
from webmap import assets

_STYLE = Path(__file__).resolve().parents[2] / "layers" / "style.json"
_LIGHT = 0
_SYMBOL = re.compile(r'<symbol id="([\w-]+)" viewBox="0 0 15 15"[^>]*>(.*?)</symbol>', re.DOTALL)
_PATH = re.compile(r'\bd="([^"]+)"')
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}")


@dataclass(frozen=True)
class Look:
    """What a layer is drawn with: ``hatch`` a path in a cell of 8; ``width`` and ``dash`` as on screen, in pixels.

    Of a dense layer (street lights, trees) there are too many for icons.
    """

    colour: str
    icon: str
    hatch: str
    is_dense: bool
    width: float
    dash: tuple[float, ...]


@cache
def style() -> dict[str, Any]:
    """The map's looks as they stand in layers/style.json."""
    read: dict[str, Any] = json.loads(_STYLE.read_text(encoding="utf-8"))
    return read


def base_colour(name: str) -> str:
    """A colour of the base map."""
    return str(style()["base"][name][_LIGHT])


def land_use_colour(use: str) -> str:
    """The colour of a land use; a code that nobody knows looks as an unknown use."""
    uses = style()["land_use"]
    return str((uses.get(use) or uses["unknown"])["colour"][_LIGHT])


def is_land_use(use: str) -> bool:
    """Whether a land use is one that is told: what nobody has told is left blank, so that the streets show through."""
    return use != "unknown" and use in style()["land_use"]


def land_use_texture(use: str) -> str | None:
    """The path, in a cell of 8, that tells a land use apart without its hue."""
    found: str | None = style()["textures"].get(style()["land_use"].get(use, {}).get("texture"))
    return found


def zone_colour(code: str, group: str, colour: str) -> str:
    """The colour of a zone class: its own, else its family's where nobody has sorted it, else its group's."""
    looks = {**style()["zone_groups"], **style()["zone_unsorted"]}
    look = looks.get(look_of(code, group)) or looks["other"]
    return _own(colour) or str(look["colour"][_LIGHT])


def layer_look(slug: str, domain: str, own: Mapping[str, Any]) -> Look:
    """A layer's looks: what it brought with it, else what its slug says, else its domain."""
    by_slug = style()["layers"].get(slug.replace("-", "_"), {})
    by_domain = style()["domains"].get(domain) or style()["domains"]["infrastructure"]
    colour = _own(own.get("colour")) or _own(by_slug.get("colour")) or _own(by_domain["colour"])
    dash = own.get("dash") or by_slug.get("dash") or ()
    return Look(
        colour=colour or base_colour("label"),
        icon=str(by_slug.get("icon") or own.get("icon") or by_domain["icon"]),
        hatch=_hatch(own.get("hatch") or by_slug.get("hatch")),
        is_dense=bool(own.get("dense") or by_slug.get("dense")),
        width=float(own.get("width") or by_slug.get("width") or 2),
        dash=tuple(float(each) for each in dash),
    )


def icon_paths(name: str) -> list[str]:
    """An icon's paths in a box of 15, by its name with or without its set; of an unknown one, a marker's."""
    icons = _icons()
    for tried in (name.replace(":", "-"), f"maki-{name}", f"temaki-{name}", "maki-marker"):
        if tried in icons:
            return icons[tried]
    return []


def _hatch(name: Any) -> str:
    hatches = style()["hatches"]
    return str(hatches.get(name) or hatches["slant"]) if isinstance(name, str) else str(hatches["slant"])


def _own(colour: Any) -> str | None:
    """A colour written once or as [light, dark]; one that is none is as if it were not there.

    What a layer brings comes from whoever made it, and is written into the drawing as it is.
    """
    light = colour[_LIGHT] if isinstance(colour, list | tuple) and colour else colour
    return light if isinstance(light, str) and _COLOUR.fullmatch(light) else None


@cache
def _icons() -> dict[str, list[str]]:
    path = assets.path_of("map-icons.svg")
    sprite = path.read_text(encoding="utf-8") if path.is_file() else ""
    return {name: _PATH.findall(inner) for name, inner in _SYMBOL.findall(sprite)}
