"""Search forgives letters, digits, half-spaces and slips, puts the sure ones first, and scans no table."""

import re
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from parcels import hits
from parcels.hits import Hit, Kind
from parcels.question import read_question
from parcels.search import nearest_names, search

MORE = """
INSERT INTO street (id, name_fa, name_en) VALUES
  (11, 'بلوار ولی‌عصر', 'Vali-e Asr Boulevard'), (12, 'کوچهٔ لاله ۳', 'Laleh Alley 3'),
  (13, 'کوچهٔ لاله ۱۳', 'Laleh Alley 13'), (14, 'میدان آزادی', 'Azadi Square'), (15, '', 'Massachusetts Ave'),
  (16, 'خیابان لاله', 'Laleh Street'), (17, 'خیابان بی‌خانه', 'Houseless Street');
UPDATE street SET geom = (SELECT geom FROM street WHERE id = 1) WHERE id BETWEEN 11 AND 16;
INSERT INTO parcel (number, street_id, house_number, geom)
SELECT '9-' || street || '-' || house, street, house, geom
FROM (VALUES (11, 25), (12, 12), (13, 12), (15, 77), (16, 3)) AS given (street, house), parcel WHERE number = '1-1-1';
INSERT INTO feature (layer_id, key, name_fa, name_en, geom)
SELECT 1, name, name, en, ST_SetSRID(ST_MakePoint(540010, 3900010), 32639)
FROM (VALUES ('مدرسهٔ حافظ', 'Hafez School'), ('کتابخانهٔ سعدی', 'Saadi Library')) AS given (name, en);
"""


@pytest.fixture
def town(city: Session) -> Session:
    city.execute(text(MORE))
    return city


def best(session: Session, typed: str) -> Hit | None:
    found = search(session, typed, 10)
    return found[0] if found else None


def told(hit: Hit | None) -> tuple[str, str] | None:
    return None if hit is None else (hit.kind.value, hit.number or hit.name_en)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        # Parcel numbers, as issued and as people write them.
        ("1-1-2", ("parcel", "1-1-2")),
        ("01-001-0002", ("parcel", "1-1-2")),
        ("۱-۱-۲", ("parcel", "1-1-2")),
        ("١/١/٢", ("parcel", "1-1-2")),
        ("1 1 2", ("parcel", "1-1-2")),
        ("9-11", ("parcel", "9-11-25")),
        # Streets in either script, with slips.
        ("شریعتی", ("street", "Shariati Street")),
        ("شريعتي", ("street", "Shariati Street")),
        ("خیابان شریعتی", ("street", "Shariati Street")),
        ("خیابان‌شریعتی", ("street", "Shariati Street")),
        ("شرعتی", ("street", "Shariati Street")),
        ("شریعت", ("street", "Shariati Street")),
        ("Shariati", ("street", "Shariati Street")),
        ("shariaty st", ("street", "Shariati Street")),
        ("SHARIATI STREET", ("street", "Shariati Street")),
        ("street shariati", ("street", "Shariati Street")),
        ("shar", ("street", "Shariati Street")),
        ("ولیعصر", ("street", "Vali-e Asr Boulevard")),
        ("ولی عصر", ("street", "Vali-e Asr Boulevard")),
        ("ولي‌عصر", ("street", "Vali-e Asr Boulevard")),
        ("آزادی", ("street", "Azadi Square")),
        ("ازادي", ("street", "Azadi Square")),
        ("massachusets av", ("street", "Massachusetts Ave")),
        ("خیابان لاله", ("street", "Laleh Street")),
        ("کوچه لاله", ("street", "Laleh Alley")),
        ("کوچه لاله ۱۳", ("street", "Laleh Alley 13")),
        ("كوچه لاله 3", ("street", "Laleh Alley 3")),
        # Addresses: the street, then the house.
        ("شریعتی ۴", ("address", "1-1-2")),
        ("خیابان شریعتی، پلاک ۴", ("address", "1-1-2")),
        ("4 Shariati Street", ("address", "1-1-2")),
        ("Shariati St. No. 4", ("address", "1-1-2")),
        ("shariaty 4", ("address", "1-1-2")),
        ("کوچهٔ لاله ۳، پلاک ۱۲", ("address", "9-12-12")),
        ("کوچه لاله ۱۳ پلاک ۱۲", ("address", "9-13-12")),
        ("77 Massachusetts Ave", ("address", "9-15-77")),
        ("بلوار ولیعصر پلاک ۲۵", ("address", "9-11-25")),
        # Facilities.
        ("درمانگاه مرکزی", ("facility", "Central Clinic")),
        ("درمانگاه مركزي", ("facility", "Central Clinic")),
        ("central clinik", ("facility", "Central Clinic")),
        ("clinic central", ("facility", "Central Clinic")),
        ("حافظ", ("facility", "Hafez School")),
        ("مدرسه حافظ", ("facility", "Hafez School")),
        ("کتابخانه‌ی سعدی", ("facility", "Saadi Library")),
        # Nothing.
        ("", None),
        ("  ،؛ ", None),
        ("ژپچگ", None),
        ("zzzz qqqq", None),
        ("7777777", None),
    ],
)
def test_what_was_meant_comes_first(town: Session, typed: str, expected: tuple[str, str] | None) -> None:
    assert told(best(town, typed)) == expected


