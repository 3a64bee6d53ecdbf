"""Putting layers into the catalogue: which names and places there are, and what a layer is for the base map."""

import re
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Unprocessable
from core.i18n import gettext as _
from layers.models import BaseRole, Domain, GeometryKind, Layer, PlaceRole

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}", re.ASCII)


@dataclass(frozen=True)
class LayerWish:
    """What the person importing says of a layer; None leaves what the catalogue has, or a default."""

    slug: str
    domain: str
    name_fa: str | None = None
    name_en: str | None = None
    base_role: str | None = None
    is_plain: bool = False
    source: str | None = None
    licence: str | None = None
    place_role: str | None = None
    visibility: str | None = None


def check_layer_wish(wish: LayerWish, reserved: bool) -> None:
    """Raises Unprocessable, a line per problem, unless a layer can be called so and put there."""
    problems = []
    if not _SLUG.fullmatch(wish.slug):
        problems.append(
            _(
                "--layer: “%(slug)s” may hold only a-z, 0-9, _ and -, beginning with one of the first.",
                slug=wish.slug,
            )
        )
    elif reserved:
        problems.append(_("--layer: “%(slug)s” is a name that the map itself uses.", slug=wish.slug))
    if wish.domain not in list(Domain):
        problems.append(
            _("--domain: “%(domain)s” is none of: %(all)s.", domain=wish.domain, all=", ".join(Domain))
        )
    if wish.base_role is not None and wish.base_role not in list(BaseRole):
        problems.append(
            _("--base: “%(role)s” is none of: %(all)s, none.", role=wish.base_role, all=", ".join(BaseRole))
        )
    if problems:
        raise Unprocessable("\n".join(problems), field="layer")


def upsert_layer(session: Session, wish: LayerWish, kind: GeometryKind, titles: tuple[str, str]) -> Layer:
    """The catalogue's row of this slug, made or brought up to date; ``titles`` are its default names (fa, en)."""
    layer = session.scalars(select(Layer).where(Layer.slug == wish.slug).with_for_update()).one_or_none()
    if layer is None:
        layer = Layer(slug=wish.slug, name_fa=wish.name_fa or titles[0], name_en=wish.name_en or titles[1])
        layer.base_role = None if wish.is_plain else (wish.base_role or guess_role(wish.slug, kind))
        layer.place_role = guess_place_role(kind)
        session.add(layer)
    else:
        layer.version += 1
        layer.name_fa = wish.name_fa or layer.name_fa
        layer.name_en = wish.name_en or layer.name_en
        if wish.is_plain or wish.base_role:
            layer.base_role = wish.base_role
    layer.domain, layer.geometry_kind = wish.domain, kind.value
    layer.place_role = wish.place_role or layer.place_role
    layer.visibility = wish.visibility or layer.visibility
    layer.source = layer.source or "" if wish.source is None else wish.source
    layer.licence = layer.licence or "" if wish.licence is None else wish.licence
    layer.updated_at = func.now()
    session.flush()
    return layer


_ROLES = (
    (
        BaseRole.STREET,
        GeometryKind.LINE,
        re.compile(r"^(streets?|roads?|street[_-]?centerlines?|roads?[_-]?network)$"),
    ),
    (BaseRole.WATER, None, re.compile(r"^(water|waters|water[_-]?bod(y|ies)|rivers?|lakes?|hydrography)$")),
    (
        BaseRole.GREEN,
        GeometryKind.POLYGON,
        re.compile(r"^(parks?|green|green[_-]?spaces?|open[_-]?spaces?)$"),
    ),
    (
        BaseRole.DISTRICT,
        GeometryKind.POLYGON,
        re.compile(r"^(districts?|neighbou?rhoods?|mahalat|mahale|quarters?|boroughs?)$"),
    ),
)


def guess_place_role(kind: GeometryKind) -> str:
    """What a layer is for a place unless somebody says otherwise: lines pass by, to all else one goes."""
    return (PlaceRole.NETWORK if kind is GeometryKind.LINE else PlaceRole.FACILITY).value


def guess_role(slug: str, kind: GeometryKind) -> str | None:
    """What a layer of that name is for the base map, if anything."""
    for role, needed, pattern in _ROLES:
        if pattern.match(slug) and needed in (None, kind) and kind is not GeometryKind.POINT:
            return role.value
    return None
