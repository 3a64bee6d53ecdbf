"""One permit of the demo city as its people lived it: every step by the same services that real cases go through."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from sqlalchemy.orm import Session

from accounts.models import Person
from core.audit import Actor
from core.documents.services import Desk
from core.visibility import Audience, Visibility
from core.workflow import Mover
from permits import services
from permits.assessment import services as assessment
from permits.assessment.models import CheckResult
from permits.audience import Visitor
from permits.documents import services as documents
from permits.documents.queries import list_documents
from permits.hearing import services as hearing
from permits.hearing.models import Stance
from permits.inspections import services as inspections
from permits.inspections.models import InspectionResult
from permits.models import Permit
from permits.precheck.proposal import Proposal
from permits.precheck.schemas import stored_json
from permits.precheck.services import check, get_srid
from permits.states import Event, Party, State
from permits.types.services import get_type
from permits.types.settings import TypeSettings
from permits.workflow import PERMITS
from webmap.demo import case_texts as words
from webmap.demo.sheets import sheet

_SHOWN = frozenset({"architectural", "statement", "drawing", "survey", "safety"})
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Staff:
    """Who works on the demo's permits."""

    intake: Person
    officers: tuple[Person, ...]
    reviewer: Person
    second_reviewer: Person
    inspector: Person


@dataclass(frozen=True)
class Lot:
    """The parcel that a case is on."""

    number: str
    area_m2: float