def test_the_exact_number_precedes_those_that_begin_with_it(city: Session) -> None:
    city.execute(
        text("INSERT INTO parcel (number, geom) SELECT '1-1', geom FROM parcel WHERE number = '1-1-1'")
    )
    assert [hit.number for hit in search(city, "1-1", 3)] == ["1-1", "1-1-1", "1-1-2"]


def test_a_prefix_ends_where_it_ends(city: Session) -> None:
    city.execute(
        text("""
        INSERT INTO parcel (number, geom)
        SELECT given, geom FROM unnest(ARRAY['2', '1-2', '1-10', '10-1', '1-1-9-ب']) AS given, parcel
        WHERE number = '1-1-1'
        """)
    )
    found = {hit.number for hit in search(city, "1-1-", 20) if hit.kind is Kind.PARCEL}
    assert found == {*(f"1-1-{n}" for n in range(1, 7)), "1-10", "1-1-9-ب"}


def test_a_number_that_is_no_more_is_still_found(city: Session) -> None:
    city.execute(text("UPDATE parcel SET valid_to = DATE '2024-01-01' WHERE number = '1-1-3'"))
    assert [hit.number for hit in search(city, "1-1-3", 5)] == ["1-1-3"]
    assert "1-1-3" not in [hit.number for hit in search(city, "1-1", 20)]
    assert "1-1-3" not in [hit.number for hit in search(city, "شریعتی ۶", 20)]


def test_no_kind_crowds_out_another(city: Session) -> None:
    city.execute(
        text("""
        INSERT INTO street (name_fa, geom) SELECT 'کوچهٔ لاله ' || n, geom FROM generate_series(1, 40) AS n, street
        WHERE id = 1;
        INSERT INTO feature (layer_id, key, name_fa, geom)
        SELECT 1, 'l', 'درمانگاه لاله', geom FROM feature WHERE key = 'c1'
        """)
    )
    found = search(city, "لاله", 10)
    assert len(found) == 10
    assert "درمانگاه لاله" in [hit.name_fa for hit in found]


def test_where_things_are(town: Session) -> None:
    street = best(town, "شریعتی")
    assert street is not None
    assert (street.lon, street.lat) == pytest.approx((51.43965, 35.242871), abs=1e-5)
    parcel = best(town, "1-1-1")
    assert parcel is not None
    assert (parcel.lon, parcel.lat) == pytest.approx((51.4398686, 35.2426842), abs=1e-7)


def test_a_street_known_by_its_addresses_lies_where_they_lie(city: Session) -> None:
    city.execute(text("UPDATE street SET geom = NULL WHERE id = 1"))
    street = best(city, "شریعتی")
    assert street is not None
    assert 35.2424 < street.lat < 35.2429


def test_a_street_that_lies_nowhere_is_not_told(town: Session) -> None:
    assert [hit for hit in search(town, "houseless", 10) if hit.name_en == "Houseless Street"] == []


def test_the_limit_is_kept(town: Session) -> None:
    for limit in (1, 2, 5):
        assert len(search(town, "1", limit)) == limit


@pytest.mark.parametrize(
    "typed", ["%", "_", "\\", "'; DROP TABLE parcel; --", "%(x)s", "a:b", "1" * 200, "۱" * 200, "🏠"]
)
def test_nothing_typed_breaks_it(town: Session, typed: str) -> None:
    search(town, typed, 10)
    assert town.scalar(text("SELECT count(*) FROM parcel")) == 11


def test_a_city_without_anything_finds_nothing(session: Session) -> None:
    assert search(session, "شریعتی ۱۲", 10) == []


BIG = ("parcel", "parcel_lineage", "street", "feature", "name_word", "zone")
# Names of few letters in thousands of mixtures, as a great city has them.
A_BIG_TOWN = """
INSERT INTO street (name_fa, name_en, geom)
SELECT 'کوچهٔ ' || translate(md5(n::text), '0123456789abcdef', 'ابپتجخدرزسشفکلمن'), 'Alley ' || md5(n::text), geom
FROM generate_series(1, 6000) AS n, street WHERE street.id = 1;
INSERT INTO feature (layer_id, key, name_fa, name_en, geom)
SELECT 1, 'k' || n, translate(md5(n::text), '0123456789abcdef', 'ابپتجخدرزسشفکلمن'), 'Hall ' || md5(n::text), geom
FROM generate_series(1, 6000) AS n, feature WHERE key = 'c1';
INSERT INTO parcel (number, street_id, house_number, geom)
SELECT '7-' || n, 101 + n % 6000, n / 6000, geom FROM generate_series(1, 12000) AS n, parcel WHERE number = '1-1-1';
-- What waits to be put into an index makes it look dear; in a city it has long been put there.
SELECT gin_clean_pending_list(index::regclass) FROM unnest(ARRAY['street_name_folded_idx', 'street_name_sound_idx',
    'feature_name_folded_idx', 'feature_name_sound_idx', 'name_word_word_idx']) AS index;
ANALYZE street; ANALYZE feature; ANALYZE parcel; ANALYZE name_word
"""


