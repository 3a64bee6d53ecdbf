"""Loads the demo city into an empty database: the whole of it in the caller's transaction, or nothing."""

import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np
import pyproj
import shapely
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.errors import Conflict, Unprocessable
from core.i18n import gettext as _
from layers.models import City
from layers.tiles import revision
from parcels import generalise
from webmap.demo import features, parcels, zones
from webmap.demo.cells import Sizes
from webmap.demo.copying import Copier, Site
from webmap.demo.districts import assign_districts, coverage, coverage_area, in_order
from webmap.demo.facilities import Needs
from webmap.demo.growth import GrownWard, grow
from webmap.demo.layers import LAYERS
from webmap.demo.names import CITY, NameBook
from webmap.demo.networks import add_city, add_districts
from webmap.demo.plan import Plan, Ward, make_plan
from webmap.demo.streets import NamedStreet, StreetBook

DEFAULT_PARCELS = 5000
DEFAULT_SEED = 1404
DEFAULT_SRID = 32639
ANCHOR_LON_LAT = (52.95, 33.84)
"""Empty desert in the middle of Iran: no real city lies beneath."""
MIN_PARCELS, MAX_PARCELS = 500, 2_000_000
IN_BULK = 50_000
"""From so many parcels on, indexes are made after the rows."""

Progress = Callable[[int, int], None]


@dataclass
class Summary:
    """What has been loaded: rows of each table."""

    parcels: int = 0
    former_parcels: int = 0
    streets: int = 0
    features: int = 0
    zones: int = 0
    layers: int = 0


def load(
    session: Session,
    parcel_count: int = DEFAULT_PARCELS,
    seed: int = DEFAULT_SEED,
    progress: Progress | None = None,
    today: dt.date | None = None,
) -> Summary:
    """Load a demo city with just so many parcels; flushes, never commits.

    The same seed and day give the same rows, byte for byte. Raises Conflict where there is a city already,
    Unprocessable for a size or a grid that cannot be.
    """
    if not MIN_PARCELS <= parcel_count <= MAX_PARCELS:
        message = _(
            "The demo city can have between %(low)s and %(high)s parcels.", low=MIN_PARCELS, high=MAX_PARCELS
        )
        raise Unprocessable(message, field="parcels")
    if session.scalar(select(City.id)) is not None:
        raise Conflict(_("This database already holds a city. The demo city needs an empty one."))
    site = site_of(session)
    return _Loader(session, site, make_plan(seed, parcel_count), parcel_count, today or dt.date.today()).run(
        progress
    )


def site_of(session: Session) -> Site:
    """The demo's place on the grid of this database; raises Unprocessable where the grid is not in metres."""
    srid = session.scalar(text("SELECT Find_SRID(current_schema()::text, 'parcel', 'geom')")) or DEFAULT_SRID
    crs = pyproj.CRS.from_epsg(srid)
    if not crs.is_projected or any(abs(axis.unit_conversion_factor - 1) > 1e-9 for axis in crs.axis_info):
        raise Unprocessable(_("The demo city needs a grid in metres; EPSG:%(srid)s is not one.", srid=srid))
    lon, lat = ANCHOR_LON_LAT
    area = crs.area_of_use
    if area and not (area.west <= lon <= area.east and area.south <= lat <= area.north):
        lon, lat = (area.west + area.east) / 2, (area.south + area.north) / 2
    east, north = pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    return Site(srid, round(east, -2), round(north, -2))


