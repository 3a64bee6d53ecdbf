"""The list of open cases: whose they are, how their clocks stand, and how much everybody has to do."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.permissions import Permission
from core.clocks import ClockState, Reading
from permits.clocks import ManyClocks
from permits.desk.queries import CLOCK_OF, CaseLine, OpenCase, list_lines, list_officers, list_open
from permits.register.models import Box
from permits.states import Clock, State

SOON_DAYS = 7
"""What is due within a week, counted in days of the calendar: a week is looked at, whatever holidays are in it."""
PAGE = 50
_FAR = dt.date.max
_OF_A_PART: dict[Permission, frozenset[State]] = {
    Permission.PERMITS_INTAKE: frozenset({State.SUBMITTED, State.CHECKING}),
    Permission.PERMITS_DECIDE: frozenset({State.RECOMMENDED, State.COMMITTEE, State.APPEALED}),
    Permission.PERMITS_INSPECT: frozenset({State.BUILDING}),
}
"""Cases that wait for anybody of a part; an officer's are those that they hold."""


class Whose(StrEnum):
    """Whose cases are listed."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    ALL = "all"


class Due(StrEnum):
    """How their deadlines stand."""

    OVERDUE = "overdue"
    SOON = "soon"
    PAUSED = "paused"


@dataclass(frozen=True)
class Asked:
    """Which cases are asked for."""

    whose: Whose = Whose.ALL
    officer_id: int | None = None
    due: Due | None = None
    state: State | None = None
    type_code: str = ""
    box: Box | None = None
    page: int = 1


@dataclass(frozen=True)
class Row:
    """One case of the list with its clock as it stands."""

    line: CaseLine
    clock: Clock | None
    reading: Reading | None
    due: Due | None


@dataclass
class Load:
    """How much one officer (or nobody: None) has in hand."""

    person: Person | None
    open: int = 0
    overdue: int = 0
    soon: int = 0


@dataclass(frozen=True)
class Board:
    """The list and the counts around it. ``count`` is of all that was asked for, ``rows`` of one page."""

    rows: list[Row]
    count: int
    whose: dict[Whose, int]
    dues: dict[Due, int]
    states: dict[State, int]
    loads: list[Load]
    today: dt.date
    is_more: bool = False


class _Told(NamedTuple):
    case: OpenCase
    reading: Reading | None
    due: Due | None


def read_board(session: Session, person: Person, asked: Asked, now: dt.datetime) -> Board:
    """What the desk shows. Only open cases are looked at, each once; the calendar is loaded once."""
    many, part = ManyClocks(session, now), _part_of(person)
    told = [_tell(each, many) for each in list_open(session, asked.box)]
    of_whose = [each for each in told if _is_of(each.case, asked.whose, person.id, part)]
    narrowed = sorted((each for each in of_whose if _is_asked(each, asked)), key=_order)
    first = (asked.page - 1) * PAGE
    by_id = {each.case.id: each for each in narrowed[first : first + PAGE]}
    dues = Counter(each.due for each in of_whose)
    return Board(
        rows=[
            Row(line, clock_of(line.state), by_id[line.id].reading, by_id[line.id].due)
            for line in list_lines(session, list(by_id))
        ],
        count=len(narrowed),
        whose={whose: sum(_is_of(each.case, whose, person.id, part) for each in told) for whose in Whose},
        dues={due: dues[due] for due in Due},
        states=dict(Counter(each.case.state for each in of_whose)),
        loads=_loads(session, told),
        today=many.today,
        is_more=first + PAGE < len(narrowed),
    )


def _part_of(person: Person) -> frozenset[State]:
    """The states in which cases wait for anybody of this person's part.

    An officer may do the intake's work, too: it is theirs only when there is no other part of theirs.
    """
    held = person.permissions
    if Permission.PERMITS_ASSESS in held:
        held = held - {Permission.PERMITS_INTAKE}
    return frozenset().union(*(states for permission, states in _OF_A_PART.items() if permission in held))


def clock_of(state: State) -> Clock | None:
    """The clock that the desk looks at in a state."""
    return next((clock for clock, states in CLOCK_OF.items() if state in states), None)


def due_of(reading: Reading | None) -> Due | None:
    """How a clock stands, as far as somebody has to look."""
    if reading is None:
        return None
    if reading.state is ClockState.OVERDUE:
        return Due.OVERDUE
    if reading.state is ClockState.PAUSED:
        return Due.PAUSED
    is_soon = reading.due_on is not None and (reading.due_on - reading.today).days <= SOON_DAYS
    return Due.SOON if is_soon and reading.state is ClockState.RUNNING else None


def _tell(case: OpenCase, many: ManyClocks) -> _Told:
    reading = many.read(case.course)
    return _Told(case, reading, due_of(reading))


def _is_of(case: OpenCase, whose: Whose, person_id: int, part: frozenset[State]) -> bool:
    if whose is Whose.ALL:
        return True
    if whose is Whose.UNASSIGNED:
        return case.officer_id is None and case.state in CLOCK_OF[Clock.DECISION]
    return case.officer_id == person_id or case.state in part


def _is_asked(each: _Told, asked: Asked) -> bool:
    return (
        (asked.officer_id is None or each.case.officer_id == asked.officer_id)
        and (asked.due is None or each.due is asked.due)
        and (asked.state is None or each.case.state is asked.state)
        and asked.type_code in ("", each.case.type_code)
    )


def _order(each: _Told) -> tuple[dt.date, int]:
    """The most pressing first; what stands still, or has no deadline, by its age after all others."""
    due = each.reading.due_on if each.reading and each.reading.due_on else _FAR
    return (due, each.case.id)


def _loads(session: Session, told: list[_Told]) -> list[Load]:
    """Everybody who may hold cases, those with none, too; and what nobody holds."""
    loads: dict[int | None, Load] = {each.id: Load(each) for each in list_officers(session)}
    held = defaultdict(list)
    for each in told:
        held[each.case.officer_id].append(each)
    for officer_id, theirs in held.items():
        load = loads.setdefault(officer_id, Load(session.get(Person, officer_id) if officer_id else None))
        load.open = len(theirs)
        load.overdue = sum(each.due is Due.OVERDUE for each in theirs)
        load.soon = sum(each.due is Due.SOON for each in theirs)
    return sorted(loads.values(), key=lambda load: (load.person is not None, -load.open))
