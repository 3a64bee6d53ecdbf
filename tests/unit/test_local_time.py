"""The city's clocks: which day it is at night, and when the nightly jobs come up."""

import datetime as dt
import os
from collections.abc import Iterator

import pytest

from core import local_time
from core.i18n import format_date, format_time, speaking

LATE = dt.datetime(2026, 11, 25, 22, 0, tzinfo=dt.UTC)
"""Half past one in the night of the 26th in Tehran, the fifth of Azar."""


@pytest.fixture(autouse=True)
def _zone_as_it_was() -> Iterator[None]:
    name = local_time.zone_name()
    yield
    local_time.use(name)


@pytest.mark.parametrize(
    ("moment", "en", "fa", "time"),
    [
        (LATE, "26 November 2026", "۵ آذر ۱۴۰۵", "01:30"),
        (LATE.replace(hour=20, minute=29), "25 November 2026", "۴ آذر ۱۴۰۵", "23:59"),
        (LATE.replace(hour=20, minute=30), "26 November 2026", "۵ آذر ۱۴۰۵", "00:00"),
        # The last night of a year: the certificate's number is of the new one.
        (dt.datetime(2027, 3, 20, 21, 0, tzinfo=dt.UTC), "21 March 2027", "۱ فروردین ۱۴۰۶", "00:30"),
    ],
)
def test_a_moment_is_told_by_the_citys_clocks(moment: dt.datetime, en: str, fa: str, time: str) -> None:
    local_time.use("Asia/Tehran")
    with speaking("en"):
        assert (format_date(moment), format_time(moment)) == (en, time)
    with speaking("fa"):
        assert format_date(moment) == fa
        assert format_time(moment, seconds=True).startswith(
            time.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
        )


def test_a_day_stays_the_day_it_is() -> None:
    with speaking("en"):
        assert format_date(dt.date(2026, 11, 25)) == "25 November 2026"


def test_a_moment_without_a_zone_is_none() -> None:
    with pytest.raises(ValueError, match="zone"):
        local_time.to_local(dt.datetime(2026, 11, 25))


def test_another_city_has_other_days_and_its_children_too() -> None:
    local_time.use("Pacific/Kiritimati")
    assert local_time.to_local(LATE).isoformat() == "2026-11-26T12:00:00+14:00"
    assert local_time.now().utcoffset() == dt.timedelta(hours=14)
    assert os.environ["PGTZ"] == local_time.zone_name() == "Pacific/Kiritimati"


@pytest.mark.parametrize(
    ("zone", "said", "in_utc"),
    [
        ("Asia/Tehran", "41 2 * * *", "11 23 * * *"),
        ("Asia/Tehran", "0 12 * * *", "30 8 * * *"),
        ("UTC", "41 2 * * *", "41 2 * * *"),
        ("America/New_York", "30 23 * * *", "30 4 * * *"),
        ("Asia/Tehran", "*/10 * * * *", "*/10 * * * *"),
        ("Asia/Tehran", "5 * * * *", "5 * * * *"),
    ],
)
def test_nightly_jobs_come_up_in_the_citys_night(zone: str, said: str, in_utc: str) -> None:
    local_time.use(zone)
    assert local_time.cron_in_utc(said, LATE) == in_utc
