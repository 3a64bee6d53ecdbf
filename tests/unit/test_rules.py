"""What may be built, in words of both languages and in square metres."""

import dataclasses

import pytest

from core.i18n import speaking
from layers.words import direction_name
from layers.zoning.queries import Rules
from layers.zoning.rules import buildable_on, sentences, why_limited

R122 = Rules(
    code="R122",
    name_fa="مسکونی متوسط",
    name_en="Medium-density residential",
    group="residential",
    colour="",
    is_entered=True,
    permitted_uses=("residential", "educational"),
    conditional_uses=("commercial",),
    prohibited_uses=("industrial",),
    floors=4,
    height_m=16.5,
    coverage=0.6,
    far=2.4,
    setback_m=2.0,
    article="Art. 12",
)
NOT_ENTERED = dataclasses.replace(R122, is_entered=False)


def test_rules_in_english() -> None:
    with speaking("en"):
        assert sentences(R122, 255.0) == [
            "Permitted uses: residential, educational.",
            "Only on conditions: commercial.",
            "Not permitted: industrial.",
            "Up to 4 floors above the pilotis.",
            "No higher than 16.5 metres.",
            "The building may cover 60% of the parcel (153 m²).",
            "Floor area up to 240% (2.4 × the parcel's area = 612 m²).",
            "Keep 2 metres back from the parcel's edge.",
            "Source: Art. 12.",
        ]


def test_rules_in_persian() -> None:
    with speaking("fa"):
        told = sentences(R122, 255.0)
    assert "استفاده‌های مجاز: مسکونی، آموزشی." in told
    assert "تا ۴ طبقه روی پیلوت." in told
    assert "ارتفاع حداکثر ۱۶٫۵ متر." in told
    assert "سطح اشغال تا ۶۰٪ مساحت قطعه (۱۵۳ متر مربع)." in told
    assert "تراکم ساختمانی تا ۲۴۰٪ (۲٫۴ × مساحت قطعه = ۶۱۲ متر مربع)." in told
    assert not any(letter in sentence for sentence in told[:-1] for letter in "0123456789abcdefg")


def test_a_source_in_the_other_script_is_fenced() -> None:
    with speaking("fa"):
        assert sentences(R122)[-1] == "مأخذ: \u2068Art. 12\u2069."
    with speaking("en"):
        assert sentences(dataclasses.replace(R122, article="مادهٔ ۱۲"))[-1] == "Source: \u2068مادهٔ ۱۲\u2069."


def test_one_floor_is_not_many() -> None:
    with speaking("en"):
        assert "Up to 1 floor above the pilotis." in sentences(dataclasses.replace(R122, floors=1))


def test_a_rule_that_is_not_set_is_not_told_and_no_setback_is() -> None:
    open_class = dataclasses.replace(
        R122,
        floors=None,
        height_m=None,
        coverage=None,
        far=None,
        setback_m=0.0,
        permitted_uses=(),
        article="",
    )
    with speaking("en"):
        assert sentences(open_class, 100) == [
            "Only on conditions: commercial.",
            "Not permitted: industrial.",
            "No setback is needed.",
        ]


def test_rules_not_entered_are_not_no_rules() -> None:
    with speaking("en"):
        (told,) = sentences(NOT_ENTERED, 255)
        assert "not been entered" in told
        bare = Rules("P", "", "", "other", "", True, (), (), (), None, None, None, None, None, "")
        assert sentences(bare) == ["The plan sets no limits on building for this zone."]


@pytest.mark.parametrize(
    ("far", "coverage", "floors", "expected_m2", "binding"),
    [
        (2.4, 0.6, 5, 600.0, "far"),
        (2.4, 0.6, 3, 450.0, "coverage"),
        (2.4, 0.6, 4, 600.0, "far"),
        (2.4, None, 4, 600.0, "far"),
        (2.4, 0.6, None, 600.0, "far"),
        (None, 0.5, 2, 250.0, "coverage"),
    ],
)
def test_the_smaller_limit_binds(
    far: float | None, coverage: float | None, floors: int | None, expected_m2: float, binding: str
) -> None:
    found = buildable_on(250.0, dataclasses.replace(R122, far=far, coverage=coverage, floors=floors))
    assert found is not None
    assert found.floor_area_m2 == pytest.approx(expected_m2)
    assert found.binding == binding


@pytest.mark.parametrize(
    "rules",
    [
        NOT_ENTERED,
        dataclasses.replace(R122, far=None, coverage=None),
        dataclasses.replace(R122, far=None, floors=None),
    ],
)
def test_nothing_is_worked_out_from_nothing(rules: Rules) -> None:
    assert buildable_on(250.0, rules) is None


def test_why_names_the_rule_that_binds() -> None:
    with speaking("en"):
        by_coverage = buildable_on(250.0, dataclasses.replace(R122, floors=3))
        assert by_coverage is not None
        assert why_limited(by_coverage).startswith("Coverage times floors sets the limit: it allows 450")
        same = buildable_on(250.0, R122)
        assert same is not None
        assert "the same: 600" in why_limited(same)


@pytest.mark.parametrize(
    ("bearing", "name"),
    [
        (0, "north"),
        (22.4, "north"),
        (22.6, "north-east"),
        (90, "east"),
        (225, "south-west"),
        (359.9, "north"),
    ],
)
def test_directions(bearing: float, name: str) -> None:
    with speaking("en"):
        assert direction_name(bearing) == name
