"""Grows a demo city without a database, for tests that look at what would be written."""

import datetime as dt
from collections.abc import Sequence

from webmap.demo.builder import Builder, Summary
from webmap.demo.copying import Copier, Site
from webmap.demo.districts import in_order
from webmap.demo.plan import make_plan

SITE = Site(32639, 680_000.0, 3_745_000.0)
TODAY = dt.date(2026, 11, 24)


class Counting(Copier):
    """Takes rows and keeps only how many there were."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def rows(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        self.counts[table] = self.counts.get(table, 0) + len(rows)


def grow_city(parcels: int, seed: int) -> tuple[Summary, dict[str, int]]:
    """A city's summary, and how many rows each table was given."""
    copier = Counting()
    plan = make_plan(seed, parcels)
    builder = Builder(plan, parcels, SITE, copier, TODAY)
    builder.open()
    wards = in_order(plan)
    for ward in wards:
        builder.build(ward, is_last=ward is wards[-1])
    return builder.summary, copier.counts
