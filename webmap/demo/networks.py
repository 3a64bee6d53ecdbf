"""What runs through the whole city: main streets, river, bus lines with their stops, trunk networks, districts."""

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from webmap.demo.features import NO_NAME, FeatureBook, add_street
from webmap.demo.names import RIVER, persian
from webmap.demo.plan import Plan, WardKind
from webmap.demo.skeleton import StreetClass
from webmap.demo.streets import NamedStreet

STOP_EVERY_M = 420.0
WIDENED_EVERY = 3
"""Of the streets from the middle outwards every third is to be widened."""
WIDER_BY_M = 3.0


def add_city(book: FeatureBook, plan: Plan, main: Sequence[NamedStreet]) -> None:
    """All features that belong to no ward alone."""
    for street in main:
        add_street(book, street, None)
    _add_river(book, plan)
    _add_squares(book, plan)
    _add_trunks(book, plan, main)
    _add_widening(book, plan, main)
    _add_buses(book, plan, main)


def add_districts(book: FeatureBook, plan: Plan) -> None:
    """Districts as the wards they are made of, and the historic core."""
    for number in sorted({ward.district for ward in plan.wards}):
        body = shapely.coverage_union_all([ward.polygon for ward in plan.wards if ward.district == number])
        names = (f"منطقهٔ {persian(number)}", f"District {number}")
        book.add("districts", body, names, "district", f"district-{number}", number=number)
    core = shapely.coverage_union_all([ward.polygon for ward in plan.wards if ward.kind is WardKind.CORE])
    book.add("heritage", core, ("بافت تاریخی شهر", "Historic core"), "historic_core")


def _add_river(book: FeatureBook, plan: Plan) -> None:
    """Water in the middle of its bed, green on both banks, and the land that it floods once in a hundred years."""
    bed = shapely.union_all([ward.polygon for ward in plan.wards if ward.kind is WardKind.RIVER])
    water = shapely.intersection(plan.river.buffer(plan.river_half_m * 0.48), bed)
    book.add("water", water, RIVER, "river")
    banks = bed.buffer(-8.0, join_style="mitre").difference(water.buffer(2.5))
    for part in shapely.get_parts(banks):
        if part.area > 400:
            book.add("green", part, ("ساحل روشن‌رود", "Roshanrud Riverside"), "riverside")
    flood = plan.river.buffer(plan.river_half_m * 3.2, quad_segs=4).intersection(plan.boundary).simplify(2.0)
    book.add(
        "flood_plain",
        flood,
        ("پهنهٔ سیل‌گیر با دورهٔ بازگشت صدساله", "Hundred-year flood plain"),
        "100_year",
        return_period_years=100,
    )


def _add_squares(book: FeatureBook, plan: Plan) -> None:
    for (x, y), radius in plan.squares:
        island = shapely.Point(x, y).buffer(radius * 0.48, quad_segs=8)
        book.add("green", island, book.names.take("square"), "square")


def _add_trunks(book: FeatureBook, plan: Plan, main: Sequence[NamedStreet]) -> None:
    """The trunk lines of the networks follow the main streets; sewers only where there are any."""
    sewered = _covered(book, plan, "sewer_network")
    for street, skeleton in zip(main, plan.streets, strict=True):
        book.add("water_network", street.geometry, NO_NAME, "trunk", diameter_mm=700)
        sewer = shapely.intersection(street.geometry, sewered)
        lines = [
            part for part in shapely.get_parts(sewer) if part.geom_type == "LineString" and not part.is_empty
        ]
        if lines:
            book.add("sewer_network", MultiLineString(lines), NO_NAME, "trunk", diameter_mm=900)
        ring = skeleton.role == "ring" and street.street_class is StreetClass.RING
        kind, voltage = ("high_voltage", 63) if ring else ("medium_voltage", 20)
        book.add("power_network", street.geometry, NO_NAME, kind, voltage_kv=voltage)
        if skeleton.role in ("ring", "axis"):
            book.add("gas_network", street.geometry, NO_NAME, "high_pressure", pressure_bar=17)


def _add_widening(book: FeatureBook, plan: Plan, main: Sequence[NamedStreet]) -> None:
    """Strips on both sides of some arterials, from today's front to the one that the plan will have (بر اصلاحی)."""
    outwards = [
        street
        for street, skeleton in zip(main, plan.streets, strict=True)
        if skeleton.role in ("axis", "radial")
    ]
    for street in outwards[::WIDENED_EVERY]:
        planned = street.geometry.buffer(street.half_m + WIDER_BY_M, cap_style="flat", quad_segs=2)
        strips = planned.difference(street.geometry.buffer(street.half_m, cap_style="flat", quad_segs=2))
        # To the millimetre, as surveyors write it: what is left of a crossing may be thinner than that.
        drawn = shapely.set_precision(shapely.intersection(strips, plan.boundary), 0.001)
        for part in shapely.get_parts(drawn):
            if part.geom_type == "Polygon" and part.area > 60:
                names = (f"تعریض {street.names[0]}", f"Widening of {street.names[1]}")
                width_m = round(2 * (street.half_m + WIDER_BY_M), 1)
                book.add("road_widening", part, names, "widening", planned_width_m=width_m)


def _covered(book: FeatureBook, plan: Plan, slug: str) -> BaseGeometry:
    surveyed = [ward.polygon for ward in plan.wards if ward.index in book.covered[slug]]
    return shapely.coverage_union_all(surveyed).buffer(1.0)


def _add_buses(book: FeatureBook, plan: Plan, main: Sequence[NamedStreet]) -> None:
    """A line along every radial and ring, with stops on it; a stop is named after its street."""
    number = 0
    for street, skeleton in zip(main, plan.streets, strict=True):
        if skeleton.role in ("edge", "riverside") and number % 2:
            continue
        number += 1
        names = (f"خط {persian(number)}: {street.names[0]}", f"Line {number}: {street.names[1]}")
        book.add(
            "bus_lines", street.geometry, names, "brt" if skeleton.role == "axis" else "bus", f"line-{number}"
        )
        parts = [part for part in shapely.get_parts(street.geometry) if part.length > STOP_EVERY_M / 2]
        _add_stops(book, parts, street, number)


def _add_stops(book: FeatureBook, parts: Sequence[LineString], street: NamedStreet, line: int) -> None:
    stop = 0
    for part in parts:
        places = np.arange(STOP_EVERY_M / 2, part.length, STOP_EVERY_M)
        for spot in shapely.line_interpolate_point(part, places):
            stop += 1
            names = (
                f"ایستگاه {street.names[0]} {persian(stop)}",
                f"{street.names[1]} Stop {stop}",
            )
            book.add("bus_stops", spot, names, "stop", line=line)
