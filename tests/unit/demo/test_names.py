"""Names come in both scripts, each once, written as Persian is written."""

import pytest

from core.text import fold
from webmap.demo.names import FORMS, GRAND, LOCAL, NameBook

PERSIAN = set("آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیءئأؤٔ‌ ۰۱۲۳۴۵۶۷۸۹")


@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_form_gives_no_name_twice(form: str) -> None:
    book = NameBook(7)
    wanted = 7 * len(FORMS[form][2])
    names = [book.take(form) for _ in range(wanted)]
    assert len({fa for fa, _ in names}) == len({en for _, en in names}) == wanted


def test_no_two_streets_of_a_metropolis_share_a_name() -> None:
    book = NameBook(7)
    forms = ("expressway", "boulevard", "street", "local", "alley", "passage", "dead_end")
    names = [book.take(form) for form in forms for _ in range(9000)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("form", sorted(FORMS))
def test_names_are_persian_in_persian_and_latin_in_english(form: str) -> None:
    book = NameBook(7)
    for _ in range(3 * len(FORMS[form][2])):
        fa, en = book.take(form)
        assert set(fa) <= PERSIAN, fa
        assert en.isascii()
        assert en == en.strip()


def test_names_fold_to_something_that_can_be_found() -> None:
    # Two avenues that fold alike could not be told apart by whoever searches for one.
    assert len({fold(fa) for fa, _ in GRAND}) == len(GRAND)
    assert all(fold(fa) and fold(en) for fa, en in GRAND)
    assert fold("كوچه لاله") in fold("کوچهٔ لاله ۳")


def test_small_streets_never_take_an_avenues_name() -> None:
    assert LOCAL
    assert not set(LOCAL) & set(GRAND)


def test_another_seed_names_in_another_order() -> None:
    first, second = NameBook(1), NameBook(2)
    assert [first.take("street") for _ in range(9)] != [second.take("street") for _ in range(9)]
