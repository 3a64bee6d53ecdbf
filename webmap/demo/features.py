"""The features of the demo city's layers, ward by ward."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from parcels.models import LandUse as Use
from webmap.demo.dice import dice
from webmap.demo.facilities import BY_KIND
from webmap.demo.growth import GrownWard
from webmap.demo.layers import LAYERS
from webmap.demo.names import Name, NameBook
from webmap.demo.parcels import DemoParcel
from webmap.demo.plan import Ward, WardKind
from webmap.demo.skeleton import StreetClass
from webmap.demo.streets import NamedStreet

COLUMNS = ("id", "layer_id", "key", "name_fa", "name_en", "kind", "geom", "properties")
LAYER_IDS = {layer.slug: number for number, layer in enumerate(LAYERS, 1)}
NO_NAME: Name = ("", "")

WIDTHS_M = {StreetClass.RING: 30, StreetClass.ARTERIAL: 22, StreetClass.COLLECTOR: 15}


@dataclass
class FeatureBook:
    """Gathers features of the batch in hand; knows how many there have been, and where each layer holds data."""

    names: NameBook
    covered: dict[str, frozenset[int]]
    rows: list[tuple[int, int, str, str, str, str, dict[str, object]]] = field(default_factory=list)
    shapes: list[BaseGeometry] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    last_id: int = 0

    def add(
        self, slug: str, shape: BaseGeometry, names: Name, kind: str = "", key: str = "", **properties: object
    ) -> None:
        """One more feature; its key is its place in its layer unless it has one of its own."""
        self.last_id += 1
        self.counts[slug] = self.counts.get(slug, 0) + 1
        key = key or f"{slug}-{self.counts[slug]}"
        self.rows.append((self.last_id, LAYER_IDS[slug], key, *names, kind, properties))
        self.shapes.append(shape)

    def holds(self, slug: str, ward: Ward) -> bool:
        """Whether the layer has been surveyed in this ward."""
        return slug not in self.covered or ward.index in self.covered[slug]

    def take(self) -> tuple[list[tuple[int, int, str, str, str, str, dict[str, object]]], list[BaseGeometry]]:
        """The batch, and an empty hand."""
        rows, shapes, self.rows, self.shapes = self.rows, self.shapes, [], []
        return rows, shapes


def add_ward(
    book: FeatureBook,
    grown: GrownWard,
    named: Sequence[NamedStreet | None],
    parcels: Sequence[DemoParcel],
    seed: int,
) -> None:
    """All features of one ward but those of its neighbourhoods and zones."""
    for lane, street in zip(grown.fabric.lanes, named, strict=True):
        if lane.main is None and street is not None:
            add_street(book, street, grown.ward)
    for parcel in sorted(
        (p for p in parcels if p.lot.facility and p.valid_to is None), key=lambda p: p.number
    ):
        _add_facility(book, grown.ward, parcel)
    if grown.ward.kind is WardKind.GREEN:
        body = grown.ward.polygon.buffer(-10, join_style="mitre")
        if not body.is_empty:
            book.add("green", body, book.names.take("park"), "park")
    _add_areas(book, grown, seed)


def add_street(book: FeatureBook, street: NamedStreet, ward: Ward | None) -> None:
    """A street for the base map, and the pipes and cables beneath and above it."""
    width_m = round(2 * street.half_m, 1)
    book.add(
        "streets", street.geometry, street.names, street.street_class.value, str(street.id), width_m=width_m
    )
    if ward is None:
        return
    _add_networks(book, street, ward)


def _add_networks(book: FeatureBook, street: NamedStreet, ward: Ward) -> None:
    """Pipes and cables of a street inside a ward; each network lies beside the middle by its own fixed shift."""
    wide = street.street_class in WIDTHS_M
    line = street.geometry
    diameter = 300 if wide else 110
    book.add(
        "water_network",
        _beside(line, 1.6, 0.8),
        NO_NAME,
        "main" if wide else "distribution",
        diameter_mm=diameter,
    )
    if book.holds("sewer_network", ward):
        book.add(
            "sewer_network", _beside(line, -1.2, -1.4), NO_NAME, "trunk" if wide else "collector",
            diameter_mm=600 if wide else 250,
        )  # fmt: skip
    if wide:
        book.add("power_network", _beside(line, 2.6, -1.9), NO_NAME, "medium_voltage", voltage_kv=20)


def _beside(line: BaseGeometry, east_m: float, north_m: float) -> BaseGeometry:
    """A line shifted as a whole, so that what met still meets."""
    moved: BaseGeometry = shapely.transform(line, lambda c: c + np.array((east_m, north_m)))
    return moved


def _add_facility(book: FeatureBook, ward: Ward, parcel: DemoParcel) -> None:
    kind, polygon = parcel.lot.facility, parcel.polygon
    spot = shapely.point_on_surface(polygon)
    if parcel.lot.use == Use.PARK:
        names = book.names.take("park")
        book.add("green", polygon, names, "park" if polygon.area > 4000 else "garden")
        if polygon.area > 700 and book.holds("playgrounds", ward):
            book.add("playgrounds", spot, book.names.take("playground"), "playground", park=names[0])
        if polygon.area > 22_000:
            pond = shapely.affinity.rotate(spot.buffer(28, quad_segs=6), 0)
            pond = shapely.affinity.scale(pond, 1.5, 0.8)
            if polygon.contains(pond):
                book.add("water", pond, NO_NAME, "pond")
        return
    facility = BY_KIND[kind]
    if facility.layer and book.holds(facility.layer, ward):
        book.add(facility.layer, spot, book.names.take(facility.form), kind, parcel=parcel.number)
    if kind == "stadium":
        pitch = polygon.buffer(-22, join_style="mitre")
        if not pitch.is_empty:
            book.add("green", pitch, NO_NAME, "pitch")


def _add_areas(book: FeatureBook, grown: GrownWard, seed: int) -> None:
    """Renewal areas in old wards, housing projects in new ones, and the bazaar."""
    quarters: dict[int, list[Polygon]] = {}
    for cell in grown.fabric.cells:
        if not cell.reserved:
            quarters.setdefault(cell.quarter, []).append(Polygon(cell.ring))
    for quarter, polygons in quarters.items():
        _add_area(book, grown.ward.kind, polygons, dice(seed, "areas", grown.ward.index, quarter))
    bazaar = [Polygon(cell.ring) for cell in grown.fabric.cells if cell.reserved == "bazaar"]
    if bazaar:
        body = shapely.coverage_union_all(bazaar)
        book.add("bazaar", body, ("بازار بزرگ روشن‌رود", "Grand Bazaar of Roshanrud"), "bazaar")
        book.add("heritage", body, ("محدودهٔ تاریخی بازار", "Historic bazaar precinct"), "precinct")


_AREA_SHARES = {WardKind.CORE: 0.3, WardKind.INNER: 0.14, WardKind.NEW: 0.07}


def _add_area(book: FeatureBook, kind: WardKind, polygons: Sequence[Polygon], throw: Random) -> None:
    """Some quarters need renewal or are being built; the first comes at once, so that no town is without."""
    luck, share = throw.random(), _AREA_SHARES.get(kind, 0.0)
    builds = kind is WardKind.NEW or (kind is WardKind.INNER and throw.random() < 0.4)
    slug = "housing_projects" if builds else "renewal_areas"
    if not share or (luck > share and slug in book.counts):
        return
    if not builds:
        book.add(slug, shapely.coverage_union_all(polygons), book.names.take("renewal"), "renewal")
        return
    # A project is the largest block of its quarter, without the streets around it.
    block = max(polygons, key=lambda polygon: polygon.area).buffer(-6, join_style="mitre")
    state = "under_construction" if luck < share / 2 else "planned"
    book.add(slug, block, book.names.take("housing_project"), state)
