"""What a request asks with is understood in any digits, or refused with its field named."""

import datetime as dt

import pytest

from core.errors import AppError, BadInput, Unprocessable
from core.i18n import speaking
from core.inputs import read_count, read_day, read_lon_lat, read_words, write_day


@pytest.mark.parametrize("lon", ["51.4", "۵۱٫۴", "٥١.٤", " 51.4 ", "+51.4", "5.14e1"])
def test_degrees_in_any_digits(lon: str) -> None:
    assert read_lon_lat(lon, "35") == (51.4, 35.0)


@pytest.mark.parametrize(
    "bad", [None, "", " ", "x", "nan", "NaN", "inf", "-inf", "1e400", "1_0", "0x10", "1,5", "²"]
)
def test_what_is_no_number_is_refused_by_name(bad: str | None) -> None:
    with pytest.raises(BadInput) as refused:
        read_lon_lat("51", bad)
    assert refused.value.field == "lat"
    with pytest.raises(BadInput) as refused:
        read_lon_lat(bad, "35")
    assert refused.value.field == "lon"


@pytest.mark.parametrize(
    ("lon", "lat", "field"), [("180.1", "0", "lon"), ("-181", "0", "lon"), ("0", "90.01", "lat")]
)
def test_degrees_beyond_the_globe(lon: str, lat: str, field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        read_lon_lat(lon, lat)
    assert refused.value.field == field


def test_days() -> None:
    assert read_day(None) is None
    assert read_day("") is None
    assert read_day("2026-11-24") == dt.date(2026, 11, 24)
    assert read_day("۲۰۲۴-۰۲-۲۹") == dt.date(2024, 2, 29)
    assert read_day("۱۴۰۵/۹/۳") == read_day("1405/09/03") == dt.date(2026, 11, 24)
    assert read_day("1403/12/30") == dt.date(2025, 3, 20)  # a leap Esfand


@pytest.mark.parametrize(
    "day", [dt.date(1, 1, 1), dt.date(1821, 3, 21), dt.date(2221, 3, 20), dt.date(9999, 12, 31)]
)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_days_are_written_as_they_are_read(day: dt.date, language: str) -> None:
    with speaking(language):
        assert read_day(write_day(day)) == day


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ("2026-02-30", Unprocessable),
        ("0000-01-01", Unprocessable),
        ("2026-13-01", Unprocessable),
        ("2026-1-1", BadInput),
        ("today", BadInput),
        ("20261124", BadInput),
        ("2026-11-24T00:00", BadInput),
        ("1404/12/30", Unprocessable),
        ("1405/7/31", Unprocessable),
        ("2026/11/24", BadInput),
    ],
)
def test_days_that_are_none(bad: str, error: type[AppError]) -> None:
    with pytest.raises(error) as refused:
        read_day(bad)
    assert refused.value.field == "on"


def test_counts() -> None:
    assert read_count(None, "limit", 10, 50) == 10
    assert read_count("۲۰", "limit", 10, 50) == 20
    for bad in ("0", "51", "-1", "1.5", "x", "9" * 30, "²"):
        with pytest.raises(BadInput) as refused:
            read_count(bad, "limit", 10, 50)
        assert refused.value.field == "limit"


def test_words_lose_what_no_database_holds() -> None:
    assert read_words(" a\x00b\ud800 ", "q", 10) == "ab"
    assert read_words(None, "q", 10) == ""
    with pytest.raises(BadInput):
        read_words("x" * 11, "q", 10)
