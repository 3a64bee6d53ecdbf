"""Builds the demo city ward by ward and writes each ward's rows before it begins the next."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from webmap.demo import features, parcels, zones
from webmap.demo.cells import Sizes
from webmap.demo.copying import Copier, Site
from webmap.demo.districts import assign_districts, coverage, coverage_area
from webmap.demo.facilities import Needs
from webmap.demo.growth import GrownWard, grow
from webmap.demo.layers import LAYERS
from webmap.demo.names import CITY, NameBook
from webmap.demo.networks import add_city, add_districts
from webmap.demo.plan import Plan, Ward
from webmap.demo.streets import NamedStreet, StreetBook

_LAYER_COLUMNS = (
    "id", "slug", "name_fa", "name_en", "domain", "geometry_kind", "base_role", "style", "min_zoom", "coverage",
    "licence", "source", "place_role", "visibility",
)  # fmt: skip


@dataclass
class Summary:
    """What has been loaded: rows of each table; former parcels are those that others came of."""

    parcels: int = 0
    former_parcels: int = 0
    streets: int = 0
    features: int = 0
    zones: int = 0
    layers: int = 0
    permits: int = 0


class Builder:
    """Writes one city; all it keeps from ward to ward are counters."""

    def __init__(self, plan: Plan, parcels_wanted: int, site: Site, copier: Copier, today: dt.date):
        self.plan, self.wanted, self.site, self.copier = plan, parcels_wanted, site, copier
        assign_districts(plan)
        names = NameBook(plan.seed)
        self.summary = Summary(layers=len(LAYERS))
        self.streets, self.needs, self.numbering = StreetBook(names), Needs(), parcels.Numbering()
        self.features = features.FeatureBook(names, coverage(plan))
        self.zones = zones.ZoneBook(plan.seed, today)
        self._ahead = sum(ward.weight for ward in plan.wards)
        # A town has small neighbourhoods, a metropolis large ones.
        self._sizes = Sizes(min(max(plan.boundary.area / 26, 150_000.0), 900_000.0))

    def open(self) -> None:
        """Write what the whole city shares: itself, its layers, zone classes, main streets and networks."""
        whole = self.site.hex([coverage_area(self.plan, None)])[0]
        self.copier.rows("city", ("srid", "name_fa", "name_en", "boundary"), [(self.site.srid, *CITY, whole)])
        self._write_layers()
        zones.write_classes(self.copier)
        self.streets.open_main(self.plan)
        self._write_streets(self.streets.main)
        add_city(self.features, self.plan, self.streets.main)
        add_districts(self.features, self.plan)
        self._write_features()

    def build(self, ward: Ward, is_last: bool) -> None:
        """Grow one ward and write it. The last one makes the number of parcels come out right."""
        # What earlier wards fell short of is spread over all that are still to come.
        missing = max(0, self.wanted - self.summary.parcels)
        quota = missing if is_last else round(missing * ward.weight / max(self._ahead, 1e-9))
        self._ahead -= ward.weight
        grown = grow(self.plan, ward, self._sizes, self.needs, quota, is_last)
        faced = {lot.lane for block in grown.blocks for lot in block.lots}
        named = self.streets.open_lanes(grown.fabric, ward.kind, faced)
        own = [street for street, lane in zip(named, grown.fabric.lanes, strict=True) if lane.main is None]
        self._write_streets([street for street in own if street])
        made = self._write_parcels(grown, named)
        features.add_ward(self.features, grown, named, made, self.plan.seed)
        self._write_features()
        self._write_zones(grown)

    def _write_layers(self) -> None:
        areas = self.site.hex(
            [coverage_area(self.plan, self.features.covered.get(layer.slug)) for layer in LAYERS]
        )
        self.copier.rows("layer", _LAYER_COLUMNS, [
            (features.LAYER_IDS[layer.slug], layer.slug, layer.name_fa, layer.name_en, layer.domain.value,
             layer.geometry_kind.value, layer.base_role.value if layer.base_role else None,
             {"icon": layer.icon} if layer.icon else {}, layer.min_zoom, area, "CC0-1.0", "demo",
             layer.place_role, layer.visibility.value)
            for layer, area in zip(LAYERS, areas, strict=True)
        ])  # fmt: skip

    def _write_streets(self, streets: Sequence[NamedStreet]) -> None:
        shapes = self.site.hex([street.geometry for street in streets])
        rows = [(street.id, *street.names, shape) for street, shape in zip(streets, shapes, strict=True)]
        self.copier.rows("street", ("id", "name_fa", "name_en", "geom"), rows)
        self.summary.streets += len(rows)

    def _write_parcels(self, grown: GrownWard, named: list[NamedStreet | None]) -> list[parcels.DemoParcel]:
        """The parcels of a ward, written, and its neighbourhoods as features."""
        if not grown.blocks:
            return []
        district = grown.ward.district
        numbers = self.numbering.open(district, len(grown.fabric.neighbourhoods))
        for number, ring in zip(numbers, grown.fabric.neighbourhoods, strict=True):
            names, key = self.features.names.take("neighbourhood"), f"neighbourhood-{district}-{number}"
            body = shapely.Polygon(ring)
            self.features.add(
                "districts", body, names, "neighbourhood", key, district=district, number=number
            )
        made = parcels.parcels_of(grown, named, numbers, self.plan.seed)
        self._copy_parcels(made)
        return made.parcels

    def _copy_parcels(self, made: parcels.WardParcels) -> None:
        polygons = [shapely.MultiPolygon([parcel.polygon]) for parcel in made.parcels]
        for number, parcel in enumerate(made.parcels, self.summary.parcels + self.summary.former_parcels + 1):
            parcel.id = number
        self.copier.rows("parcel", parcels.COLUMNS, [
            (p.id, p.number, p.address, p.street_id, p.house_number, p.lot.use, p.official_m2, shape,
             p.valid_from, p.valid_to)
            for p, shape in zip(made.parcels, self.site.hex(polygons), strict=True)
        ])  # fmt: skip
        lineage = [(parent.id, child.id, kind.value, day) for parent, child, kind, day in made.lineage]
        self.copier.rows("parcel_lineage", parcels.LINEAGE_COLUMNS, lineage)
        former = sum(parcel.valid_to is not None for parcel in made.parcels)
        self.summary.former_parcels += former
        self.summary.parcels += len(made.parcels) - former

    def _write_zones(self, grown: GrownWard) -> None:
        rows, shapes = self.zones.rows_of(grown)
        shaped = [(*row, shape) for row, shape in zip(rows, self.site.hex(shapes), strict=True)]
        self.copier.rows("zone", zones.COLUMNS, shaped)
        self.summary.zones += len(rows)

    def _write_features(self) -> None:
        rows, shapes = self.features.take()
        shaped = [(*row[:6], shape, row[6]) for row, shape in zip(rows, self.site.hex(shapes), strict=True)]
        self.copier.rows("feature", features.COLUMNS, shaped)
        self.summary.features += len(rows)