@dataclass
class _Loader:
    session: Session
    site: Site
    plan: Plan
    wanted: int
    today: dt.date
    summary: Summary = field(default_factory=Summary)

    def run(self, progress: Progress | None) -> Summary:
        connection = self.session.connection().connection
        plan = self.plan
        with connection.cursor() as cursor, ExitStack() as stack:
            self.copier = Copier(cursor)
            if self.wanted >= IN_BULK:
                stack.enter_context(self.copier.without_indexes())
            names = NameBook(plan.seed)
            self.streets, self.needs, self.numbering = StreetBook(names), Needs(), parcels.Numbering()
            assign_districts(plan)
            self.features = features.FeatureBook(names, coverage(plan))
            self._open()
            wards = in_order(plan)
            last = max(k for k, ward in enumerate(wards) if ward.weight)
            for k, ward in enumerate(wards):
                self._ward(ward, k == last)
                if progress:
                    progress(self.summary.parcels, self.wanted)
        self._close()
        return self.summary

    def _open(self) -> None:
        """What the whole city shares."""
        plan, site, copier = self.plan, self.site, self.copier
        boundary = site.hex([coverage_area(plan, None)])[0]
        copier.rows("city", ("srid", "name_fa", "name_en", "boundary"), [(site.srid, *CITY, boundary)])
        areas = [coverage_area(plan, self.features.covered.get(layer.slug)) for layer in LAYERS]
        columns = (
            "id", "slug", "name_fa", "name_en", "domain", "geometry_kind", "base_role", "style", "min_zoom",
            "coverage", "licence", "source",
        )  # fmt: skip
        copier.rows("layer", columns, [
            (number, layer.slug, layer.name_fa, layer.name_en, layer.domain.value, layer.geometry_kind.value,
             layer.base_role.value if layer.base_role else None, {"icon": layer.icon} if layer.icon else {},
             layer.min_zoom, area, "CC0-1.0", "demo")
            for (number, layer), area in zip(enumerate(LAYERS, 1), site.hex(areas), strict=True)
        ])  # fmt: skip
        zones.write_classes(copier)
        self.zones = zones.ZoneBook(plan.seed, self.today)
        self.streets.open_main(plan)
        self._write_streets(self.streets.main)
        add_city(self.features, plan, self.streets.main)
        add_districts(self.features, plan)
        self._write_features()

    def _ward(self, ward: Ward, is_last: bool) -> None:
        plan = self.plan
        ahead = sum(other.weight for other in plan.wards if not other.district < 0)
        self._passed = getattr(self, "_passed", 0.0) + ward.weight
        quota = (
            self.wanted - self.summary.parcels
            if is_last
            else round(self.wanted * self._passed / ahead) - self.summary.parcels
        )
        hood = min(max(plan.boundary.area / 26, 150_000.0), 900_000.0)
        grown = grow(plan, ward, Sizes(hood), self.needs, max(quota, 0), is_last)
        faced = {lot.lane for block in grown.blocks for lot in block.lots}
        named = self.streets.open_lanes(grown.fabric, ward.kind, faced)
        self._write_streets(
            [s for s, lane in zip(named, grown.fabric.lanes, strict=True) if s and lane.main is None]
        )
        self._write_parcels(grown, named)
        self._write_zones(grown)

    def _write_streets(self, streets: list[NamedStreet]) -> None:
        if streets:
            shapes = self.site.hex([street.geometry for street in streets])
            rows = [(street.id, *street.names, shape) for street, shape in zip(streets, shapes, strict=True)]
            self.copier.rows("street", ("id", "name_fa", "name_en", "geom"), rows)
            self.summary.streets += len(rows)

    def _write_parcels(self, grown: GrownWard, named: list[NamedStreet | None]) -> None:
        made = None
        if grown.blocks:
            hoods = self.numbering.open(grown.ward.district, len(grown.fabric.neighbourhoods))
            for number, ring in zip(hoods, grown.fabric.neighbourhoods, strict=True):
                key = f"neighbourhood-{grown.ward.district}-{number}"
                name = self.features.names.take("neighbourhood")
                self.features.add(
                    "districts", shapely.Polygon(ring), name, "neighbourhood", key, number=number
                )
            made = parcels.parcels_of(grown, named, hoods, self.plan.seed)
            self._copy_parcels(made)
        features.add_ward(self.features, grown, named, made.parcels if made else [], self.plan.seed)
        self._write_features()

    def _copy_parcels(self, made: parcels.WardParcels) -> None:
        shapes = self.site.hex(shapely.multipolygons([[parcel.polygon] for parcel in made.parcels]))
        first = self.summary.parcels + self.summary.former_parcels + 1
        for number, parcel in enumerate(made.parcels, first):
            parcel.id = number
        self.copier.rows("parcel", parcels.COLUMNS, [
            (p.id, p.number, p.address, p.street_id, p.house_number, p.lot.use.value, p.official_m2, shape,
             p.valid_from, p.valid_to)
            for p, shape in zip(made.parcels, shapes, strict=True)
        ])  # fmt: skip
        self.copier.rows("parcel_lineage", parcels.LINEAGE_COLUMNS, [
            (parent.id, child.id, kind.value, day) for parent, child, kind, day in made.lineage
        ])  # fmt: skip
        former = sum(parcel.valid_to is not None for parcel in made.parcels)
        self.summary.former_parcels += former
        self.summary.parcels += len(made.parcels) - former

    def _write_zones(self, grown: GrownWard) -> None:
        rows, shapes = self.zones.rows_of(grown)
        hexed = self.site.hex(shapes)
        self.copier.rows(
            "zone", zones.COLUMNS, [(*row, shape) for row, shape in zip(rows, hexed, strict=True)]
        )
        self.summary.zones += len(rows)

    def _write_features(self) -> None:
        rows, shapes = self.features.take()
        if rows:
            hexed = self.site.hex(shapes)
            self.copier.rows("feature", features.COLUMNS, [
                (*row[:6], shape, row[6]) for row, shape in zip(rows, hexed, strict=True)
            ])  # fmt: skip
            self.summary.features += len(rows)

    def _close(self) -> None:
        self.summary.layers = len(LAYERS)
        with self.session.connection().connection.cursor() as cursor:
            Copier(cursor).finish()
        self.session.expire_all()
        for source in ("parcels", "zoning", *(layer.slug for layer in LAYERS)):
            revision.bump(self.session, source)
        generalise.rebuild(self.session)
