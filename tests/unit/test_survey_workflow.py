"""The surveys' table: every state by every event, as it says and no more; and every finding has its words."""

import re

import pytest

from core.geofiles.messages import MESSAGES as FILE_MESSAGES
from core.i18n import speaking
from parcels.surveys.checking import ASKS
from parcels.surveys.messages import MESSAGES, mend, sentence
from parcels.surveys.states import Event, Kind, Party, State
from parcels.surveys.workflow import OPEN, TABLE, WORKFLOW

S, E = State, Event
WAYS = {
    (S.CHECKING, E.ASK): S.NEEDS_ANSWERS,
    (S.CHECKING, E.FINISH): S.CHECKED,
    (S.NEEDS_ANSWERS, E.ANSWER): S.CHECKING,
    (S.CHECKED, E.ANSWER): S.CHECKING,
    (S.SENT_BACK, E.ANSWER): S.CHECKING,
    (S.CHECKED, E.RECHECK): S.CHECKING,
    (S.SUBMITTED, E.RECHECK): S.CHECKING,
    (S.SENT_BACK, E.RECHECK): S.CHECKING,
    (S.CHECKED, E.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, E.APPROVE): S.APPROVED,
    (S.SUBMITTED, E.REJECT): S.REJECTED,
    (S.SUBMITTED, E.SEND_BACK): S.SENT_BACK,
    (S.APPROVED, E.REVERT): S.REVERTED,
    **{(state, E.WITHDRAW): S.WITHDRAWN for state in OPEN},
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_state_by_event(state: State, event: Event) -> None:
    line = WORKFLOW.find(state, event)
    wanted = WAYS.get((state, event))
    assert (line.targets if line else ()) == ((wanted,) if wanted else ())


def test_no_step_is_both_the_surveyors_and_the_approvers_but_looking_again() -> None:
    for line in TABLE:
        if line.event is not Event.RECHECK:
            assert len(line.parties) == 1
    deciding = {Event.APPROVE, Event.REJECT, Event.SEND_BACK, Event.REVERT}
    assert {line.event for line in TABLE if line.parties == {Party.APPROVER}} == deciding


@pytest.mark.parametrize("code", sorted({*MESSAGES, *ASKS}))
def test_every_finding_is_said_in_both_languages(code: str) -> None:
    params = dict.fromkeys(names_in(code), 1) | {"kind": code.removeprefix("kind.")}
    asked = "kind.unexpected" if code.startswith("kind.") else code
    told = set()
    for language in ("en", "fa"):
        with speaking(language):
            told.add(sentence(asked, params))
            mend(asked, params)
            assert "%(" not in sentence(asked, params)
    assert len(told) == 2, "the Persian is not the English"


def names_in(code: str) -> set[str]:
    text = MESSAGES[code].text if code in MESSAGES else FILE_MESSAGES[code].text
    return set(re.findall(r"%\((\w+)\)s", text))


def test_every_kind_that_can_be_wrong_has_its_sentence() -> None:
    assert {f"kind.{kind.value}" for kind in Kind if kind is not Kind.UPDATE} <= set(MESSAGES)