class Story:
    """A case and the moment to which its story has come; each step first lets some days pass."""

    def __init__(
        self,
        session: Session,
        staff: Staff,
        desk: Desk,
        type_code: str,
        lot: Lot,
        begins: dt.datetime,
        dice: Random,
    ) -> None:
        self.session, self.staff, self.desk, self.lot, self.dice = session, staff, desk, lot, dice
        self.at = begins
        self.settings: TypeSettings = get_type(session, type_code)
        self.officer = dice.choice(staff.officers)
        self.case: Permit = services.open_case(
            session, self._actor(None), type_code, applicant=None, language="fa"
        )
        self.case.opened_at = begins
        self.case.tracking_code = self._code(12)
        session.flush()

    def _code(self, length: int) -> str:
        return "".join(self.dice.choice(_LETTERS) for _ in range(length))

    def _actor(self, person: Person | None) -> Actor:
        return Actor(person.in_record, person.id) if person else Actor("demo")

    def _as(self, party: Party, person: Person | None = None) -> Mover[Party]:
        return Mover(self._actor(person), frozenset({party}))

    def _pass(self, days: float) -> None:
        self.at += dt.timedelta(days=days, minutes=self.dice.randint(-40, 40))

    def _move(
        self, event: Event, mover: Mover[Party], target: State | None = None, /, **data: object
    ) -> None:
        PERMITS.move(
            self.session,
            self.case,
            event,
            mover,
            seen=self.case.version,
            now=self.at,
            target=target,
            data=data,
        )

    def fill_in(self, applicant: str) -> None:
        """The applicant fills the application in."""
        proposal = self._proposal() if self.settings.has_building else Proposal()
        told = proposal.to_json(get_srid(self.session))
        draft = services.Draft(
            parcel_number=self.lot.number,
            applicant_name=applicant,
            description=self.dice.choice(words.DESCRIPTIONS[self.case.type_code]),
            proposal={name: value for name, value in told.items() if value is not None},
        )
        services.save(self.session, self.case, self.case.version, draft)
        self._bring_papers()
        if self.settings.has_building:
            found = check(self.session, self.lot.number, proposal, self.at.date())
            self.case.precheck = stored_json(found, get_srid(self.session))
            self.session.flush()

    def _bring_papers(self) -> None:
        """The documents that the kind asks for: a sheet each that says what it stands for."""
        visitor = Visitor(self.case, None, self._actor(None), Audience.PARTIES)
        for each in self.settings.documents:
            if each.is_required:
                documents.bring(
                    self.session,
                    self.desk,
                    visitor,
                    sheet(each.en),
                    f"{each.code}.pdf",
                    kind=each.code,
                    kinds=self.settings.documents,
                    title=each.fa,
                )

    def _show_papers(self) -> None:
        """What everybody may see is shown when the case is registered: drawings, not deeds."""
        intake = self.staff.intake
        visitor = Visitor(self.case, intake, self._actor(intake), Audience.STAFF)
        for each in list_documents(self.session, self.case, Audience.STAFF):
            if each.kind in _SHOWN:
                documents.set_visibility(self.session, visitor, each.id, Visibility.PUBLIC, seen=each.version)

    def _proposal(self) -> Proposal:
        floors = self.dice.randint(2, 5)
        footprint_m2 = round(self.lot.area_m2 * self.dice.uniform(0.48, 0.6), 1)
        return Proposal(
            footprint_m2=footprint_m2,
            floors=floors,
            height_m=round(2.4 + 3.3 * floors, 1),
            floor_area_m2=round(footprint_m2 * floors * 0.95, 1),
            use="residential",
            dwellings=floors * max(1, round(footprint_m2 / 130)),
            parking=floors * max(1, round(footprint_m2 / 130)),
        )

    def submit(self, days: float = 1) -> None:
        """The applicant declares and hands it in."""
        self._pass(days)
        services.declare(self.session, self.case, self.case.version, self.at)
        mover = self._as(Party.APPLICANT)
        services.submit(self.session, self.case, mover, self.case.version, self.at, "jalali")

    def accept(self, days: float = 2) -> None:
        """The fee is paid and the check of documents begins."""
        self._pass(days)
        intake = self._actor(self.staff.intake)
        services.settle_fee(self.session, intake, self.case, self.case.version, self.at)
        self._move(Event.ACCEPT, self._as(Party.INTAKE, self.staff.intake))

    def ask(self, days: float = 2) -> None:
        """Something is missing: the clock stands still."""
        self._pass(days)
        is_checking = self.case.state is State.CHECKING
        person = self.staff.intake if is_checking else self.officer
        kind = "architectural" if is_checking and self._has_document("architectural") else ""
        asked = assessment.Ask(words.ASKED_DOCUMENT if kind else words.ASKED_INFORMATION, kind)
        mover = self._as(Party.INTAKE if is_checking else Party.OFFICER, person)
        assessment.ask(self.session, self.case, mover, self.case.version, self.at, [asked])

    def _has_document(self, code: str) -> bool:
        return any(each.code == code for each in self.settings.documents)

    def answer(self, days: float = 6) -> None:
        """The applicant answers: the clock goes on."""
        self._pass(days)
        for request in assessment.list_requests(self.session, self.case):
            if request.answered_at is None:
                assessment.answer(
                    self.session, self.case, request.id, self.case.version, self.at, words.ANSWERED
                )
        assessment.send_answers(
            self.session, self.case, self._as(Party.APPLICANT), self.case.version, self.at
        )

    def validate(self, days: float = 2) -> None:
        """It is complete, registered, and given to an officer."""
        self._pass(days)
        mover = self._as(Party.INTAKE, self.staff.intake)
        services.validate(self.session, self.case, mover, self.case.version, self.at, self.at.date())
        self._show_papers()

    def publicise(self, days: float = 1) -> None:
        """It is opened for comments."""
        self._pass(days)
        self._assign()
        mover = self._as(Party.OFFICER, self.officer)
        hearing.publicise(self.session, self.case, mover, self.case.version, self.at)

    def _assign(self) -> None:
        if self.case.officer_id is None:
            services.assign(
                self.session, self._actor(self.staff.reviewer), self.case, self.officer, self.case.version
            )

    def comment(self, count: int, days: float = 1) -> None:
        """Neighbours and others say what they think."""
        for stance, text in self.dice.sample(words.COMMENTS, count):
            self._pass(days)
            said = hearing.comment(self.session, self.case, hearing.Said(Stance(stance), text), self.at)
            said.receipt = self._code(10)
        self.session.flush()

    def assess(self, days: float = 2) -> None:
        """The assessment begins."""
        self._pass(days)
        self._assign()
        self._move(Event.ASSESS, self._as(Party.OFFICER, self.officer))

    def recommend(self, outcome: State, days: float = 3) -> None:
        """Checks are done, comments answered and a decision recommended."""
        self._pass(days)
        by = self._actor(self.officer)
        for each in self.settings.checks:
            assessment.enter_check(self.session, by, self.case, each.code, 0, self.at, CheckResult.PASSED, "")
        for number, said in enumerate(hearing.list_comments(self.session, self.case)):
            if said.must_answer:
                text = words.ANSWERS[number % len(words.ANSWERS)]
                hearing.answer_comment(self.session, by, self.case, said.id, said.version, self.at, text)
        if outcome is State.GRANTED_CONDITIONS:
            self._set_conditions()
        mover = self._as(Party.OFFICER, self.officer)
        self._move(Event.RECOMMEND, mover, outcome=outcome.value, reason=words.RECOMMENDED)

    def _set_conditions(self) -> None:
        chosen = self.settings.conditions[:3]
        conditions = [assessment.ConditionText(each.fa, each.is_required, each.code) for each in chosen]
        conditions.append(assessment.ConditionText("طبقهٔ آخر دست‌کم یک متر و نیم از لبهٔ بام عقب بنشیند."))
        assessment.set_conditions(self.session, self.case, self.case.version, conditions)

    def refer(self, days: float = 1, meets_in: int = 12) -> None:
        """It goes before the committee."""
        self._pass(days)
        meeting = (self.at + dt.timedelta(days=meets_in)).date().isoformat()
        mover = self._as(Party.REVIEWER, self.staff.reviewer)
        self._move(Event.REFER, mover, meeting_on=meeting, reason=words.REFERRED)

    def decide(self, outcome: State, days: float = 3) -> None:
        """Somebody else than the officer decides."""
        self._pass(days)
        reasons = {State.GRANTED: words.GRANTED, State.GRANTED_CONDITIONS: words.CONDITIONED}
        mover = self._as(Party.REVIEWER, self.staff.reviewer)
        self._move(Event.DECIDE, mover, outcome, reason=reasons.get(outcome, words.REFUSED))

    def appeal(self, days: float = 9) -> None:
        """An appeal within its period."""
        self._pass(days)
        self._move(Event.APPEAL, self._as(Party.APPLICANT), reason=words.APPEALED)

    def rule(self, ruling: State, days: float = 18) -> None:
        """The appeal is ruled on by somebody who did not decide."""
        self._pass(days)
        if ruling is State.VARIED:
            self._set_conditions()
        mover = self._as(Party.REVIEWER, self.staff.second_reviewer)
        self._move(Event.RULE, mover, ruling, order=words.ORDER, reason=words.RULING)

    def commence(self, days: float = 30) -> None:
        """The conditions that come first are met and works start."""
        self._pass(days)
        for each in assessment.list_conditions(self.session, self.case):
            if each.before_start:
                by = self._actor(self.staff.inspector)
                assessment.mark_met(self.session, by, self.case, each.number, self.case.version, self.at, "")
        self._move(Event.COMMENCE, self._as(Party.APPLICANT))

    def inspect(self, visits: int, days: float = 45, *, fails_first: bool = False) -> None:
        """The first so many of the type's inspections; the first one may have to be done again."""
        mover = self._as(Party.INSPECTOR, self.staff.inspector)
        wanted = [each.code for each in self.settings.inspections[:visits]]
        results = [(code, InspectionResult.PASSED, words.PASSED_VISIT) for code in wanted]
        if fails_first and wanted:
            results.insert(0, (wanted[0], InspectionResult.FAILED, words.FAILED_VISIT))
        for code, result, note in results:
            self._pass(days)
            visit = inspections.Visit(self._code(12), code, result, note, self.at)
            inspections.inspect(self.session, self.case, mover, self.case.version, self.at, visit)

    def end(self, event: Event, days: float = 3) -> None:
        """One of the ends: completed, lapsed, revoked, returned, withdrawn, closed."""
        self._pass(days)
        ends: dict[Event, tuple[Party, Person | None, dict[str, str]]] = {
            Event.COMPLETE: (Party.INSPECTOR, self.staff.inspector, {}),
            Event.LAPSE: (Party.CLOCK, None, {}),
            Event.SILENCE: (Party.CLOCK, None, {}),
            Event.REVOKE: (
                Party.REVIEWER,
                self.staff.reviewer,
                {"reason": words.REVOKED, "order": words.REVOKING_ORDER},
            ),
            Event.RETURN: (Party.INTAKE, self.staff.intake, {"reason": words.RETURNED}),
            Event.WITHDRAW: (Party.APPLICANT, None, {"reason": words.WITHDRAWN}),
            Event.CLOSE: (Party.OFFICER, self.officer, {"reason": words.CLOSED}),
        }
        party, person, data = ends[event]
        self._move(event, self._as(party, person), **data)