def overheard(town: Session, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The plans of all that is asked for an address, numbers, slips, sounds, words run together and a zone."""
    asked: list[tuple[Any, dict[str, Any]]] = []
    execute = town.execute

    def overhear(statement: Any, values: Any = None, **kwargs: Any) -> Any:
        asked.append((statement, values or {}))
        return execute(statement, values, **kwargs)

    town.execute(text("UPDATE parcel SET valid_to = DATE '2024-01-01' WHERE number = '1-1-3'"))
    monkeypatch.setattr(town, "execute", overhear)
    for typed in (
        "کوچه لاله 3 پلاک 12",
        "1-1-2",
        "1-1-3",
        "shareeaty",
        "valiasr",
        "خیابان شریعتی، کوچه حافظ",
        "S213",
    ):
        search(town, typed, 10)
    nearest_names(town, "sharq", 5)
    monkeypatch.undo()
    return [explain(town, statement, values) for statement, values in asked if "FROM" in str(statement)]


def test_no_search_reads_a_whole_table(town: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    town.execute(text("SET LOCAL enable_seqscan = off"))
    plans = overheard(town, monkeypatch)
    assert len(plans) >= 40
    for plan in plans:
        assert not any(re.search(rf"Seq Scan on {table}\b", plan) for table in BIG), plan


def test_the_planner_takes_the_indexes_of_a_big_town(town: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    town.execute(text(A_BIG_TOWN))
    plans = overheard(town, monkeypatch)
    # The list of words is short enough here to be read through as cheaply; a city's zones are some hundreds.
    big = [table for table in BIG if table not in ("name_word", "zone")]
    for plan in plans:
        assert not any(re.search(rf"Seq Scan on {table}\b", plan) for table in big), plan
    used = {index for plan in plans for index in re.findall(r"(?:using|Index Scan on) (\w+)", plan)}
    assert used >= {
        "parcel_number_key_idx", "parcel_street_id_house_number_idx", "street_name_folded_idx", "street_name_sound_idx",
        "feature_name_folded_idx", "feature_name_sound_idx", "name_word_sound_idx",
    }  # fmt: skip


def explain(session: Session, statement: Any, values: dict[str, Any]) -> str:
    """The plan for these very values: for NULLs in their place it would be another."""
    compiled = statement.compile(
        dialect=postgresql.psycopg2.dialect(),  # type: ignore[no-untyped-call]
        compile_kwargs={"render_postcompile": True},
    )
    rows = session.connection().exec_driver_sql(f"EXPLAIN {compiled}", {**compiled.params, **values})
    return "\n".join(row[0] for row in rows)


def test_what_is_not_shown_to_the_public_is_neither_found_nor_offered(town: Session) -> None:
    town.execute(
        text("""
        INSERT INTO layer (id, slug, name_fa, name_en, domain, geometry_kind, visibility)
        VALUES (9, 'vaults', 'خزانه‌ها', 'Vaults', 'economy', 'point', 'staff');
        INSERT INTO feature (layer_id, key, name_fa, name_en, geom)
        SELECT 9, 'v', 'خزانهٔ گنجینه', 'Ganjineh Vault', geom FROM feature WHERE key = 'c1'
        """)
    )
    for typed in ("گنجینه", "گنجینة", "ganjineh", "gnjineh", "Ganjine Volt", "ganjinehvault"):
        assert [hit.name_en for hit in search(town, typed, 10)] == []
        assert "Ganjineh Vault" not in [hit.name_en for hit in nearest_names(town, typed, 10)]


@pytest.mark.parametrize(
    ("typed", "words", "numbers", "plate"),
    [
        ("خیابان شریعتی، کوچهٔ لاله، پلاک ۱۲", ("خیابان", "شریعتی", "کوچه", "لاله"), (12,), 12),
        ("12 Main St", ("main", "st"), (12,), None),
        ("2-15-34-8", (), (2, 15, 34, 8), None),
        ("۱۲", ("12",), (12,), None),
        ("", (), (), None),
        ("99999999 x", ("x",), (), None),
    ],
)
def test_a_question_taken_apart(
    typed: str, words: tuple[str, ...], numbers: tuple[int, ...], plate: int | None
) -> None:
    question = read_question(typed)
    assert (question.words, question.numbers, question.plate) == (words, numbers, plate)


def test_common_words_do_not_decide_unless_alone() -> None:
    assert read_question("خیابان لاله").telling_words == ("لاله",)
    assert read_question("خیابان").telling_words == ("خیابان",)


def test_the_order_of_kinds_is_that_of_equals() -> None:
    kinds = ["parcel", "address", "street", "facility", "zone", "permit", "coordinates"]
    assert [kind.value for kind in Kind] == kinds
    assert hits.EXACT_NUMBER < hits.EXACT_NAME < hits.EXACT_ADDRESS < hits.NUMBER_BEGINS < hits.ALIKE_NAME
