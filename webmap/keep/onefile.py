"""A place as one file: its map by folium and its words below, opening anywhere with no network at all."""

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import folium
import numpy as np
import pyproj
import shapely
import shapely.affinity
from flask import render_template
from markupsafe import escape
from sqlalchemy.orm import Session

from core.i18n import format_date
from core.i18n import gettext as _
from layers.area import get_srid
from layers.models import BaseRole
from layers.schemas import name_of
from layers.words import land_use_name
from webmap import queries
from webmap.drawing import palette
from webmap.drawing import queries as drawn
from webmap.drawing.queries import Thing
from webmap.place.page import page_of
from webmap.place.service import Place

_LEAFLET = Path(__file__).resolve().parents[2] / "node_modules" / "leaflet" / "dist"
_ACROSS_M, _UP_M = 160.0, 100.0
"""How far the neighbourhood reaches beyond the parcel to the sides, and up and down."""
_SEEN = 0.75
"""The part of it that is seen first: the map's edges lie outside."""
_MOST = 1_500
_DECIMALS = 7


class _Map(folium.Map):
    """A map that asks for nothing: Leaflet is written into the page."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


def write_place(session: Session, place: Place, link: str) -> str:
    """The place as an HTML document in the language spoken, complete in itself. ``link`` leads to the live page."""
    page = page_of(place)
    drawn_map = _draw(session, place)
    root: Any = drawn_map.get_root()
    root.render()
    city = queries.find_city(session)
    return render_template(
        "keep/onefile.html",
        place=place,
        page=page,
        is_panel=True,
        city_name=name_of(city.name_fa, city.name_en) if city else "",
        kept_on=format_date(place.today),
        link=link,
        leaflet_css=_leaflet_css(),
        leaflet_js=(_LEAFLET / "leaflet.js").read_text(encoding="utf-8").partition("//# sourceMappingURL")[0],
        map_html=root.html.render(),
        map_script=root.script.render(),
        map_name=drawn_map.get_name(),
        hues=_hues(),
        legend=_legend(session, place),
    )


def _draw(session: Session, place: Place) -> _Map:
    assert place.parcel is not None
    srid = get_srid(session)
    outline = shapely.from_wkb(bytes(place.parcel.shape.data))
    ground = _ground(outline)
    made = _Map(location=[place.lat, place.lon], tiles=None, zoom_control=False, max_zoom=21)
    for things, paint in _layers(session, place, ground, srid):
        _add(made, [_feature(thing, srid, *paint(thing)) for thing in things])
    _add(made, [_feature(Thing(outline, ""), srid, "", _line(palette.base_colour("halo"), 7, 0.95))])
    told = _parcel_words(Thing(outline, place.parcel.land_use, place.parcel.number))
    _add(made, [_feature(Thing(outline, ""), srid, told, _line(palette.base_colour("accent"), 3))])
    _add(made, _facilities(place))
    seen = shapely.affinity.scale(ground, _SEEN, _SEEN)
    west, south, east, north = shapely.bounds(_to_degrees(seen, srid))
    made.fit_bounds([[south, west], [north, east]])
    return made


def _ground(outline: Any) -> Any:
    west, south, east, north = shapely.bounds(outline)
    return shapely.box(west - _ACROSS_M, south - _UP_M, east + _ACROSS_M, north + _UP_M)


def _borders(zones: list[Thing], ground: Any) -> list[Thing]:
    """The borders of zones, without the edges that they were cut along."""
    inside = shapely.buffer(ground, -1)
    return [replace(zone, shape=shapely.intersection(shapely.boundary(zone.shape), inside)) for zone in zones]


def _layers(session: Session, place: Place, ground: Any, srid: int) -> list[tuple[list[Thing], Any]]:
    """What lies around, from the lowest to the topmost, each with what says its words and its look."""
    base: dict[str, list[Thing]] = {}
    for layer in drawn.list_drawn_layers(session, []):
        things = drawn.list_things(session, layer, ground, srid, _MOST)
        base.setdefault(layer.base_role or "", []).extend(things)
    parcels = drawn.list_parcels(session, ground, srid, place.day, _MOST)
    zones = drawn.list_zones(session, ground, srid, place.day, _MOST)
    edge = palette.base_colour("parcel_line")
    return [
        (base.get(BaseRole.GREEN, []), lambda thing: (_name(thing), _fill(palette.base_colour("green")))),
        (base.get(BaseRole.WATER, []), lambda thing: (_name(thing), _fill(palette.base_colour("water")))),
        (
            base.get(BaseRole.STREET, []),
            lambda thing: (_name(thing), _line(palette.base_colour("street"), 5)),
        ),
        (parcels, lambda thing: (_parcel_words(thing), _fill(palette.land_use_colour(thing.code), edge))),
        (
            _borders(zones, ground),
            lambda thing: ("", _line(palette.zone_colour(thing.code, thing.group, thing.colour), 3, 0.8)),
        ),
    ]


def _name(thing: Thing) -> str:
    return name_of(thing.name_fa, thing.name_en)


def _parcel_words(parcel: Thing) -> str:
    return f"{parcel.name_fa} · {land_use_name(parcel.code)}"


def _fill(colour: str, line: str = "") -> dict[str, Any]:
    return {
        "stroke": bool(line),
        "color": line,
        "weight": 1,
        "fill": True,
        "fillColor": colour,
        "fillOpacity": 1,
    }


def _line(colour: str, width: float, opacity: float = 1) -> dict[str, Any]:
    return {"color": colour, "weight": width, "opacity": opacity, "fill": False}


def _feature(thing: Thing, srid: int, told: str, look: dict[str, Any]) -> dict[str, Any]:
    shape = shapely.set_precision(_to_degrees(thing.shape, srid), 10**-_DECIMALS, mode="pointwise")
    return _geojson(json.loads(shapely.to_geojson(shape)), told, look)


def _geojson(geometry: Any, told: str, look: dict[str, Any]) -> dict[str, Any]:
    # folium puts the words into the page as HTML: whoever named a street must not get to write it.
    return {"type": "Feature", "properties": {"told": str(escape(told)), "style": look}, "geometry": geometry}


def _to_degrees(shape: Any, srid: int) -> Any:
    move = pyproj.Transformer.from_crs(srid, 4326, always_xy=True)
    return shapely.transform(shape, lambda points: np.column_stack(move.transform(*points.T)))


def _facilities(place: Place) -> list[dict[str, Any]]:
    """The nearest of each layer, as dots; those out of sight are reached by zooming out."""
    halo = palette.base_colour("halo")
    features = []
    for layer in place.layers:
        if (near := layer.nearest) is None or not layer.is_shown:
            continue
        look = palette.layer_look(layer.slug, layer.domain, {})
        words = [name_of(layer.name_fa, layer.name_en), name_of(near.name_fa, near.name_en)]
        style = {"color": halo, "weight": 2, "fill": True, "fillColor": look.colour, "fillOpacity": 1}
        spot = {"type": "Point", "coordinates": [round(near.lon, _DECIMALS), round(near.lat, _DECIMALS)]}
        features.append(_geojson(spot, ": ".join(filter(None, words)), style))
    return features


def _add(made: _Map, features: list[dict[str, Any]]) -> None:
    features = [each for each in features if each["geometry"]["coordinates"]]
    if not features:
        return
    speaks = any(feature["properties"]["told"] for feature in features)
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        tooltip=folium.GeoJsonTooltip(fields=["told"], labels=False, sticky=True) if speaks else None,
        marker=folium.CircleMarker(radius=7),
    ).add_to(made)


def _legend(session: Session, place: Place) -> list[tuple[str, str]]:
    """Colours and names of the land uses around."""
    assert place.parcel is not None
    srid = get_srid(session)
    ground = _ground(shapely.from_wkb(bytes(place.parcel.shape.data)))
    present = {each.code for each in drawn.list_parcels(session, ground, srid, place.day, _MOST)}
    return [
        (palette.land_use_colour(use), land_use_name(use))
        for use in palette.style()["land_use"]
        if use in present
    ]


def _hues() -> dict[str, str]:
    """The colours that the words name zones and domains with."""
    looks = palette.style()
    zones = {**looks["zone_groups"], **looks["zone_unsorted"]}
    return {f'[data-zone-group="{name}"]': look["colour"][0] for name, look in zones.items()} | {
        f'[data-domain="{code}"]': look["colour"][0] for code, look in looks["domains"].items()
    }


@cache
def _leaflet_css() -> str:
    """Leaflet's rules without those that ask for pictures, which only controls need that are not here."""
    rules = (_LEAFLET / "leaflet.css").read_text(encoding="utf-8")
    return re.sub(r"[^{}]*\{[^{}]*url\([^{}]*\}", "", rules)


def title_of(place: Place) -> str:
    """What the file is called, without its ending."""
    assert place.parcel is not None
    return _("Parcel %(number)s", number=place.parcel.number).replace("/", "-") + f" {place.day.isoformat()}"
