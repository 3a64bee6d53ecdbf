"""The calendar: Iran's days by name, half days, the city's own, and files that cannot be."""

import dataclasses
import datetime as dt

import pytest
from persiantools.jdatetime import JalaliDate

from core.calendar import Calendar, CalendarFileError, DayKind, Holiday, OwnDay, iran, read_calendar
from core.calendar.days import in_halves
from core.i18n import speaking

IRAN = iran()
SNOW = Holiday("تعطیلی برف", "Snow day")


def jalali(year: int, month: int, day: int) -> dt.date:
    found: dt.date = JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]
    return found


@pytest.mark.parametrize(
    ("day", "kind", "fa"),
    [
        ((1404, 1, 1), "holiday", "نوروز"),
        ((1404, 1, 2), "holiday", "عید نوروز؛ شهادت حضرت علی (ع)"),
        ((1404, 1, 5), "working", None),
        ((1404, 1, 12), "holiday", "روز جمهوری اسلامی؛ تعطیلی به مناسبت عید سعید فطر"),
        ((1405, 1, 13), "holiday", "روز طبیعت"),  # a Thursday too: a holiday's name goes before the weekend
        ((1405, 3, 14), "holiday", "رحلت امام خمینی؛ عید سعید غدیر خم"),
        ((1405, 3, 15), "holiday", "قیام ۱۵ خرداد"),
        ((1405, 9, 4), "working", None),
        ((1405, 9, 5), "weekend", None),  # Thursday
        ((1405, 9, 6), "weekend", None),  # Friday
        ((1405, 11, 22), "holiday", "پیروزی انقلاب اسلامی"),
        ((1403, 12, 29), "holiday", "روز ملی شدن صنعت نفت"),
        ((1403, 12, 30), "holiday", "آخرین روز سال"),  # leap
        ((1408, 12, 30), "holiday", "آخرین روز سال"),  # leap
        ((1405, 1, 1), "holiday", "نوروز؛ عید سعید فطر"),
    ],
)
def test_iran(day: tuple[int, int, int], kind: str, fa: str | None) -> None:
    found = IRAN.holiday(jalali(*day))
    assert IRAN.kind(jalali(*day)) == kind
    assert (found.fa if found else None) == fa
    assert IRAN.is_working(jalali(*day)) == (kind == "working")


def test_leap_years_are_the_countrys() -> None:
    """30 Esfand is there in 1403 and 1408, and in no year between: the day before Nowruz tells."""
    eve = {year: JalaliDate(jalali(year + 1, 1, 1) - dt.timedelta(days=1)).day for year in range(1403, 1409)}  # type: ignore[no-untyped-call]
    assert eve == {1403: 30, 1404: 29, 1405: 29, 1406: 29, 1407: 29, 1408: 30}


def test_a_year_has_the_feasts_it_should() -> None:
    """Seventeen feasts of the moon in each year, one or two of them twice: the moon's year is shorter."""
    moon = {name.en for names in IRAN.dated.values() for name in names}
    assert len(moon) == 17
    for year in range(1403, 1409):
        told = [names for day, names in IRAN.dated.items() if JalaliDate(day).year == year]  # type: ignore[no-untyped-call]
        assert sum(map(len, told)) in (17, 18, 19), year


def test_names_follow_the_language() -> None:
    nowruz = IRAN.holiday(jalali(1405, 1, 3))
    assert nowruz is not None
    with speaking("fa"):
        assert nowruz.name == "عید نوروز"
    with speaking("en"):
        assert nowruz.name == "Nowruz holiday"
        assert Holiday("برف", "").name == "برف"


def test_for_a_year_it_does_not_know_it_says_so() -> None:
    assert IRAN.knows_the_moon(jalali(1403, 1, 1))
    assert IRAN.knows_the_moon(jalali(1408, 12, 30))
    assert not IRAN.knows_the_moon(jalali(1409, 1, 1))
    assert not IRAN.knows_the_moon(jalali(1402, 12, 29))
    assert Calendar().knows_the_moon(jalali(1450, 1, 1))


