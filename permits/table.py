"""The table of a permit's workflow: each line an event, from where to where, who, on what condition, clocks, letters.

It is product.md's, with three lines made explicit (docs/adr/0019): the applicant's period to answer and the period
within which works must begin are clocks of their own; an overdue decision may be taken for one where the type says
so; and a permission that an appeal upheld, varied or gave can be built on as any other.
"""

from core.clocks import ClockAct
from core.workflow import Tick, Transition
from permits import guards as g
from permits.models import Permit
from permits.states import GRANTED, RULED, UNDECIDED, Clock, Event, Notice, Party, State

Line = Transition[Permit, State, Event, Party]
S, E, P, N = State, Event, Party, Notice

_STOP_ALL = (Tick(ClockAct.STOP, None),)


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


def _by(*parties: Party) -> frozenset[Party]:
    return frozenset(parties)


TABLE: tuple[Line, ...] = (
    Line(
        E.SUBMIT,
        _from(S.DRAFT),
        (S.SUBMITTED,),
        _by(P.APPLICANT),
        (g.PARCEL_CHOSEN, g.DOCUMENTS_COMPLETE, g.DECLARED),
        (),
        (N.RECEIPT,),
    ),
    Line(
        E.ACCEPT,
        _from(S.SUBMITTED),
        (S.CHECKING,),
        _by(P.INTAKE),
        (g.FEE_SETTLED,),
        (Tick(ClockAct.START, Clock.CHECK),),
    ),
    Line(
        E.REQUEST,
        _from(S.CHECKING),
        (S.INCOMPLETE,),
        _by(P.INTAKE),
        (g.ASKS_SOMETHING,),
        (Tick(ClockAct.PAUSE, Clock.CHECK), Tick(ClockAct.START, Clock.ANSWER)),
        (N.REQUEST,),
    ),
    Line(
        E.ANSWER,
        _from(S.INCOMPLETE),
        (S.CHECKING,),
        _by(P.APPLICANT),
        (g.ALL_ANSWERED,),
        (Tick(ClockAct.STOP, Clock.ANSWER), Tick(ClockAct.RESUME, Clock.CHECK)),
        (N.ANSWERED,),
    ),
    Line(
        E.SILENCE,
        _from(S.INCOMPLETE, S.AWAITING_APPLICANT),
        (S.RETURNED,),
        _by(P.CLOCK),
        (g.ANSWER_OVERDUE,),
        _STOP_ALL,
        (N.RETURNED,),
    ),
    Line(
        E.VALIDATE,
        _from(S.CHECKING),
        (S.VALID,),
        _by(P.INTAKE),
        (g.NOTHING_ASKED, g.ZONING_PINNED),
        (Tick(ClockAct.STOP, Clock.CHECK), Tick(ClockAct.START, Clock.DECISION)),
        (N.VALID,),
    ),
    Line(
        E.PUBLICISE,
        _from(S.VALID),
        (S.CONSULTATION,),
        _by(P.OFFICER),
        (g.NEIGHBOURS_FROZEN,),
        (Tick(ClockAct.START, Clock.COMMENT),),
        (N.NEIGHBOURS,),
    ),
    Line(E.ASSESS, _from(S.VALID, S.CONSULTATION), (S.ASSESSMENT,), _by(P.OFFICER), (g.OFFICER_ASSIGNED,)),
    Line(
        E.ASK,
        _from(S.ASSESSMENT),
        (S.AWAITING_APPLICANT,),
        _by(P.OFFICER),
        (g.ASKS_SOMETHING,),
        (Tick(ClockAct.PAUSE, Clock.DECISION), Tick(ClockAct.START, Clock.ANSWER)),
        (N.REQUEST,),
    ),
    Line(
        E.ANSWER,
        _from(S.AWAITING_APPLICANT),
        (S.ASSESSMENT,),
        _by(P.APPLICANT),
        (g.ALL_ANSWERED,),
        (Tick(ClockAct.STOP, Clock.ANSWER), Tick(ClockAct.RESUME, Clock.DECISION)),
        (N.ANSWERED,),
    ),
    Line(
        E.RECOMMEND,
        _from(S.ASSESSMENT),
        (S.RECOMMENDED,),
        _by(P.OFFICER),
        (
            g.RECOMMENDS,
            g.HAS_REASON,
            g.PUBLICITY_HELD,
            g.COMMENTS_CLOSED,
            g.CHECKS_DONE,
            g.COMMENTS_ANSWERED,
            g.NOTHING_ASKED,
        ),
        (),
        (N.RECOMMENDED,),
    ),
    Line(
        E.SEND_BACK,
        _from(S.RECOMMENDED, S.COMMITTEE),
        (S.ASSESSMENT,),
        _by(P.REVIEWER),
        (g.HAS_REASON,),
        (),
        (N.SENT_BACK,),
    ),
    Line(
        E.REFER,
        _from(S.RECOMMENDED),
        (S.COMMITTEE,),
        _by(P.REVIEWER),
        (g.HAS_REASON, g.MEETING_DATED),
        (),
        (N.REFERRED,),
    ),
    Line(
        E.DECIDE,
        _from(S.RECOMMENDED, S.COMMITTEE),
        (S.GRANTED, S.GRANTED_CONDITIONS, S.REFUSED),
        _by(P.REVIEWER),
        (g.DECIDED_BY_ANOTHER, g.HAS_REASON, g.CONDITIONS_FIT),
        (Tick(ClockAct.STOP, None), Tick(ClockAct.START, Clock.BEGINNING)),
        (N.DECISION,),
    ),
    Line(
        E.DEEM,
        _from(S.VALID, S.CONSULTATION, S.ASSESSMENT, S.RECOMMENDED, S.COMMITTEE),
        (S.GRANTED, S.REFUSED),
        _by(P.CLOCK),
        (g.DECISION_OVERDUE, g.SILENCE_DECIDES),
        (Tick(ClockAct.STOP, None), Tick(ClockAct.START, Clock.BEGINNING)),
        (N.DECISION,),
    ),
    Line(
        E.EXTEND,
        UNDECIDED - {S.DRAFT, S.SUBMITTED},
        (),
        _by(P.APPLICANT),
        (g.CLOCK_RUNS, g.AGREED),
        (Tick(ClockAct.EXTEND, None),),
        (N.EXTENDED,),
    ),
    Line(
        E.WITHDRAW,
        UNDECIDED,
        (S.WITHDRAWN,),
        _by(P.APPLICANT),
        (g.HAS_REASON,),
        _STOP_ALL,
        (N.ENDED,),
    ),
    Line(
        E.RETURN,
        UNDECIDED - {S.DRAFT},
        (S.RETURNED,),
        _by(P.INTAKE, P.OFFICER),
        (g.HAS_REASON,),
        _STOP_ALL,
        (N.RETURNED,),
    ),
    Line(
        E.CLOSE,
        UNDECIDED - {S.DRAFT},
        (S.CLOSED,),
        _by(P.OFFICER, P.REVIEWER),
        (g.HAS_REASON,),
        _STOP_ALL,
        (N.ENDED,),
    ),
    Line(
        E.APPEAL,
        GRANTED | {S.REFUSED},
        (S.APPEALED,),
        _by(P.APPLICANT, P.COMMENTER),
        (g.HAS_REASON, g.IN_APPEAL_PERIOD),
        (Tick(ClockAct.PAUSE, Clock.BEGINNING), Tick(ClockAct.START, Clock.APPEAL)),
        (N.APPEALED,),
    ),
    Line(
        E.RULE,
        _from(S.APPEALED),
        (S.UPHELD, S.VARIED, S.REVERSED),
        _by(P.REVIEWER),
        (g.DECIDED_BY_ANOTHER, g.ORDER_FILED),
        (Tick(ClockAct.STOP, Clock.APPEAL), Tick(ClockAct.RESUME, Clock.BEGINNING)),
        (N.RULED,),
    ),
    Line(
        E.COMMENCE,
        GRANTED | RULED,
        (S.BUILDING,),
        _by(P.APPLICANT),
        (g.STANDS, g.BEFORE_START_MET),
        (Tick(ClockAct.STOP, Clock.BEGINNING), Tick(ClockAct.START, Clock.VALIDITY)),
    ),
    Line(
        E.INSPECT,
        _from(S.BUILDING),
        (),
        _by(P.INSPECTOR),
        (g.VISIT_TOLD,),
        (),
        (N.INSPECTED,),
    ),
    Line(
        E.COMPLETE,
        _from(S.BUILDING),
        (S.COMPLETED,),
        _by(P.INSPECTOR),
        (g.INSPECTIONS_PASSED,),
        _STOP_ALL,
        (N.CERTIFICATE,),
    ),
    Line(
        E.LAPSE,
        GRANTED | RULED | {S.BUILDING},
        (S.LAPSED,),
        _by(P.CLOCK),
        (g.STANDS, g.VALIDITY_OVER),
        _STOP_ALL,
        (N.LOST,),
    ),
    Line(
        E.REVOKE,
        GRANTED | RULED | {S.BUILDING},
        (S.REVOKED,),
        _by(P.REVIEWER),
        (g.STANDS, g.HAS_REASON, g.ORDER_FILED),
        _STOP_ALL,
        (N.LOST,),
    ),
)
