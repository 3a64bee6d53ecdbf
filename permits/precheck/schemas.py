"""A pre-check as JSON: what is kept with a case (codes and figures), and the same with words for whoever reads it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from core.i18n import LANGUAGES, speaking
from permits.precheck.checks import Check, Finding, Outcome, Precheck, Reason, Rule, Unit
from permits.precheck.proposal import geojson_of, shape_from_geojson
from permits.precheck.sentences import article_of, finding_sentence, sentence_of

_DECIMALS = 6
"""Of figures: far below every tolerance, so that an outcome can be understood from what was kept."""


def stored_json(precheck: Precheck, srid: int) -> dict[str, Any]:
    """What is kept with a case: no word of any language, shapes as GeoJSON in WGS 84."""
    return {
        "parcel": precheck.parcel,
        "parcel_id": precheck.parcel_id,
        "on": precheck.day.isoformat(),
        "zone_ids": list(precheck.zone_ids),
        "checks": [_check_json(check, srid) for check in precheck.checks],
        "findings": [_finding_json(finding, srid) for finding in precheck.findings],
    }


def precheck_json(precheck: Precheck, srid: int) -> dict[str, Any]:
    """The same with each sentence in every language of the house, and how many checks ended how."""
    told = stored_json(precheck, srid)
    for line, check in zip(told["checks"], precheck.checks, strict=True):
        line["sentences"] = {}
        for code in LANGUAGES:
            with speaking(code):
                line["sentences"][code] = f"{sentence_of(check)} {article_of(check)}".strip()
    for line, finding in zip(told["findings"], precheck.findings, strict=True):
        line["sentences"] = {}
        for code in LANGUAGES:
            with speaking(code):
                line["sentences"][code] = finding_sentence(finding)
    return told | {"counts": {outcome.value: precheck.count(outcome) for outcome in Outcome}}


def precheck_from_json(kept: Mapping[str, Any], srid: int) -> Precheck:
    """Read what :func:`stored_json` wrote (or :func:`precheck_json`: its words are left aside)."""
    return Precheck(
        parcel=kept["parcel"],
        parcel_id=kept["parcel_id"],
        day=dt.date.fromisoformat(kept["on"]),
        zone_ids=tuple(kept["zone_ids"]),
        checks=tuple(_check_from(each, srid) for each in kept["checks"]),
        findings=tuple(_finding_from(each, srid) for each in kept["findings"]),
    )


def map_json(precheck: Precheck, srid: int) -> dict[str, Any]:
    """What is spatial, for the map: GeoJSON features, each with the number of its line and its outcome."""
    shapes = [("check", check.rule.value, check.outcome.value, check.where) for check in precheck.checks]
    shapes += [("finding", finding.layer, "", finding.where) for finding in precheck.findings]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": place,
                "geometry": geojson_of(where, srid),
                "properties": {"line": place, "kind": kind, "of": of, "outcome": outcome},
            }
            for place, (kind, of, outcome, where) in enumerate(shapes)
            if where is not None
        ],
    }


def _check_json(check: Check, srid: int) -> dict[str, Any]:
    return {
        "rule": check.rule.value,
        "outcome": check.outcome.value,
        "reason": check.reason.value,
        "allowed": _rounded(check.allowed),
        "proposed": _rounded(check.proposed),
        "unit": check.unit.value,
        "ratio": check.ratio,
        "article": check.article,
        "zone": check.zone,
        "zone_id": check.zone_id,
        "use": check.use,
        "where": geojson_of(check.where, srid),
    }


def _finding_json(finding: Finding, srid: int) -> dict[str, Any]:
    return {
        "layer": finding.layer,
        "layer_names": {"fa": finding.layer_fa, "en": finding.layer_en},
        "names": {"fa": finding.name_fa, "en": finding.name_en},
        "kind": finding.kind,
        "area_m2": _rounded(finding.area_m2),
        "is_drawn": finding.is_drawn,
        "where": geojson_of(finding.where, srid),
    }


def _check_from(kept: Mapping[str, Any], srid: int) -> Check:
    return Check(
        rule=Rule(kept["rule"]),
        outcome=Outcome(kept["outcome"]),
        reason=Reason(kept["reason"]),
        allowed=kept["allowed"],
        proposed=kept["proposed"],
        unit=Unit(kept["unit"]),
        ratio=kept["ratio"],
        article=kept["article"],
        zone=kept["zone"],
        zone_id=kept["zone_id"],
        use=kept["use"],
        where=None if kept["where"] is None else shape_from_geojson(kept["where"], srid, "where"),
    )


def _finding_from(kept: Mapping[str, Any], srid: int) -> Finding:
    return Finding(
        layer=kept["layer"],
        layer_fa=kept["layer_names"]["fa"],
        layer_en=kept["layer_names"]["en"],
        name_fa=kept["names"]["fa"],
        name_en=kept["names"]["en"],
        kind=kept["kind"],
        area_m2=kept["area_m2"],
        is_drawn=kept["is_drawn"],
        where=None if kept["where"] is None else shape_from_geojson(kept["where"], srid, "where"),
    )


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(float(figure), _DECIMALS)