@pytest.mark.parametrize(("kind", "halves"), [("holiday", 0), ("half", 1), ("working", 2)])
@pytest.mark.parametrize("day", [jalali(1405, 9, 3), jalali(1405, 9, 5), jalali(1405, 1, 1)])
def test_the_citys_own_day_goes_first(day: dt.date, kind: str, halves: int) -> None:
    calendar = dataclasses.replace(IRAN, own={day: OwnDay(DayKind(kind), SNOW)})
    assert calendar.kind(day) == kind
    assert calendar.halves(day) == halves
    assert calendar.is_half(day) == (kind == "half")
    assert calendar.holiday(day) == (SNOW if kind == "holiday" else None)


def test_days_far_from_any_calendar_of_ours() -> None:
    assert IRAN.kind(dt.date(9999, 12, 31)) == "weekend"  # a Friday, past the last Jalali day
    assert IRAN.holiday(dt.date(1, 1, 1)) is None
    with pytest.raises(OverflowError):
        IRAN.add_working_days(dt.date(9999, 12, 1), 100)


@pytest.mark.parametrize("days", [-1, 0.25, 1.3])
def test_only_days_and_half_days_are_added(days: float) -> None:
    with pytest.raises(ValueError, match="half days"):
        in_halves(days)
    with pytest.raises(ValueError, match="half days"):
        IRAN.add_working_days(jalali(1405, 9, 1), days)


def test_whole_days_are_whole_numbers() -> None:
    """So that they can be counted with, and written without a point."""
    assert repr(IRAN.count_working_days(jalali(1405, 9, 1), jalali(1405, 9, 8))) == "5"


def test_a_week_without_a_working_day_is_refused() -> None:
    with pytest.raises(ValueError, match="seven"):
        Calendar(weekend=frozenset(range(7)))
    with pytest.raises(ValueError, match="0 \\(Monday\\) to 6"):
        Calendar(half_weekdays=frozenset({7}))
    with pytest.raises(ValueError, match="weekend"):
        OwnDay(DayKind.WEEKEND, SNOW)
    with pytest.raises(ValueError, match="time zone"):
        IRAN.day_of(dt.datetime(2026, 1, 1))


def test_a_file_of_another_country() -> None:
    calendar = read_calendar(
        """
        weekend = ["Saturday", "sunday"]
        half_days = ["friday"]
        gregorian = [{ month = 2, day = 29, fa = "روز کبیسه", en = "Leap day" }]
        [[dated]]
        fa = "آیین"
        en = "Ceremony"
        on = [2026-11-25]
        """
    )
    assert calendar.kind(dt.date(2026, 11, 25)) == "holiday"
    assert calendar.kind(dt.date(2026, 11, 27)) == "half"
    assert calendar.kind(dt.date(2026, 11, 28)) == "weekend"
    assert calendar.kind(dt.date(2028, 2, 29)) == "holiday"
    assert calendar.kind(jalali(1405, 1, 1)) == "weekend"  # a Saturday, and no Nowruz
    assert calendar.kind(jalali(1406, 1, 2)) == "working"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("weekend = [", "no TOML"),
        ("weekends = []", "unknown: weekends"),
        ('weekend = "friday"', "weekend: a list"),
        ('weekend = ["jomeh"]', "'jomeh' is no day"),
        ("half_days = [5]", "half_days: a list"),
        (
            f"weekend = {['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']}",
            "seven",
        ),
        ("jalali = 3", "jalali: a list"),
        ('jalali = [{ month = 13, day = 1, fa = "x", en = "x" }]', "13 is no month"),
        ('jalali = [{ month = true, day = 1, fa = "x", en = "x" }]', "True is no month"),
        ('jalali = [{ month = 7, day = 31, fa = "x", en = "x" }]', "month 7 has no day 31"),
        ('gregorian = [{ month = 2, day = 30, fa = "x", en = "x" }]', "month 2 has no day 30"),
        ('gregorian = [{ month = 2, day = 3, fa = "x" }]', "both languages"),
        ('gregorian = [{ month = 2, day = 3, fa = "x", en = " " }]', "both languages"),
        ('[[dated]]\nfa = "x"\nen = "x"\non = ["2026-01-01"]', "list of days"),
        ('[[dated]]\nfa = "x"\nen = "x"\non = [2026-01-01T10:00:00]', "list of days"),
        ("lunar_years = [1405]", "first and the last"),
        ("lunar_years = [1405, 1404]", "no years"),
    ],
)
def test_a_file_that_cannot_be_names_its_place(text: str, words: str) -> None:
    with pytest.raises(CalendarFileError, match=words):
        read_calendar(text)
