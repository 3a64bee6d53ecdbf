"""The kinds of permits: those a city begins with, their versions, and what their settings may be."""

import dataclasses
from typing import Any

import pytest
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from core.audit import COMMAND
from core.errors import Conflict, NotFound, Unprocessable
from permits.types import services
from permits.types.models import PermitTypeVersion
from permits.types.schemas import from_json, to_json
from permits.types.settings import Fee, Period, reckon_fee


def test_a_city_begins_with_the_usual_kinds(session: Session) -> None:
    found = services.list_types(session)
    assert [each.code for each in found] == [
        "new_building",
        "extension",
        "change_of_use",
        "demolition",
        "subdivision",
        "fence",
        "sign",
        "pavement",
    ]
    for each in found:
        assert set(each.periods) == set(Period)
        assert each.fa
        assert each.en
        assert each.documents
        assert from_json(each.code, each.version, to_json(each)) == each


def test_a_case_keeps_the_version_it_was_opened_under(session: Session) -> None:
    before = services.get_type(session, "fence")
    given = to_json(before) | {"neighbours_within_m": 12.0}
    after = services.change_type(
        session, COMMAND, "fence", 1, from_json("fence", 2, given), "the council decided"
    )
    assert (after.version, after.neighbours_within_m) == (2, 12.0)
    assert services.get_type(session, "fence") == after
    assert services.get_settings(session, "fence", 1) == before
    assert [each.version for each in services.list_versions(session, "fence")] == [2, 1]


def test_who_saw_an_older_version_changes_nothing(session: Session) -> None:
    settings = dataclasses.replace(services.get_type(session, "sign"), en="Sign or banner")
    services.change_type(session, COMMAND, "sign", 1, settings, "once")
    with pytest.raises(Conflict) as refused:
        services.change_type(session, COMMAND, "sign", 1, settings, "twice")
    assert refused.value.details == {"seen": 1, "now": 2}
    settings = dataclasses.replace(settings, en="Banner")
    with pytest.raises(Unprocessable) as unreasoned:
        services.change_type(session, COMMAND, "sign", 2, settings, "  ")
    assert unreasoned.value.field == "reason"
    with pytest.raises(NotFound):
        services.get_type(session, "castle")


def test_a_version_is_never_changed(session: Session) -> None:
    row = session.get(PermitTypeVersion, ("fence", 1))
    assert row is not None
    row.reason = "after the fact"
    with pytest.raises(ProgrammingError, match="only ever added to"):
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"fa": " "}, "fa"),
        ({"periods": {}}, "periods.check"),
        ({"silence": "appealed"}, "silence"),
        ({"silence": "no such"}, "silence"),
        ({"neighbours_within_m": -1}, "neighbours_within_m"),
        ({"neighbours_within_m": float("nan")}, "neighbours_within_m"),
        ({"fee": {"base": -5}}, "fee.base"),
        ({"fee": {"per_m2": {"residential": "much"}}}, "fee.per_m2"),
        ({"documents": [{"code": "a", "fa": "ا", "en": "a"}] * 2}, "documents"),
        ({"checks": [{"code": "a"}]}, "checks"),
        ({"inspections": 5}, "inspections"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(session: Session, change: dict[str, Any], field: str) -> None:
    given = to_json(services.get_type(session, "fence")) | change
    with pytest.raises(Unprocessable) as refused:
        from_json("fence", 2, given)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("area", "use", "amounts"),
    [
        (240.0, "residential", [("base", 5_000), ("area", 28_800)]),
        (240.0, "commercial", [("base", 5_000), ("area", 72_000)]),
        (0.125, "commercial", [("base", 5_000), ("area", 39), ("minimum", 4_961)]),
        (None, "residential", [("base", 5_000), ("minimum", 5_000)]),
        (10.0, None, [("base", 5_000), ("area", 1_000), ("minimum", 4_000)]),
    ],
)
def test_a_fee_is_told_line_by_line(
    area: float | None, use: str | None, amounts: list[tuple[str, int]]
) -> None:
    fee = Fee(5_000, {"": 100, "residential": 120, "commercial": 300}, 10_000)
    assert [(line.kind, line.amount) for line in reckon_fee(fee, area, use)] == amounts
