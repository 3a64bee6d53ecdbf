"""The table of an amendment's life: each line an event, from where to where, who, and on what condition."""

from core.workflow import Transition
from layers.zoning.amendments import guards as g
from layers.zoning.amendments.models import Amendment
from layers.zoning.amendments.states import BEFORE_ADOPTION, Event, Party, State

Line = Transition[Amendment, State, Event, Party]
S, E, P = State, Event, Party


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


def _by(*parties: Party) -> frozenset[Party]:
    return frozenset(parties)


TABLE: tuple[Line, ...] = (
    Line(E.SUBMIT, _from(S.DRAFT, S.REVISED), (), _by(P.DRAFTER), (g.NOTHING_BLOCKS,)),
    Line(
        E.CHECK,
        _from(S.DRAFT),
        (S.CHECKED,),
        _by(P.CHECKER),
        (g.SUBMITTED, g.BY_A_SECOND, g.BASE_STANDS, g.NOTHING_BLOCKS),
    ),
    Line(
        E.CHECK,
        _from(S.REVISED),
        (),
        _by(P.CHECKER),
        (g.SUBMITTED, g.BY_A_SECOND, g.BASE_STANDS, g.NOTHING_BLOCKS),
    ),
    Line(E.SEND_BACK, _from(S.CHECKED), (S.DRAFT,), _by(P.CHECKER, P.ADOPTER), (g.HAS_REASON,)),
    Line(
        E.CONSULT,
        _from(S.CHECKED, S.REVISED),
        (S.CONSULTATION,),
        _by(P.ADOPTER),
        (g.CHECKED_AS_IT_IS, g.DEADLINE_AHEAD, g.NOTHING_BLOCKS),
    ),
    Line(E.REVISE, _from(S.CONSULTATION), (S.REVISED,), _by(P.DRAFTER), (g.CONSULTATION_OVER,)),
    Line(
        E.ADOPT,
        _from(S.REVISED),
        (S.ADOPTED,),
        _by(P.ADOPTER),
        (g.RESOLUTION_TOLD, g.BY_A_THIRD, g.CHECKED_AS_IT_IS, g.BASE_STANDS, g.NOTHING_BLOCKS),
    ),
    Line(
        E.SCHEDULE,
        _from(S.ADOPTED),
        (S.SCHEDULED,),
        _by(P.ADOPTER),
        (g.EFFECTIVE_AHEAD, g.BASE_STANDS, g.NOTHING_BLOCKS),
    ),
    Line(E.UNSCHEDULE, _from(S.SCHEDULED), (S.ADOPTED,), _by(P.ADOPTER), (g.HAS_REASON,)),
    Line(
        E.ENTER_INTO_FORCE,
        _from(S.SCHEDULED),
        (S.IN_FORCE,),
        _by(P.CLOCK),
        (g.DAY_COME, g.BASE_STANDS, g.NOTHING_BLOCKS),
    ),
    Line(E.SUPERSEDE, _from(S.IN_FORCE), (S.SUPERSEDED,), _by(P.CLOCK), (g.IS_REPLACED,)),
    # What replaced it was annulled or repealed: its zones are the law again.
    Line(E.REINSTATE, _from(S.SUPERSEDED), (S.IN_FORCE,), _by(P.CLOCK), (g.HOLDS_AGAIN,)),
    Line(E.REPEAL, _from(S.IN_FORCE), (S.REPEALED,), _by(P.ADOPTER), (g.HAS_REASON, g.RECORDED)),
    Line(
        E.ANNUL,
        _from(S.ADOPTED, S.SCHEDULED, S.IN_FORCE),
        (S.ANNULLED,),
        _by(P.ADOPTER),
        (g.HAS_REASON,),
    ),
    Line(E.WITHDRAW, BEFORE_ADOPTION, (S.WITHDRAWN,), _by(P.DRAFTER, P.ADOPTER), (g.HAS_REASON,)),
)
