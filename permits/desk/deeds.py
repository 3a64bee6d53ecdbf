"""What the staff does in a case besides moving it on: each with its form, who may do it, and in which states."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from babel.support import LazyProxy
from sqlalchemy.orm import Session

from accounts.queries import get_person
from accounts.services import normal_email
from core import audit
from core.errors import NotAllowed, Unprocessable
from core.i18n import gettext
from core.i18n import lazy_gettext as _
from permits import services
from permits.assessment import services as assessment
from permits.assessment.models import CheckResult, Consultee
from permits.desk.fields import Field, Kind
from permits.desk.queries import OPEN, list_officers
from permits.desk.steps import Doing
from permits.hearing import services as hearing
from permits.models import Permit
from permits.states import GRANTED, RULED, UNDECIDED, Party, State
from permits.types.services import get_settings

CHECK_RESULTS: dict[CheckResult, LazyProxy] = {
    CheckResult.OPEN: _("Not checked yet"),
    CheckResult.PASSED: _("In order"),
    CheckResult.FAILED: _("Not in order"),
    CheckResult.NOT_APPLICABLE: _("Does not apply"),
}
_IN_HAND = UNDECIDED - {State.DRAFT}
_MOST_DAYS = 365


@dataclass(frozen=True)
class Deed:
    """One thing to do. ``done`` is what is said afterwards, ``part`` the section of the page that one comes back to.

    ``is_recorded``: its service writes the record itself.
    """

    name: str
    label: LazyProxy
    done: LazyProxy
    part: str
    parties: frozenset[Party]
    states: frozenset[State]
    fields: tuple[Field, ...]
    do: Callable[[Doing], None]
    is_recorded: bool = True

    def is_for(self, case: Permit, parties: frozenset[Party]) -> bool:
        """Whether somebody who is this to the case may do it as the case stands."""
        return case.state in self.states and bool(self.parties & parties)

    def carry_out(self, doing: Doing) -> None:
        """Do it. Raises NotAllowed, and what its service raises."""
        if not self.parties & doing.mover.parties:
            raise NotAllowed(gettext("Your part in this case does not include this step."))
        self.do(doing)
        if not self.is_recorded:
            audit.record(doing.session, doing.actor, f"permit.{self.name}", f"permit:{doing.case.id}")


def _officers(session: Session, case: Permit) -> list[tuple[str, str]]:
    mine = (case.applicant_id, case.agent_id)
    return [(str(each.id), each.name or each.email) for each in list_officers(session) if each.id not in mine]


def _assign(doing: Doing) -> None:
    officer = get_person(doing.session, int(doing.given["officer"]))
    services.assign(doing.session, doing.actor, doing.case, officer, doing.seen, note=doing.given["note"])


def _fee(doing: Doing) -> None:
    waived = doing.given["reason"] if doing.given["how"] == "waived" else ""
    if doing.given["how"] == "waived" and not waived:
        raise Unprocessable(gettext("Please give the reason."), field="reason")
    services.settle_fee(doing.session, doing.actor, doing.case, doing.seen, doing.now, waived=waived)


def _take_back(doing: Doing) -> None:
    assessment.take_back(doing.session, doing.case, doing.given["request"], doing.seen, doing.now)


def _check(doing: Doing) -> None:
    given = doing.given
    assessment.enter_check(
        doing.session,
        doing.actor,
        doing.case,
        given["code"],
        doing.seen,
        doing.now,
        CheckResult(given["result"]),
        given["note"],
    )


def _conditions(doing: Doing) -> None:
    """The rows as they stand, and after them what was ticked in the library and is not there."""
    rows = list(doing.given["conditions"])
    there = {each.code for each in rows}
    chosen = set(doing.given["library"]) - there
    rows += [each for each in standard_conditions(doing.session, doing.case) if each.code in chosen]
    assessment.set_conditions(doing.session, doing.case, doing.seen, rows)


def _met(doing: Doing) -> None:
    given = doing.given
    assessment.mark_met(
        doing.session, doing.actor, doing.case, given["number"], doing.seen, doing.now, given["note"]
    )


def _answer(doing: Doing) -> None:
    given = doing.given
    hearing.answer_comment(
        doing.session, doing.actor, doing.case, given["comment"], doing.seen, doing.now, given["answer"]
    )


def _group(doing: Doing) -> None:
    hearing.group_comment(
        doing.session, doing.actor, doing.case, doing.given["comment"], doing.seen, int(doing.given["with"])
    )


def _message(doing: Doing) -> None:
    assessment.write_message(
        doing.session, doing.case, doing.person.id, doing.now, doing.given["text"], from_city=True
    )


def _extension(doing: Doing) -> None:
    assessment.propose_extension(
        doing.session,
        doing.case,
        doing.mover,
        doing.seen,
        doing.now,
        doing.given["days"],
        doing.given["reason"],
    )


def _consult(doing: Doing) -> None:
    given = doing.given
    doing.session.add(
        Consultee(
            permit_id=doing.case.id,
            name=given["name"],
            email=normal_email(given["email"]),
            question=given["question"],
            asked_by=doing.actor.id,
            asked_at=doing.now,
            due_at=doing.now + dt.timedelta(days=given["days"]),
        )
    )
    doing.session.flush()


def _library(session: Session, case: Permit) -> list[tuple[str, str]]:
    """The standard conditions that the case has not got yet."""
    there = {each.code for each in assessment.list_conditions(session, case)}
    return [(each.code, each.text) for each in standard_conditions(session, case) if each.code not in there]


def _results(_session: Session, _case: Permit) -> list[tuple[str, str]]:
    return [(result.value, str(words)) for result, words in CHECK_RESULTS.items()]


def _ways_of_fee(_session: Session, _case: Permit) -> list[tuple[str, str]]:
    return [("paid", gettext("It was paid")), ("waived", gettext("It is waived"))]


def _heads(session: Session, case: Permit) -> list[tuple[str, str]]:
    """The comments that are answered by themselves."""
    said = hearing.list_comments(session, case)
    return [(str(each.id), each.text[:80]) for each in said if each.group_id is None]


_WORKS = frozenset({Party.INTAKE, Party.OFFICER, Party.REVIEWER, Party.INSPECTOR})
_ASSESSES = frozenset({Party.OFFICER})
DEEDS: dict[str, Deed] = {
    each.name: each
    for each in (
        Deed(
            "assign",
            _("Assign"),
            _("The case was assigned."),
            "case-officer",
            frozenset({Party.INTAKE, Party.OFFICER, Party.REVIEWER}),
            _IN_HAND,
            (
                Field("officer", _("Officer"), Kind.CHOICE, options=_officers),
                Field("note", _("Note to the officer"), Kind.LINE, is_required=False),
            ),
            _assign,
        ),
        Deed(
            "fee",
            _("Settle the fee"),
            _("The fee was settled."),
            "case-fee",
            frozenset({Party.INTAKE}),
            _IN_HAND,
            (
                Field("how", _("The fee"), Kind.CHOICE, options=_ways_of_fee),
                Field("reason", _("Why it is waived"), Kind.LINE, is_required=False),
            ),
            _fee,
        ),
        Deed(
            "take_back",
            _("Take back"),
            _("The request was taken back."),
            "case-requests",
            frozenset({Party.INTAKE, Party.OFFICER}),
            _IN_HAND,
            (Field("request", _("Request"), Kind.COUNT),),
            _take_back,
            is_recorded=False,
        ),
        Deed(
            "check",
            _("Enter"),
            _("The check was entered."),
            "case-checks",
            frozenset({Party.INTAKE, Party.OFFICER}),
            _IN_HAND - {State.SUBMITTED},
            (
                Field("code", _("Check"), Kind.HIDDEN),
                Field("result", _("Result"), Kind.CHOICE, options=_results),
                Field("note", _("Note"), is_required=False),
            ),
            _check,
        ),
        Deed(
            "conditions",
            _("Keep the conditions"),
            _("The conditions were kept."),
            "case-conditions",
            frozenset({Party.OFFICER, Party.REVIEWER}),
            frozenset({State.ASSESSMENT, State.RECOMMENDED, State.COMMITTEE, State.APPEALED}),
            (
                Field("library", _("Standard conditions"), Kind.TICKS, is_required=False, options=_library),
                Field("conditions", _("Conditions"), Kind.CONDITIONS),
            ),
            _conditions,
            is_recorded=False,
        ),
        Deed(
            "met",
            _("Mark as met"),
            _("The condition was marked as met."),
            "case-conditions",
            frozenset({Party.OFFICER, Party.INSPECTOR}),
            GRANTED | RULED | {State.BUILDING},
            (
                Field("number", _("Condition"), Kind.COUNT),
                Field("note", _("How it was met"), Kind.LINE, is_required=False),
            ),
            _met,
        ),
        Deed(
            "answer",
            _("Answer"),
            _("The answer was kept."),
            "case-comments",
            _ASSESSES,
            _IN_HAND,
            (Field("comment", _("Comment"), Kind.COUNT), Field("answer", _("The city's answer"))),
            _answer,
        ),
        Deed(
            "group",
            _("Answer together"),
            _("They are answered together now."),
            "case-comments",
            _ASSESSES,
            _IN_HAND,
            (
                Field("comment", _("Comment"), Kind.COUNT),
                Field("with", _("Answered together with"), Kind.CHOICE, options=_heads),
            ),
            _group,
        ),
        Deed(
            "message",
            _("Send the message"),
            _("The message was sent."),
            "case-messages",
            _WORKS,
            OPEN | GRANTED | RULED | {State.REFUSED},
            (Field("text", _("Message to the applicant")),),
            _message,
            is_recorded=False,
        ),
        Deed(
            "extension",
            _("Propose the extension"),
            _("The applicant is asked to agree."),
            "case-requests",
            _ASSESSES,
            _IN_HAND - {State.SUBMITTED},
            (Field("days", _("Days more"), Kind.COUNT, most=_MOST_DAYS), Field("reason", _("Reasons"))),
            _extension,
            is_recorded=False,
        ),
        Deed(
            "consult",
            _("Ask for an opinion"),
            _("The letter with the link is on its way."),
            "case-consultees",
            _ASSESSES,
            frozenset({State.VALID, State.CONSULTATION, State.ASSESSMENT, State.AWAITING_APPLICANT}),
            (
                Field("name", _("Office or person"), Kind.LINE),
                Field("email", _("E-mail"), Kind.LINE),
                Field("question", _("What they are asked")),
                Field("days", _("Days to answer"), Kind.COUNT, most=_MOST_DAYS, first="14"),
            ),
            _consult,
            is_recorded=False,
        ),
    )
}


def standard_conditions(session: Session, case: Permit) -> list[assessment.ConditionText]:
    """The type's library, in the words of the applicant's language."""
    settings = get_settings(session, case.type_code, case.type_version)
    return [
        assessment.ConditionText(
            each.fa if case.language == "fa" else each.en, before_start=each.is_required, code=each.code
        )
        for each in settings.conditions
    ]
