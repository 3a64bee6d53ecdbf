"""Which layers the demo city has, what they are called, and for which part of the city they hold data."""

from dataclasses import dataclass, field

from layers.models import BaseRole, Domain, GeometryKind, PlaceRole, Visibility
from layers.services import guess_place_role

POINT, LINE, POLYGON = GeometryKind.POINT, GeometryKind.LINE, GeometryKind.POLYGON


@dataclass(frozen=True)
class DemoLayer:
    """One row of the layer catalogue. ``coverage`` is the share of districts surveyed, from the centre outwards.

    Some layers honestly cover less than the city, so that "no data here" can be told from "none here".
    """

    slug: str
    name_fa: str
    name_en: str
    domain: Domain
    geometry_kind: GeometryKind
    base_role: BaseRole | None = None
    icon: str = ""
    coverage: float = 1.0
    min_zoom: int = 8
    style: dict[str, object] = field(default_factory=dict)
    role: PlaceRole | None = None
    visibility: Visibility = Visibility.PUBLIC

    @property
    def place_role(self) -> str:
        """What it is for a place: as said here, else as an import would take it."""
        return self.role.value if self.role else guess_place_role(self.geometry_kind)


LAYERS: tuple[DemoLayer, ...] = (
    # The base map.
    DemoLayer("streets", "خیابان‌ها", "Streets", Domain.TRAFFIC, LINE, BaseRole.STREET),
    DemoLayer("water", "پهنه‌های آبی", "Water", Domain.RECREATION, POLYGON, BaseRole.WATER),
    DemoLayer("green", "فضای سبز", "Green spaces", Domain.RECREATION, POLYGON, BaseRole.GREEN),
    DemoLayer(
        "districts",
        "مناطق و محلات",
        "Districts",
        Domain.LAND_USE,
        POLYGON,
        BaseRole.DISTRICT,
    ),
    # Traffic.
    DemoLayer("bus_lines", "خطوط اتوبوس", "Bus lines", Domain.TRAFFIC, LINE, icon="bus"),
    DemoLayer("bus_stops", "ایستگاه‌های اتوبوس", "Bus stops", Domain.TRAFFIC, POINT, icon="bus", min_zoom=13),
    DemoLayer("parking", "پارکینگ‌های عمومی", "Public parking", Domain.TRAFFIC, POINT, icon="parking"),
    # Housing.
    DemoLayer(
        "renewal_areas",
        "بافت فرسوده",
        "Urban renewal areas",
        Domain.HOUSING,
        POLYGON,
        icon="home",
        role=PlaceRole.OVERLAY,
    ),
    DemoLayer(
        "housing_projects", "طرح‌های مسکن", "Housing projects", Domain.HOUSING, POLYGON, icon="building"
    ),
    # Land use.
    DemoLayer(
        "flood_plain",
        "پهنهٔ سیل‌گیر",
        "Flood plain",
        Domain.LAND_USE,
        POLYGON,
        icon="water",
        role=PlaceRole.OVERLAY,
    ),
    DemoLayer(
        "heritage",
        "محدوده‌های تاریخی",
        "Heritage areas",
        Domain.LAND_USE,
        POLYGON,
        icon="monument",
        role=PlaceRole.OVERLAY,
    ),
    DemoLayer(
        "road_widening",
        "تعریض معابر",
        "Road widening",
        Domain.TRAFFIC,
        POLYGON,
        icon="car",
        min_zoom=12,
        role=PlaceRole.OVERLAY,
    ),
    # Recreation.
    DemoLayer(
        "sports", "ورزشگاه‌ها و سالن‌های ورزشی", "Sports grounds", Domain.RECREATION, POINT, icon="stadium"
    ),
    DemoLayer(
        "playgrounds",
        "زمین‌های بازی",
        "Playgrounds",
        Domain.RECREATION,
        POINT,
        icon="playground",
        coverage=0.8,
    ),
    # Culture.
    DemoLayer("schools", "مدارس", "Schools", Domain.CULTURE, POINT, icon="school"),
    DemoLayer("libraries", "کتابخانه‌ها", "Libraries", Domain.CULTURE, POINT, icon="library"),
    DemoLayer("mosques", "مساجد", "Mosques", Domain.CULTURE, POINT, icon="religious-muslim"),
    DemoLayer(
        "cultural_centres",
        "مراکز فرهنگی و سینماها",
        "Cultural centres",
        Domain.CULTURE,
        POINT,
        icon="theatre",
    ),
    # Economy.
    DemoLayer("bazaar", "بازار", "Bazaar", Domain.ECONOMY, POLYGON, icon="shop"),
    DemoLayer("markets", "میدان‌های میوه و تره‌بار", "Markets", Domain.ECONOMY, POINT, icon="grocery"),
    DemoLayer("banks", "بانک‌ها", "Banks", Domain.ECONOMY, POINT, icon="bank", coverage=0.75),
    # Infrastructure and public welfare.
    DemoLayer(
        "clinics",
        "درمانگاه‌ها و بیمارستان‌ها",
        "Clinics and hospitals",
        Domain.INFRASTRUCTURE,
        POINT,
        icon="hospital",
    ),
    DemoLayer(
        "fire_stations",
        "ایستگاه‌های آتش‌نشانی",
        "Fire stations",
        Domain.INFRASTRUCTURE,
        POINT,
        icon="fire-station",
    ),
    DemoLayer(
        "water_network",
        "شبکهٔ آب",
        "Water network",
        Domain.INFRASTRUCTURE,
        LINE,
        icon="drinking-water",
        min_zoom=12,
    ),
    DemoLayer(
        "sewer_network",
        "شبکهٔ فاضلاب",
        "Sewer network",
        Domain.INFRASTRUCTURE,
        LINE,
        icon="drain",
        coverage=0.6,
        min_zoom=12,
    ),
    DemoLayer(
        "power_network", "شبکهٔ برق", "Power network", Domain.INFRASTRUCTURE, LINE, icon="power", min_zoom=11
    ),
    # Where high-pressure gas runs is told to nobody who has no need to know it.
    DemoLayer(
        "gas_network",
        "خطوط گاز پرفشار",
        "High-pressure gas",
        Domain.INFRASTRUCTURE,
        LINE,
        icon="gas",
        min_zoom=12,
        visibility=Visibility.STAFF,
    ),
    DemoLayer(
        "substations", "پست‌های برق", "Substations", Domain.INFRASTRUCTURE, POINT, icon="power", coverage=0.9
    ),
)
