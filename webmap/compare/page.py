"""What the comparison says: one row for each criterion, one value for each parcel, and whether they differ."""

from collections.abc import Callable
from dataclasses import dataclass

from core.i18n import format_number, format_percent
from core.i18n import gettext as _
from layers.schemas import name_of
from layers.words import isolated, join_words, land_use_name
from layers.zoning.queries import Rules
from parcels.land import Part
from parcels.schemas import addresses_of
from webmap.place.near import Near, OverlayTold
from webmap.place.page import Page, page_of
from webmap.place.service import Place
from webmap.words import DOMAINS

ABSENT = "–"


@dataclass(frozen=True)
class Row:
    """One criterion: the lines that each parcel has for it. ``key`` is its stable name."""

    key: str
    name: str
    values: list[list[str]]

    @property
    def differs(self) -> bool:
        """Whether the parcels are not all alike in it."""
        return any(value != self.values[0] for value in self.values)


@dataclass(frozen=True)
class Group:
    """Rows that belong together, under a heading."""

    key: str
    name: str
    rows: list[Row]


def groups_of(places: list[Place]) -> list[Group]:
    """The whole comparison in the language spoken."""
    pages = [page_of(place) for place in places]
    return [
        Group("parcel", _("The parcel"), _parcel_rows(places)),
        Group("build", _("What may be built"), _zone_rows(places)),
        *_overlay_groups(pages),
        Group(
            "planned",
            _("What is planned"),
            [Row("planned", _("Changes of zoning to come"), list(map(_planned, places, pages)))],
        ),
        *_network_groups(pages),
        *_near_groups(pages),
    ]


def _parcel_rows(places: list[Place]) -> list[Row]:
    told: tuple[tuple[str, str, Callable[[Place], str]], ...] = (
        ("address", _("Address"), lambda place: _address(place)),
        (
            "land_use",
            _("Land use"),
            lambda place: land_use_name(place.parcel.land_use if place.parcel else ""),
        ),
        ("area", _("Area on the map"), lambda place: _m2(place.parcel.area_m2 if place.parcel else None)),
        (
            "area_official",
            _("Area in its papers"),
            lambda place: _m2(place.parcel.area_official_m2 if place.parcel else None),
        ),
    )
    return [Row(key, name, [[value(place)] for place in places]) for key, name, value in told]


def _zone_rows(places: list[Place]) -> list[Row]:
    told: tuple[tuple[str, str, Callable[[Rules], str]], ...] = (
        ("permitted_uses", _("Permitted uses"), lambda rules: _uses(rules.permitted_uses)),
        ("conditional_uses", _("Uses on conditions"), lambda rules: _uses(rules.conditional_uses)),
        ("floors", _("Floors above the pilotis"), lambda rules: _limit(rules.floors)),
        ("height", _("Height"), lambda rules: _limit(rules.height_m, _("%(n)s m"))),
        ("coverage", _("Coverage"), lambda rules: _ratio(rules.coverage)),
        ("far", _("Floor-area ratio"), lambda rules: _ratio(rules.far)),
        ("setback", _("Setback"), lambda rules: _limit(rules.setback_m, _("%(n)s m"))),
        ("article", _("Source"), lambda rules: rules.article or ABSENT),
    )
    rules_rows = [Row(key, name, [_by_part(place, value) for place in places]) for key, name, value in told]
    return [
        Row("zone", _("Zone"), [_zones(place) for place in places]),
        *rules_rows,
        Row("buildable", _("Buildable floor area"), [[_buildable(place)] for place in places]),
    ]


def _address(place: Place) -> str:
    from_city = addresses_of(place.parcel) if place.parcel else {}
    return name_of(from_city.get("fa", ""), from_city.get("en", "")) or ABSENT


def _zones(place: Place) -> list[str]:
    """Each zone of the parcel, with its share where there are several."""
    if not place.parts:
        return [ABSENT if place.has_zoning else _("no data")]
    return [f"{_zone_name(part)}{_share_of(place, part)}" for part in place.parts]


