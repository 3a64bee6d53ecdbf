"""Which column means what: as said, else by name and content; what nobody can tell is asked."""

from typing import Any

import pytest

from core.errors import Unprocessable
from core.fields import as_text, choose_field, guess_field, plain_name, take_sample
from core.geofiles import Field
from layers.models import BaseRole
from layers.names import find_name_fields
from layers.zoning.columns import find_columns as find_zone_columns
from parcels.columns import ParcelFields, find_columns


def fields_of(columns: dict[str, list[Any]]) -> list[Field]:
    return [Field(name, name, "text") for name in columns]


def test_names_as_they_are_compared() -> None:
    assert plain_name("Parcel_ID") == plain_name("PARCELID") == plain_name("parcelId") == "parcelid"
    assert plain_name("كد نوسازي") == plain_name("کدنوسازی")


def test_a_named_column_in_any_case() -> None:
    fields = fields_of({"ML": [], "Lot": []})
    assert choose_field(fields, "ml", "--number-field") == "ML"
    with pytest.raises(Unprocessable, match="ML, Lot"):
        choose_field(fields, "APN", "--number-field")


def test_a_name_cut_by_a_shapefile() -> None:
    assert guess_field([Field("PARCEL_NUM", "PARCEL_NUM", "text")], ["parcelnumber"]) == "PARCEL_NUM"
    assert guess_field([Field("PARCEL", "PARCEL", "text")], ["parcelnumber"]) is None


def test_numbers_as_people_write_them() -> None:
    assert [as_text(value) for value in (12.0, 12.5, None, " 7 ", 3)] == ["12", "12.5", "", "7", "3"]


def test_a_category_does_not_tell_apart() -> None:
    assert take_sample([str(n) for n in range(100)]).tells_apart
    assert not take_sample(["1", "2"] * 50).tells_apart
    assert not take_sample([None] * 100).tells_apart


def test_the_number_is_told_by_name_and_content() -> None:
    many = [f"{n}-{n}" for n in range(100)]
    columns = {
        "MAP": ["1", "2"] * 50,
        "LOT": ["1"] * 100,
        "LOC_ID": many,
        "ML": many,
        "USE": ["Residential"] * 100,
    }
    found = find_columns(fields_of(columns), columns, ParcelFields())
    assert (found.number, found.land_use, found.address) == ("ML", "USE", None)


def test_an_unsure_number_is_asked_for_with_the_columns_that_may_be_it() -> None:
    columns: dict[str, list[Any]] = {"uuid": [str(n) for n in range(50)], "colour": ["red"] * 50}
    with pytest.raises(Unprocessable, match=r"--number-field.*uuid.*There are: uuid, colour") as refusal:
        find_columns(fields_of(columns), columns, ParcelFields())
    assert refusal.value.field == "number_field"


def test_every_wrong_option_is_told_in_its_own_line() -> None:
    columns = {"ML": [str(n) for n in range(50)]}
    with pytest.raises(Unprocessable) as refusal:
        find_columns(fields_of(columns), columns, ParcelFields("NOPE", "NEITHER", "NOR"))
    assert len(refusal.value.message.splitlines()) == 3


def test_a_number_of_signs_is_none() -> None:
    columns: dict[str, list[Any]] = {"ML": ["---", "  1 - 2 ", None, "۱۲", 7.0]}
    found = find_columns(fields_of(columns), columns, ParcelFields("ML"))
    assert [found.number_of(columns, row)[0] for row in range(5)] == ["", "1 - 2", "", "۱۲", "7"]


def test_street_and_house_number_in_two_columns() -> None:
    columns = {
        "PIN": [str(n) for n in range(10)],
        "HOUSE_NO": ["12"] * 10,
        "STREET": ["Main St"] * 9 + ["خیابان لاله"],
    }
    found = find_columns(fields_of(columns), columns, ParcelFields())
    assert found.address_of(columns, 0)[0] == "12 Main St"
    line, address = found.address_of(columns, 9)
    assert (line, address.street, address.house_number) == ("خیابان لاله، پلاک 12", "خیابان لاله", 12)


def test_names_by_script_and_by_language() -> None:
    one = {"NAME_MAHAL": ["شهیدغیوری", "Evin", None]}
    found = find_name_fields(fields_of(one), one, None)
    assert [found.names(one, row) for row in range(3)] == [("شهیدغیوری", ""), ("", "Evin"), ("", "")]
    both = {"name:en": ["Tajrish"], "name:fa": ["تجریش"], "TownName": ["Tehran"]}
    assert find_name_fields(fields_of(both), both, None).names(both, 0) == ("تجریش", "Tajrish")


def test_what_a_thing_is_part_of_is_not_its_name() -> None:
    columns = {"TownName": [f"town {n}" for n in range(100)], "OwnerName": [f"owner {n}" for n in range(100)]}
    assert find_name_fields(fields_of(columns), columns, None).used == []
    repeated = {"NAME": ["Montpelier"] * 1000}
    assert find_name_fields(fields_of(repeated), repeated, None).used == []


def test_streets_have_labels_and_classes() -> None:
    columns = {
        "Street_Nam": ["Main"] * 3,
        "Label": ["Main St", "Elm St", "A"],
        "highway": ["primary_link", "service", "x"],
    }
    found = find_name_fields(fields_of(columns), columns, BaseRole.STREET)
    assert found.names(columns, 0) == ("", "Main St")
    assert [found.kind_of(columns, row) for row in range(3)] == ["arterial", "alley", "x"]


def test_zone_codes_are_short_words() -> None:
    columns = {
        "ZCODE": [str(n) for n in range(9)],
        "ZONE_TYPE": ["C-1"] * 9,
        "District_Name": ["Office district"] * 9,
    }
    found = find_zone_columns(fields_of(columns), columns, None, None)
    assert (found.code, found.name, found.group_of(columns, 0)) == (
        "ZONE_TYPE",
        "District_Name",
        "commercial",
    )
    with pytest.raises(Unprocessable, match=r"--code-field.*ZCODE"):
        find_zone_columns(fields_of({"ZCODE": []}), {"ZCODE": [1, 2]}, None, None)
