"""The words of a permit's case: its states, what can happen to it, who may do it, its clocks and its letters."""

from enum import StrEnum

from babel.support import LazyProxy

from core.i18n import lazy_gettext as _


class State(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKING = "checking"
    INCOMPLETE = "incomplete"
    VALID = "valid"
    CONSULTATION = "consultation"
    ASSESSMENT = "assessment"
    AWAITING_APPLICANT = "awaiting_applicant"
    RECOMMENDED = "recommended"
    COMMITTEE = "committee"
    GRANTED = "granted"
    GRANTED_CONDITIONS = "granted_conditions"
    REFUSED = "refused"
    APPEALED = "appealed"
    UPHELD = "upheld"
    VARIED = "varied"
    REVERSED = "reversed"
    BUILDING = "building"
    COMPLETED = "completed"
    LAPSED = "lapsed"
    REVOKED = "revoked"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Event(StrEnum):
    """What can happen to a case, in the order of its life."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    REQUEST = "request"
    ANSWER = "answer"
    SILENCE = "silence"
    VALIDATE = "validate"
    PUBLICISE = "publicise"
    ASSESS = "assess"
    ASK = "ask"
    RECOMMEND = "recommend"
    SEND_BACK = "send_back"
    REFER = "refer"
    DECIDE = "decide"
    DEEM = "deem"
    EXTEND = "extend"
    WITHDRAW = "withdraw"
    RETURN = "return"
    CLOSE = "close"
    APPEAL = "appeal"
    RULE = "rule"
    COMMENCE = "commence"
    INSPECT = "inspect"
    COMPLETE = "complete"
    LAPSE = "lapse"
    REVOKE = "revoke"


class Party(StrEnum):
    """What somebody is to one case. ``clock``: nobody, time itself."""

    APPLICANT = "applicant"
    INTAKE = "intake"
    OFFICER = "officer"
    REVIEWER = "reviewer"
    INSPECTOR = "inspector"
    COMMENTER = "commenter"
    CLOCK = "clock"


class Clock(StrEnum):
    """The periods that run in a case."""

    CHECK = "check"
    DECISION = "decision"
    COMMENT = "comment"
    ANSWER = "answer"
    APPEAL = "appeal"
    BEGINNING = "beginning"
    VALIDITY = "validity"


class Notice(StrEnum):
    """The letters that steps send."""

    RECEIPT = "receipt"
    REQUEST = "request"
    ANSWERED = "answered"
    RETURNED = "returned"
    VALID = "valid"
    NEIGHBOURS = "neighbours"
    RECOMMENDED = "recommended"
    SENT_BACK = "sent_back"
    REFERRED = "referred"
    DECISION = "decision"
    EXTENDED = "extended"
    ENDED = "ended"
    APPEALED = "appealed"
    RULED = "ruled"
    INSPECTED = "inspected"
    CERTIFICATE = "certificate"
    LOST = "lost"


GRANTED = frozenset({State.GRANTED, State.GRANTED_CONDITIONS})
RULED = frozenset({State.UPHELD, State.VARIED, State.REVERSED})
UNDECIDED = frozenset(
    {
        State.DRAFT,
        State.SUBMITTED,
        State.CHECKING,
        State.INCOMPLETE,
        State.VALID,
        State.CONSULTATION,
        State.ASSESSMENT,
        State.AWAITING_APPLICANT,
        State.RECOMMENDED,
        State.COMMITTEE,
    }
)
"""The states before a decision."""
PUBLISHED = frozenset(State) - {
    State.DRAFT,
    State.SUBMITTED,
    State.CHECKING,
    State.INCOMPLETE,
    State.RETURNED,
}
"""The states in which everybody may read of a case; one withdrawn or closed only when it had been published."""

STATE_NAMES: dict[State, LazyProxy] = {
    State.DRAFT: _("Not yet submitted"),
    State.SUBMITTED: _("Submitted"),
    State.CHECKING: _("Documents being checked"),
    State.INCOMPLETE: _("Documents to be completed"),
    State.VALID: _("Complete and registered"),
    State.CONSULTATION: _("Open for comments"),
    State.ASSESSMENT: _("Being assessed"),
    State.AWAITING_APPLICANT: _("Waiting for the applicant"),
    State.RECOMMENDED: _("Awaiting decision"),
    State.COMMITTEE: _("Before the committee"),
    State.GRANTED: _("Granted"),
    State.GRANTED_CONDITIONS: _("Granted with conditions"),
    State.REFUSED: _("Refused"),
    State.APPEALED: _("Under appeal"),
    State.UPHELD: _("Decision upheld on appeal"),
    State.VARIED: _("Decision varied on appeal"),
    State.REVERSED: _("Decision reversed on appeal"),
    State.BUILDING: _("Under construction"),
    State.COMPLETED: _("Completed"),
    State.LAPSED: _("Lapsed"),
    State.REVOKED: _("Revoked"),
    State.RETURNED: _("Returned to the applicant"),
    State.WITHDRAWN: _("Withdrawn"),
    State.CLOSED: _("Closed without decision"),
}

EVENT_NAMES: dict[Event, LazyProxy] = {
    Event.SUBMIT: _("Submit the application"),
    Event.ACCEPT: _("Accept for checking"),
    Event.REQUEST: _("Ask for missing documents"),
    Event.ANSWER: _("Send the answers"),
    Event.SILENCE: _("Return for want of an answer"),
    Event.VALIDATE: _("Register as complete"),
    Event.PUBLICISE: _("Open for comments"),
    Event.ASSESS: _("Begin the assessment"),
    Event.ASK: _("Ask the applicant"),
    Event.RECOMMEND: _("Recommend a decision"),
    Event.SEND_BACK: _("Send back to the officer"),
    Event.REFER: _("Refer to the committee"),
    Event.DECIDE: _("Decide"),
    Event.DEEM: _("Decided by silence"),
    Event.EXTEND: _("Extend the period"),
    Event.WITHDRAW: _("Withdraw"),
    Event.RETURN: _("Return to the applicant"),
    Event.CLOSE: _("Close without decision"),
    Event.APPEAL: _("Appeal"),
    Event.RULE: _("Enter the ruling on the appeal"),
    Event.COMMENCE: _("Report the start of works"),
    Event.INSPECT: _("Enter an inspection"),
    Event.COMPLETE: _("Certify completion"),
    Event.LAPSE: _("Lapse"),
    Event.REVOKE: _("Revoke"),
}
"""What a button says that takes the step."""

EVENT_TOLD: dict[Event, LazyProxy] = {
    Event.SUBMIT: _("The application was submitted."),
    Event.ACCEPT: _("The check of documents began."),
    Event.REQUEST: _("The applicant was asked to complete the documents."),
    Event.ANSWER: _("The applicant answered."),
    Event.SILENCE: _("The period for an answer passed; the application was returned."),
    Event.VALIDATE: _("The application is complete and was registered."),
    Event.PUBLICISE: _("It was opened for comments, and the neighbours were written to."),
    Event.ASSESS: _("The assessment began."),
    Event.ASK: _("The officer asked the applicant for information."),
    Event.RECOMMEND: _("The officer recommended a decision."),
    Event.SEND_BACK: _("The reviewer sent it back to the officer."),
    Event.REFER: _("It was referred to the committee."),
    Event.DECIDE: _("It was decided."),
    Event.DEEM: _("The period for a decision passed; the law takes this as a decision."),
    Event.EXTEND: _("The period was extended by agreement."),
    Event.WITHDRAW: _("The applicant withdrew it."),
    Event.RETURN: _("It was returned to the applicant."),
    Event.CLOSE: _("It was closed without a decision."),
    Event.APPEAL: _("An appeal was lodged."),
    Event.RULE: _("The appeal was ruled on."),
    Event.COMMENCE: _("The start of works was reported."),
    Event.INSPECT: _("The works were inspected."),
    Event.COMPLETE: _("Completion was certified."),
    Event.LAPSE: _("The permit lapsed."),
    Event.REVOKE: _("The permit was revoked."),
}
"""What the timeline says of a step taken."""

PARTY_NAMES: dict[Party, LazyProxy] = {
    Party.APPLICANT: _("Applicant"),
    Party.INTAKE: _("Intake officer"),
    Party.OFFICER: _("Permit officer"),
    Party.REVIEWER: _("Reviewer"),
    Party.INSPECTOR: _("Inspector"),
    Party.COMMENTER: _("Commenter"),
    Party.CLOCK: _("By passing of time"),
}

CLOCK_NAMES: dict[Clock, LazyProxy] = {
    Clock.CHECK: _("Check of documents"),
    Clock.DECISION: _("Decision"),
    Clock.COMMENT: _("Comments"),
    Clock.ANSWER: _("Applicant's answer"),
    Clock.APPEAL: _("Ruling on the appeal"),
    Clock.BEGINNING: _("Start of works"),
    Clock.VALIDITY: _("Validity of the permit"),
}