def _zone_name(part: Part) -> str:
    rules = part.zone.rules
    return " ".join(filter(None, (isolated(rules.code), name_of(rules.name_fa, rules.name_en))))


def _share_of(place: Place, part: Part) -> str:
    if len(place.parts) == 1:
        return ""
    return _(" (%(percent)s of the parcel)", percent=format_percent(round(part.zone.share, 2)))


def _by_part(place: Place, value: Callable[[Rules], str]) -> list[str]:
    """What the rules of each part say; said once where all parts say the same."""
    lines = [
        value(part.zone.rules) if part.zone.rules.is_entered else _("not entered yet") for part in place.parts
    ]
    if len(set(lines)) < 2:
        return lines[:1] or [ABSENT]
    return [
        f"{isolated(part.zone.rules.code)}: {line}" for part, line in zip(place.parts, lines, strict=True)
    ]


def _uses(uses: tuple[str, ...]) -> str:
    return join_words([land_use_name(use) for use in uses]) or ABSENT


def _limit(value: float | None, words: str = "%(n)s") -> str:
    return _("not limited") if value is None else words % {"n": format_number(value, 1)}


def _ratio(value: float | None) -> str:
    return _("not limited") if value is None else format_percent(value)


def _buildable(place: Place) -> str:
    if place.is_closed:
        return _("parcel no longer in use")
    return _("the rules do not tell") if place.buildable_m2 is None else _m2(place.buildable_m2)


def _m2(value: float | None) -> str:
    return ABSENT if value is None else _("%(n)s m²", n=format_number(value, 1))


def _planned(place: Place, page: Page) -> list[str]:
    if page.planned:
        return page.planned
    return [_("none scheduled") if place.has_zoning else _("no data")]


def _overlay_groups(pages: list[Page]) -> list[Group]:
    """What lies over each parcel and binds whoever builds there."""
    by_layer = [{each.slug: each for each in page.overlays} for page in pages]
    layers = sorted(pages[0].overlays, key=lambda each: each.slug) if pages else []
    rows = [
        Row(f"over.{layer.slug}", layer.layer, [_over(of.get(layer.slug)) for of in by_layer])
        for layer in layers
    ]
    return [Group("over", _("What lies over it"), rows)] if rows else []


def _over(told: OverlayTold | None) -> list[str]:
    if told is not None and told.items:
        return [" ".join(filter(None, (isolated(name), covers))) for name, covers in told.items]
    if told is not None and told.state == "none":
        return [_("none here")]
    return [_absence("no_data" if told is None else told.state)]


def _network_groups(pages: list[Page]) -> list[Group]:
    """The networks that pass by each parcel."""
    by_layer = [{each.slug: each for each in page.networks} for page in pages]
    layers = sorted(pages[0].networks, key=lambda each: each.slug) if pages else []
    rows = [
        Row(f"near.{layer.slug}", layer.layer, [_near(of.get(layer.slug)) for of in by_layer])
        for layer in layers
    ]
    return [Group("networks", _("Networks that pass by"), rows)] if rows else []


def _near_groups(pages: list[Page]) -> list[Group]:
    """The nearest of each layer, a group for each domain that has any."""
    by_layer = [{near.slug: near for _code, _name, lines in page.domains for near in lines} for page in pages]
    groups = []
    for code, name, lines in pages[0].domains if pages else []:
        rows = [
            Row(f"near.{near.slug}", near.layer, [_near(of.get(near.slug)) for of in by_layer])
            for near in lines
        ]
        if rows:
            groups.append(
                Group(f"near.{code}", _("Nearest: %(domain)s", domain=str(DOMAINS.get(code, name))), rows)
            )
    return groups


def _near(near: Near | None) -> list[str]:
    if near is None or near.state != "here":
        return [_absence("no_data" if near is None else near.state)]
    return [line for line in (near.name, near.way) if line]


def _absence(state: str) -> str:
    """Three words that are never mixed up: nothing there, nobody is told, nobody has looked."""
    if state == "none":
        return _("none near")
    return _("not shown to the public") if state == "not_public" else _("no data")
