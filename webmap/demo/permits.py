"""The demo city's permits: some in every state, lived through over the last two years by the real services."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Person
from accounts.permissions import Role
from core.audit import COMMAND
from core.documents.services import Desk
from parcels.models import Parcel
from permits.states import Event, State
from webmap.demo.case_story import Lot, Staff, Story
from webmap.demo.dice import dice
from webmap.demo.names import PEOPLE

_PEOPLE: tuple[tuple[str, str, Role], ...] = (
    ("intake@demo.example", "نرگس بهرامی", Role.INTAKE),
    ("officer@demo.example", "سارا کریمی", Role.OFFICER),
    ("officer2@demo.example", "امید رستگار", Role.OFFICER),
    ("reviewer@demo.example", "کاوه مهاجر", Role.REVIEWER),
    ("reviewer2@demo.example", "مینا سهرابی", Role.REVIEWER),
    ("inspector@demo.example", "لیلا شکوهی", Role.INSPECTOR),
)
_FIRST_NAMES = ("مریم", "رضا", "زهرا", "علی", "شیرین", "حسن", "نسرین", "بهرام", "پروین", "فرهاد")
_G, _GC, _R = State.GRANTED, State.GRANTED_CONDITIONS, State.REFUSED

Play = Callable[[Story], None]
"""What happens in a story after the application was filled in."""


def _checked(story: Story) -> None:
    story.submit()
    story.accept()


def _registered(story: Story) -> None:
    """Five days."""
    _checked(story)
    story.validate()


def _opened(comments: int) -> Play:
    """Six days, and one for each comment."""

    def play(story: Story) -> None:
        _registered(story)
        story.publicise()
        story.comment(comments)

    return play


def _assessed(comments: int = 2) -> Play:
    """With publicity 32 days and those of the comments, else 7. Even over Nowruz ten working days fit into 26."""

    def play(story: Story) -> None:
        if story.settings.is_publicity_required:
            _opened(comments)(story)
            story.assess(26)
        else:
            _registered(story)
            story.assess()

    return play


def _recommended(outcome: State, comments: int = 2) -> Play:
    """Three days more."""

    def play(story: Story) -> None:
        _assessed(comments)(story)
        story.recommend(outcome)

    return play


def _decided(outcome: State, comments: int = 2, *then: Play) -> Play:
    """Three days more, and what follows."""

    def play(story: Story) -> None:
        _recommended(outcome, comments)(story)
        story.decide(outcome)
        for each in then:
            each(story)

    return play


def _then(*plays: Play) -> Play:
    def play(story: Story) -> None:
        for each in plays:
            each(story)

    return play


def _appealed(story: Story) -> None:
    story.appeal()


def _ruled(ruling: State) -> Play:
    return lambda story: story.rule(ruling)


def _started(story: Story) -> None:
    story.commence()


def _visited(visits: int, *, fails_first: bool = False) -> Play:
    return lambda story: story.inspect(visits, fails_first=fails_first)


def _ended(event: Event, days: float = 3) -> Play:
    return lambda story: story.end(event, days)


def _asked(story: Story) -> None:
    story.ask()


def _answered(story: Story) -> None:
    story.answer()


def _filled(_story: Story) -> None:
    return None


NEW, EXT = "new_building", "extension"
_SCRIPTS: tuple[tuple[str, int, Play], ...] = (
    # Kind, how many days ago it was begun, what happened since: so many days that it ends before today.
    (NEW, 4, _filled),
    (EXT, 21, _filled),
    (NEW, 2, lambda story: story.submit()),
    ("fence", 3, lambda story: story.submit()),
    (EXT, 6, _checked),
    ("sign", 4, _checked),
    (NEW, 9, _then(_checked, _asked)),
    ("pavement", 11, _then(_checked, _asked)),
    (NEW, 14, _then(_checked, _asked, _answered)),
    (NEW, 7, _registered),
    ("change_of_use", 8, _registered),
    ("subdivision", 9, _registered),
    (NEW, 12, _opened(5)),
    (EXT, 10, _opened(3)),
    (NEW, 9, _opened(2)),
    ("change_of_use", 11, _opened(4)),
    (EXT, 8, _opened(1)),
    (NEW, 7, _opened(0)),
    (NEW, 13, _opened(6)),
    (NEW, 40, _assessed(4)),
    (EXT, 38, _assessed(3)),
    ("demolition", 12, _assessed()),
    ("fence", 9, _assessed()),
    # The one that is overdue: thirty working days never last for a hundred days.
    (NEW, 110, _assessed(2)),
    (NEW, 45, _then(_assessed(3), _asked)),
    (EXT, 41, _then(_assessed(2), _asked)),
    ("subdivision", 16, _then(_assessed(), _asked)),
    (NEW, 44, _recommended(_GC, 4)),
    ("demolition", 13, _recommended(_G)),
    (EXT, 42, _recommended(_R, 3)),
    (NEW, 46, _then(_recommended(_GC, 5), lambda story: story.refer())),
    (NEW, 43, _then(_recommended(_R, 2), lambda story: story.refer())),
    (NEW, 52, _decided(_G, 2)),
    (EXT, 75, _decided(_G, 1)),
    ("fence", 20, _decided(_G)),
    ("sign", 33, _decided(_G)),
    (NEW, 48, _decided(_GC, 4)),
    (NEW, 90, _decided(_GC, 3)),
    ("demolition", 25, _decided(_GC)),
    (EXT, 51, _decided(_GC, 2)),
    (NEW, 50, _decided(_R, 5)),
    ("change_of_use", 140, _decided(_R, 3)),
    ("sign", 60, _decided(_R)),
    (NEW, 62, _decided(_GC, 4, _appealed)),
    (EXT, 60, _decided(_R, 2, _appealed)),
    (NEW, 160, _decided(_G, 3, _appealed, _ruled(State.UPHELD))),
    (NEW, 200, _decided(_GC, 4, _appealed, _ruled(State.VARIED))),
    (EXT, 230, _decided(_R, 2, _appealed, _ruled(State.REVERSED))),
    (NEW, 150, _decided(_GC, 3, _started)),
    (NEW, 220, _decided(_GC, 2, _started, _visited(1))),
    (NEW, 310, _decided(_G, 2, _started, _visited(2, fails_first=True))),
    (EXT, 180, _decided(_G, 1, _started, _visited(1))),
    ("demolition", 70, _decided(_G, 0, _started)),
    (NEW, 700, _decided(_GC, 3, _started, _visited(3), _ended(Event.COMPLETE))),
    (NEW, 640, _decided(_G, 2, _started, _visited(3, fails_first=True), _ended(Event.COMPLETE))),
    (EXT, 520, _decided(_GC, 1, _started, _visited(2), _ended(Event.COMPLETE))),
    ("fence", 260, _decided(_G, 0, _started, _visited(1), _ended(Event.COMPLETE))),
    (NEW, 560, _decided(_G, 2, _ended(Event.LAPSE, 370))),
    (NEW, 330, _decided(_GC, 2, _started, _visited(1), _ended(Event.REVOKE))),
    (NEW, 120, _then(_checked, _asked, _ended(Event.SILENCE, 40))),
    (EXT, 90, _then(_registered, _ended(Event.WITHDRAW))),
    ("change_of_use", 100, _then(_assessed(1), _ended(Event.CLOSE))),
)


def add_permits(session: Session, seed: int, today: dt.date, desk: Desk) -> int:
    """Bring in the permits; flushes. Returns how many. The same seed and day give the same permits."""
    staff = _hire(session)
    lots = _choose_lots(session, seed, len(_SCRIPTS))
    # Noon in Tehran is inside every office's hours; each step then strays by minutes.
    noon = dt.datetime.combine(today, dt.time(8, 30), dt.UTC)
    stories = zip(_SCRIPTS, lots, strict=False)
    for number, ((type_code, days_ago, play), lot) in enumerate(stories):
        luck = dice(seed, "permit", number)
        story = Story(session, staff, desk, type_code, lot, noon - dt.timedelta(days=days_ago), luck)
        story.fill_in(f"{luck.choice(_FIRST_NAMES)} {luck.choice(PEOPLE)[0]}")
        play(story)
    # Nobody is to get a letter about what never happened.
    session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'permits.notice'"))
    return len(lots)


def _hire(session: Session) -> Staff:
    people: list[Person] = []
    for email, name, role in _PEOPLE:
        person = accounts.create_person(session, COMMAND, email, name=name)
        accounts.grant(session, COMMAND, person, role, "demo")
        people.append(person)
    intake, *officers, reviewer, second, inspector = people
    return Staff(intake, tuple(officers), reviewer, second, inspector)


def _choose_lots(session: Session, seed: int, count: int) -> list[Lot]:
    """Parcels of homes strewn over the city, none of them large."""
    highest = session.scalar(select(Parcel.id).order_by(Parcel.id.desc()).limit(1)) or 0
    luck = dice(seed, "permit lots")
    tried = luck.sample(range(1, highest + 1), min(highest, count * 12))
    asked = select(Parcel.id, Parcel.number, Parcel.area_m2).where(
        Parcel.id.in_(tried), Parcel.valid_to.is_(None), Parcel.land_use == "residential",
        Parcel.area_m2.between(90, 900),
    )  # fmt: skip
    found = {row.id: Lot(row.number, row.area_m2) for row in session.execute(asked)}
    return [found[each] for each in tried if each in found][:count]
