"""What holds of every clock and every calendar, and a model that does it all day by day with no arithmetic."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from core.calendar import Calendar, DayKind, Holiday, OwnDay, iran
from core.clocks import ClockAct, ClockEvent, ClockState, DayUnit, read

FIRST = dt.date(2026, 3, 10)  # just before Nowruz 1405
NAME = Holiday("روز", "Day")
ACTS = {
    "running": [ClockAct.PAUSE, ClockAct.EXTEND, ClockAct.STOP],
    "paused": [ClockAct.RESUME, ClockAct.EXTEND, ClockAct.STOP],
}


def later(days: int) -> dt.date:
    return FIRST + dt.timedelta(days=days)


own_days = st.dictionaries(
    st.integers(0, 60).map(later),
    st.sampled_from([DayKind.HOLIDAY, DayKind.HALF, DayKind.WORKING]).map(lambda kind: OwnDay(kind, NAME)),
    max_size=12,
)
weekdays = st.frozensets(st.integers(0, 6), max_size=3)
calendars = st.one_of(
    st.builds(Calendar, weekend=weekdays, half_weekdays=weekdays, own=own_days),
    own_days.map(lambda own: dataclasses.replace(iran(), own=own)),
)


@st.composite
def clocks(draw: st.DrawFn) -> tuple[list[ClockEvent], dt.date]:
    """Events in an order that can be, from FIRST on, and a day to look at."""
    unit = draw(st.sampled_from(DayUnit))
    passed = draw(st.integers(0, 10))
    hours = iter(range(24))
    told = [_event(ClockAct.START, passed, next(hours), draw(st.integers(1, 25)), unit)]
    state = "running"
    for _ in range(draw(st.integers(0, 6))):
        if state == "stopped":
            break
        act = draw(st.sampled_from(ACTS[state]))
        passed += draw(st.integers(0, 9))
        told.append(
            _event(act, passed, next(hours), draw(st.integers(1, 9)) if act is ClockAct.EXTEND else None)
        )
        state = {"pause": "paused", "resume": "running", "stop": "stopped"}.get(act, state)
    return told, later(draw(st.integers(0, passed + 40)))


def _event(
    act: ClockAct, passed: int, hour: int, days: int | None, unit: DayUnit | None = None
) -> ClockEvent:
    at = dt.datetime.combine(later(passed), dt.time(hour), iran().zone)
    return ClockEvent(act, at, days, unit, "why" if act is ClockAct.PAUSE else "")


def places_running(events: list[ClockEvent]) -> list[int]:
    """After how many of the events the clock runs: after the first it always does."""
    found, paused = [], False
    for place, event in enumerate(events, 1):
        paused = {ClockAct.PAUSE: True, ClockAct.RESUME: False}.get(event.act, paused)
        if not paused and event.act is not ClockAct.STOP:
            found.append(place)
    return found


@dataclass
class Model:
    """A clock kept like a desk diary: one line a day, a mark on each day that counts."""

    calendar: Calendar
    calendar_days: bool = False
    total: int = 0
    used: int = 0
    state: str = "not_started"
    late_pause: bool = False
    due: dt.date | None = None
    paused_on: dt.date | None = None
    paused_days: int = 0
    stopped_on: dt.date | None = None
    kept: bool | None = None
    # The lines since the last start or resume: the day and the sum at its end.
    lines: list[tuple[dt.date, int]] = field(default_factory=list)

    def live(self, day: dt.date, events: Iterable[ClockEvent]) -> None:
        """One day: in the morning it counts if the clock runs, during it things happen."""
        if self.state == "running" or self.late_pause:
            self.used += 2 if self.calendar_days else self.worth(day)
            self.lines.append((day, self.used))
            self.close()
        elif self.state == "paused":
            self.paused_days += 1
        for event in events:
            getattr(self, event.act.value)(day, event)

    def worth(self, day: dt.date) -> int:
        kind = self.calendar.kind(day)
        return 2 if kind == "working" else 1 if kind == "half" else 0

    def close(self) -> None:
        """The first line on which the sum is full and the offices are open."""
        full = [day for day, used in self.lines if used >= self.total and self.worth(day)]
        self.due = full[0] if full else None

    def start(self, day: dt.date, event: ClockEvent) -> None:
        self.state, self.total = "running", 2 * (event.days or 0)
        self.calendar_days = event.unit is DayUnit.CALENDAR
        self.lines = [(day, 0)]

    def pause(self, day: dt.date, event: ClockEvent) -> None:
        self.state, self.paused_on = "paused", day
        self.late_pause = self.due is not None and day > self.due

    def resume(self, day: dt.date, event: ClockEvent) -> None:
        self.state = "running"
        if not self.late_pause:
            self.lines = [(day, self.used)]
            self.close()
        self.late_pause, self.paused_on = False, None

    def extend(self, day: dt.date, event: ClockEvent) -> None:
        self.total += 2 * (event.days or 0)
        self.close()
        if self.late_pause and (self.due is None or (self.paused_on and self.paused_on <= self.due)):
            # Now the pause came in time after all: what was marked since is rubbed out.
            self.late_pause = False
            while self.paused_on and self.lines[-1][0] > self.paused_on:
                self.paused_days += 1
                self.lines.pop()
            self.used = self.lines[-1][1]

    def stop(self, day: dt.date, event: ClockEvent) -> None:
        in_time = self.due is None or day <= self.due
        self.kept = in_time or (self.paused_on is not None and not self.late_pause)
        self.state, self.stopped_on = "stopped", day


def model(events: list[ClockEvent], calendar: Calendar, today: dt.date) -> tuple[Model, dt.date | None]:
    """The diary at the end of ``today``, and the due day found by leafing on."""
    diary = Model(calendar)
    day = FIRST
    while day <= today:
        diary.live(day, [event for event in events if calendar.day_of(event.at) == day])
        day += dt.timedelta(days=1)
    ahead = dataclasses.replace(diary, lines=list(diary.lines))
    if diary.state in ("not_started", "paused") and not diary.late_pause:
        return diary, None
    if diary.stopped_on:
        # As it stood when it was stopped: one stopped while paused in time had no due day.
        if diary.paused_on and not diary.late_pause:
            return diary, None
        day = diary.stopped_on + dt.timedelta(days=1)
        ahead.state = "running"
    while ahead.due is None:
        ahead.live(day, [])
        day += dt.timedelta(days=1)
    return diary, ahead.due


@given(clocks(), calendars)
@settings(max_examples=300)
def test_a_desk_diary_says_the_same(clock: tuple[list[ClockEvent], dt.date], calendar: Calendar) -> None:
    events, today = clock
    reading = read(events, calendar, today)
    diary, due = model(events, calendar, today)
    overdue = due is not None and today > due and diary.state != "stopped"
    assert reading.state == ("overdue" if overdue else diary.state)
    assert reading.due_on == due
    assert (reading.stopped_on, reading.kept) == (diary.stopped_on, diary.kept)
    assert reading.paused_since == diary.paused_on
    if diary.state != "stopped":
        assert reading.paused_days == diary.paused_days
    if not diary.paused_on and reading.started_on and not reading.stopped_on:
        assert reading.days_used * 2 == diary.used


@given(calendars, st.integers(0, 200).map(later), st.integers(0, 120).map(lambda halves: halves / 2))
def test_adding_and_counting_are_each_others_inverse(calendar: Calendar, day: dt.date, days: float) -> None:
    """The day found is the first by whose end that many days have passed: no more than half a day more."""
    end = calendar.add_working_days(day, days)
    assert days <= calendar.count_working_days(day, end) <= days + 0.5
    if end > day:
        assert calendar.is_working(end)
        assert calendar.count_working_days(day, end - dt.timedelta(days=1)) < days
    if not any(calendar.is_half(day + dt.timedelta(days=each)) for each in range((end - day).days + 1)):
        assert calendar.count_working_days(day, end) == -(-days // 1)


@given(calendars, st.integers(-400, 900), st.integers(0, 1200))
def test_sums_by_the_year_are_sums_by_the_day(calendar: Calendar, after: int, days: int) -> None:
    worth = {"working": 1, "half": 0.5}
    counted = sum(worth.get(calendar.kind(later(each)), 0) for each in range(after + 1, after + days + 1))
    assert calendar.count_working_days(later(after), later(after + days)) == counted


@given(calendars, st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_counting_adds_up(calendar: Calendar, a: int, b: int, c: int) -> None:
    first, second, third = (later(each) for each in sorted((a, b, c)))
    parts = calendar.count_working_days(first, second) + calendar.count_working_days(second, third)
    assert calendar.count_working_days(first, third) == parts
    assert calendar.count_working_days(third, first) == 0


@given(clocks(), calendars, st.data())
@settings(max_examples=300)
def test_a_resume_right_after_a_pause_changes_nothing(
    clock: tuple[list[ClockEvent], dt.date], calendar: Calendar, data: st.DataObject
) -> None:
    events, today = clock
    place = data.draw(st.sampled_from(places_running(events)))
    at = events[place - 1].at + dt.timedelta(minutes=1)
    blink = [ClockEvent(ClockAct.PAUSE, at, reason="x"), ClockEvent(ClockAct.RESUME, at)]
    assert read([*events[:place], *blink, *events[place:]], calendar, today) == read(events, calendar, today)


@given(clocks(), calendars, st.integers(1, 30))
def test_a_day_later_it_is_never_earlier(
    clock: tuple[list[ClockEvent], dt.date], calendar: Calendar, days: int
) -> None:
    """With nothing done in between, what is left only shrinks, what is used only grows, and late stays late."""
    events, today = clock
    told = [event for event in events if calendar.day_of(event.at) <= today]
    now, then = read(told, calendar, today), read(told, calendar, today + dt.timedelta(days=days))
    assert then.days_left <= now.days_left
    assert then.days_used >= now.days_used
    assert then.days_late >= now.days_late
    assert then.due_on == now.due_on
    assert then.paused_days >= now.paused_days
    if now.state is not ClockState.RUNNING:
        assert then.state is now.state
    if now.due_if_resumed_today and then.due_if_resumed_today:
        assert then.due_if_resumed_today >= now.due_if_resumed_today


@given(clocks(), calendars, st.data())
def test_what_is_due_if_resumed_today_is_due_when_it_is(
    clock: tuple[list[ClockEvent], dt.date], calendar: Calendar, data: st.DataObject
) -> None:
    events, _today = clock
    told = events[: data.draw(st.sampled_from(places_running(events)))]
    paused = [
        *told,
        ClockEvent(ClockAct.PAUSE, told[-1].at + dt.timedelta(days=data.draw(st.integers(0, 9)))),
    ]
    resume = ClockEvent(ClockAct.RESUME, paused[-1].at + dt.timedelta(days=data.draw(st.integers(0, 30))))
    today = calendar.day_of(resume.at)
    still, resumed = read(paused, calendar, today), read([*paused, resume], calendar, today)
    assert resumed.due_on == (
        still.due_if_resumed_today if still.state is ClockState.PAUSED else still.due_on
    )
    assert resumed.days_used == still.days_used or still.state is ClockState.OVERDUE


@given(clocks(), calendars)
def test_a_period_ends_when_the_offices_are_open(
    clock: tuple[list[ClockEvent], dt.date], calendar: Calendar
) -> None:
    events, today = clock
    due = read(events, calendar, today).due_on
    assert due is None or calendar.is_working(due)
