"""One way to move a thing through its states: a table of transitions, and one function that carries them out.

A room that has a workflow (permits, amendments of the plan, surveys) writes its table as data and says what its
clocks, notices and events are by a subclass of :class:`Workflow`. ``move`` locks the row, holds the caller to the
version they saw, to the table, to who they are and to the guards, and then writes event, state, clocks, notices and
the record, all in the session's own transaction. The state is a projection of the events: ``replay`` works it out.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from babel.support import LazyProxy
from sqlalchemy.orm import Session

from core import audit
from core.audit import Actor
from core.clocks import ClockAct
from core.errors import Conflict, NotAllowed, Unprocessable
from core.i18n import gettext as _


class Case(Protocol):
    """What moves: a row with a number, a state and a version."""

    id: Any
    state: Any
    version: Any


C = TypeVar("C", bound=Case)
S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)
P = TypeVar("P", bound=StrEnum)


class NotInThisState(Conflict):
    """The table has no such step from the state in which the thing is."""

    code = "not_in_this_state"


class NotYet(Unprocessable):
    """The table has the step, but something that it asks for is missing; ``details["guards"]`` names all of it."""

    code = "not_yet"


@dataclass(frozen=True)
class Attempt(Generic[C]):
    """One step that somebody wants to take: what the guards look at."""

    session: Session
    case: C
    actor: Actor
    now: dt.datetime
    data: Mapping[str, Any]
    target: str | None = None


@dataclass(frozen=True)
class Guard(Generic[C]):
    """A condition of a step; ``unmet`` is the sentence that says how to mend it, ``field`` the input it is about."""

    code: str
    holds: Callable[[Attempt[C]], bool]
    unmet: LazyProxy
    field: str | None = None


@dataclass(frozen=True)
class Tick:
    """What a step does to a clock. ``clock`` None: to every clock that runs or is paused."""

    act: ClockAct
    clock: StrEnum | None


@dataclass(frozen=True)
class Transition(Generic[C, S, E, P]):
    """One line of the table.

    ``targets``: where it leads; several where the event's own content decides among them; none where the thing
    stays in its state. ``parties``: who may take the step.
    """

    event: E
    sources: frozenset[S]
    targets: tuple[S, ...]
    parties: frozenset[P]
    guards: tuple[Guard[C], ...] = ()
    ticks: tuple[Tick, ...] = ()
    notices: tuple[StrEnum, ...] = ()


@dataclass(frozen=True)
class Mover(Generic[P]):
    """Who takes a step: the actor as the record names them, and what they are to this very thing."""

    actor: Actor
    parties: frozenset[P]


@dataclass(frozen=True)
class Step(Generic[S, E, P]):
    """A step that was taken, as its event row tells it."""

    event: E
    source: S
    target: S
    party: P
    at: dt.datetime
    data: Mapping[str, Any] = field(default_factory=dict)


class Workflow(ABC, Generic[C, S, E, P]):
    """A table of transitions with the means to carry them out."""

    kind: str
    """How the record names what moves: ``permit`` in ``permit:12``."""
    initial: S

    def __init__(self, table: Sequence[Transition[C, S, E, P]]) -> None:
        self.table = tuple(table)
        self._found = self._by_state_and_event()

    def _by_state_and_event(self) -> dict[tuple[S, E], Transition[C, S, E, P]]:
        found: dict[tuple[S, E], Transition[C, S, E, P]] = {}
        for line in self.table:
            for source in line.sources:
                if (source, line.event) in found:
                    raise ValueError(f"two lines for {line.event} from {source}")
                found[source, line.event] = line
        return found

    def find(self, state: S, event: E) -> Transition[C, S, E, P] | None:
        """The one line for an event in a state, or None where the table has none."""
        return self._found.get((state, event))

    def list_steps(self, state: S, parties: frozenset[P]) -> list[Transition[C, S, E, P]]:
        """The steps that somebody may take from a state, in the table's order; their guards are not asked."""
        return [line for line in self.table if state in line.sources and line.parties & parties]

    def unmet(self, attempt: Attempt[C], line: Transition[C, S, E, P]) -> list[Guard[C]]:
        """The guards of a step that do not hold, in the table's order."""
        return [guard for guard in line.guards if not guard.holds(attempt)]

    def hold(self, session: Session, case: C, seen: int | None) -> None:
        """Lock the thing's row until the transaction ends. Raises Conflict unless it is at the version seen."""
        session.refresh(case, with_for_update=True)
        if seen is not None and seen != case.version:
            raise stale(seen, case.version)

    def move(
        self,
        session: Session,
        case: C,
        event: E,
        mover: Mover[P],
        *,
        seen: int | None,
        now: dt.datetime,
        target: S | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> Step[S, E, P]:
        """Take one step. ``seen`` is the version that the caller looked at; None for a clock, which looks only now.

        ``data`` is what the event tells for good, as JSON holds it. Raises Conflict when the thing has changed since,
        NotInThisState, NotAllowed, and NotYet naming every guard that does not hold. Nothing is written then.
        """
        self.hold(session, case, seen)
        line, target = self._line(case, event, target)
        parties = line.parties & mover.parties
        if not parties:
            raise NotAllowed(_("Your part in this case does not include this step."))
        attempt = Attempt(session, case, mover.actor, now, dict(data or {}), target)
        self._hold_to_guards(attempt, line)
        step = Step(event, case.state, target or case.state, min(parties), now, attempt.data)
        self._carry_out(attempt, line, step)
        return step

    def _line(self, case: C, event: E, target: S | None) -> tuple[Transition[C, S, E, P], S | None]:
        line = self.find(case.state, event)
        if line is None:
            raise NotInThisState(
                _("This step is not possible as the case stands now."),
                details={"state": str(case.state), "event": str(event), "version": case.version},
            )
        if target is None and len(line.targets) == 1:
            target = line.targets[0]
        if (target is None) != (not line.targets) or (target is not None and target not in line.targets):
            raise Unprocessable(_("Please say how it is to end."), field="outcome")
        return line, target

    def _hold_to_guards(self, attempt: Attempt[C], line: Transition[C, S, E, P]) -> None:
        unmet = self.unmet(attempt, line)
        if unmet:
            raise NotYet(
                " ".join(str(guard.unmet) for guard in unmet),
                field=unmet[0].field,
                details={"guards": [guard.code for guard in unmet]},
            )

    def _carry_out(self, attempt: Attempt[C], line: Transition[C, S, E, P], step: Step[S, E, P]) -> None:
        session, case = attempt.session, attempt.case
        case.state = step.target
        case.version += 1
        self.write_event(attempt, step)
        for tick in line.ticks:
            self.turn_clock(attempt, tick)
        session.flush()
        for notice in line.notices:
            self.notify(attempt, step, notice)
        audit.record(
            session,
            attempt.actor,
            f"{self.kind}.{step.event}",
            f"{self.kind}:{case.id}",
            before={"state": str(step.source)},
            after={"state": str(step.target), "version": case.version},
            reason=str(attempt.data.get("reason", "")),
        )

    @abstractmethod
    def write_event(self, attempt: Attempt[C], step: Step[S, E, P]) -> None:
        """Append the event's row, and set on the case what the event tells of it."""

    @abstractmethod
    def turn_clock(self, attempt: Attempt[C], tick: Tick) -> None:
        """Append what the step does to a clock."""

    @abstractmethod
    def notify(self, attempt: Attempt[C], step: Step[S, E, P], notice: StrEnum) -> None:
        """Enqueue a notice, to go out when the transaction is committed."""

    def replay(self, steps: Iterable[Step[S, E, P]]) -> S:
        """The state that these events lead to from the beginning.

        Raises ValueError where they are not a way through the table: somebody wrote a row that no step had written.
        """
        state = self.initial
        for step in steps:
            line = self.find(state, step.event)
            ways = () if line is None else line.targets or (state,)
            if step.source != state or step.target not in ways:
                raise ValueError(f"{step.event} does not lead from {state} to {step.target}")
            state = step.target
        return state


def stale(seen: int, now: int) -> Conflict:
    """That a thing has changed since somebody looked at it, with both versions."""
    return Conflict(
        _(
            "Somebody else has changed this case meanwhile. What you wrote is kept below: look and send it again."
        ),
        field="version",
        details={"seen": seen, "now": now},
    )
