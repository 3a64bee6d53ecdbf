"""Who is shown what: the one rule, and that every field of every schema says whom it is meant for."""

import dataclasses
import gc

import pytest

import webmap.wiring  # noqa: F401  (brings in every room, so that every schema is known)
from core import visibility
from core.visibility import Audience, Visibility, is_shown, seen_by, shown_by_field, shown_to


@pytest.mark.parametrize(
    ("meant_for", "shown"),
    [
        (Visibility.PUBLIC, {Audience.PUBLIC, Audience.PARTIES, Audience.STAFF}),
        (Visibility.PARTIES, {Audience.PARTIES, Audience.STAFF}),
        (Visibility.STAFF, {Audience.STAFF}),
    ],
)
def test_the_one_rule(meant_for: Visibility, shown: set[Audience]) -> None:
    assert {each for each in Audience if is_shown(meant_for, each)} == shown
    assert {each for each in Audience if meant_for in visibility.visibilities_for(each)} == shown


def test_a_word_that_is_none_shows_nothing() -> None:
    with pytest.raises(KeyError):
        is_shown("everybody", Audience.STAFF)


@shown_by_field
class Note:
    text: str = seen_by(Visibility.PUBLIC)
    author: str = seen_by(Visibility.STAFF)


@shown_by_field
class Case:
    reference: str = seen_by(Visibility.PUBLIC)
    applicant: str = seen_by(Visibility.PARTIES)
    notes: list[Note] = seen_by(Visibility.PUBLIC, default_factory=list)
    advice: Note | None = seen_by(Visibility.STAFF, default=None)


def test_each_audience_gets_its_fields_down_to_the_last_list() -> None:
    case = Case("P-1", "Laleh", [Note("ok", "Zahra")], Note("grant", "Ali"))
    assert shown_to(case, Audience.PUBLIC) == {"reference": "P-1", "notes": [{"text": "ok"}]}
    assert shown_to(case, Audience.PARTIES) == {
        "reference": "P-1",
        "applicant": "Laleh",
        "notes": [{"text": "ok"}],
    }
    assert shown_to(case, Audience.STAFF)["advice"] == {"text": "grant", "author": "Ali"}
    assert shown_to({"case": (case,)}, Audience.PUBLIC)["case"][0].keys() == {"reference", "notes"}


def test_a_field_that_does_not_say_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="name does not say"):

        @shown_by_field
        class Forgetful:
            text: str = seen_by(Visibility.PUBLIC)
            name: str = "Laleh"


def test_a_dataclass_of_another_manner_is_not_shown_at_all() -> None:
    @dataclasses.dataclass
    class Plain:
        secret: str = "s"

    with pytest.raises(TypeError, match="secret does not say"):
        shown_to([Plain()], Audience.STAFF)


def test_every_field_of_every_schema_says_who_may_see_it() -> None:
    schemas = set(visibility.SCHEMAS)
    declared = [
        (schema.__qualname__, each.name, each.metadata.get("seen_by"))
        for schema in schemas
        for each in dataclasses.fields(schema)
    ]
    assert len(declared) > 5
    assert [told for told in declared if not isinstance(told[2], Visibility)] == []
    # And no dataclass uses the fields without the decorator that checks them all.
    elsewhere = [
        kind.__qualname__
        for kind in gc.get_objects()
        if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind not in schemas
        and any("seen_by" in each.metadata for each in dataclasses.fields(kind))
        and kind.__qualname__.partition(".")[0] != "test_a_field_that_does_not_say_cannot_be_declared"
    ]  # fmt: skip
    assert elsewhere == []
