"""Importing permits of another register: every row accounted for, nothing lost, nothing twice, persons kept private."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core import i18n
from core.database import make_engine, transaction
from core.errors import Unprocessable
from core.geofiles import ReadOptions
from core.importing import Account
from core.settings import Settings
from permits.importing.columns import PermitFields, choose
from permits.importing.mapping import day_of, kind_of, reference_of, state_of
from permits.importing.services import PermitFile, import_permits
from permits.models import Permit
from permits.states import State
from tests import small_city
from tests.conftest import DatabaseMaker
from tests.permits import NOON, make_case


def run(session: Session, path: Path, how: PermitFile | None = None, **more: Any) -> Account:
    return import_permits(session, path, ReadOptions(), how or PermitFile(), **more)


def write(folder: Path, rows: list[dict[str, str]], name: str = "permits.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def blds(number: str, **more: str) -> dict[str, str]:
    row = {
        "PermitNum": number, "Description": "Works", "AppliedDate": "2024-01-10", "IssuedDate": "2024-02-01",
        "CompletedDate": "", "StatusCurrent": "Permit Issued", "OriginalAddress1": "", "PermitType": "Fence",
        "Latitude": "", "Longitude": "", "PIN": "", "ContractorCompanyName": "Private Person",
    }  # fmt: skip
    return row | more


def kept(session: Session) -> dict[str, Permit]:
    session.expire_all()
    return {
        str(each.reference): each
        for each in session.scalars(select(Permit).where(Permit.imported.is_not(None)))
    }


def balanced(account: Account) -> bool:
    counts = account.counts
    return (
        account.read == account.kept + account.lost
        and account.kept == counts.added + counts.changed + counts.unchanged
    )


def test_rows_are_kept_column_by_column_and_mean_something_here(city: Session, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        [
            blds("B-1"),
            blds(
                "B-2",
                StatusCurrent="Permit Finaled",
                CompletedDate="2024-09-01",
                PermitType="Demolition of garage",
            ),
            blds("B-3", StatusCurrent="Denied", PermitType="Palace"),
            blds("", Description="nameless"),
        ],
    )
    account = run(city, path)
    assert balanced(account)
    assert (account.read, account.kept, account.lost) == (4, 3, 1)
    assert any("it has no number" in line and "FID 5" in line for line in account.lines())
    found = kept(city)
    assert [(found[n].state, found[n].type_code) for n in ("B-1", "B-2", "B-3")] == [
        (State.GRANTED, "fence"), (State.COMPLETED, "demolition"), (State.REFUSED, "other"),
    ]  # fmt: skip
    assert found["B-1"].imported is not None
    assert found["B-1"].imported["columns"]["ContractorCompanyName"] == "Private Person"
    assert found["B-1"].decided_at is not None
    assert found["B-1"].decided_at.date().isoformat() == "2024-02-01"
    assert found["B-3"].outcome is State.REFUSED


def test_the_second_import_of_the_same_changes_nothing(city: Session, tmp_path: Path) -> None:
    rows = [
        blds("B-1"),
        blds("B-2"),
        blds("B-2", Description="Other works"),
        blds("B-4", AppliedDate="", IssuedDate=""),
    ]
    first = run(city, write(tmp_path, rows))
    assert (first.counts.added, first.counts.changed, first.counts.unchanged) == (4, 0, 0)
    before = {n: (each.version, each.published_at, each.tracking_code) for n, each in kept(city).items()}
    again = run(city, write(tmp_path, rows[::-1]))
    assert (again.counts.added, again.counts.changed, again.counts.unchanged) == (0, 0, 4)
    assert {
        n: (each.version, each.published_at, each.tracking_code) for n, each in kept(city).items()
    } == before
    assert {"B-2", "B-2~2"} <= set(before)
    rows[0] |= {"StatusCurrent": "Expired"}
    changed = run(city, write(tmp_path, rows))
    assert (changed.counts.added, changed.counts.changed, changed.counts.unchanged) == (0, 1, 3)
    assert kept(city)["B-1"].state is State.LAPSED


def test_places_by_coordinates_number_and_address(city: Session, tmp_path: Path) -> None:
    parcel = city.execute(
        text("""SELECT number, ST_X(p) AS lon, ST_Y(p) AS lat FROM (
            SELECT number, ST_Transform(ST_PointOnSurface(geom), 4326) AS p FROM parcel
            WHERE valid_to IS NULL ORDER BY id LIMIT 1) AS one""")
    ).one()
    city.execute(
        text("UPDATE parcel SET address = '12 Tulip Alley, Here' WHERE number = '1-1-2' AND valid_to IS NULL")
    )
    path = write(
        tmp_path,
        [
            blds("B-1", Latitude=str(parcel.lat), Longitude=str(parcel.lon)),
            blds("B-2", PIN="01-001-0001"),
            blds("B-3", OriginalAddress1="12 TULIP ALLEY, HERE 57783"),
            blds("B-4", OriginalAddress1="Nowhere Street 5"),
            blds("B-5", Latitude="48.2", Longitude="16.37"),
            blds("B-6", Latitude="0", Longitude="0"),
        ],
    )
    account = run(city, path)
    assert balanced(account)
    lines = "\n".join(account.lines())
    for told in ("1 × placed by its coordinates", "1 × placed on the parcel with its number",
                 "1 × placed on the parcel with its address", "2 × without a place"):  # fmt: skip
        assert told in lines, lines
    assert "outside the city" in lines
    found = kept(city)
    assert set(found) == {"B-1", "B-2", "B-3", "B-4", "B-6"}
    assert [found[n].parcel_number for n in ("B-1", "B-2", "B-3")] == [parcel.number, "1-1-1", "1-1-2"]
    assert found["B-4"].geom is None
    run(city, path, allow_outside=True)
    assert "B-5" in kept(city)


def test_a_case_that_began_here_is_never_written_over(city: Session, tmp_path: Path) -> None:
    own = make_case(city, State.VALID, reference="1405-000001", published_at=NOON)
    account = run(city, write(tmp_path, [blds("1405-000001"), blds("B-2")]))
    assert balanced(account)
    assert account.lost == 1
    assert any("began here" in line for line in account.lines())
    city.expire_all()
    assert (own.imported, own.state) == (None, State.VALID)


def test_what_is_not_known_is_said(city: Session, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        [
            blds("B-1", StatusCurrent="Limbo"),
            blds("B-2", StatusCurrent="Limbo", IssuedDate="", AppliedDate="someday"),
        ],
    )
    lines = "\n".join(run(city, path).lines())
    assert "“Limbo” is not known here" in lines
    assert "“someday”" in lines
    assert {n: each.state for n, each in kept(city).items()} == {"B-1": State.GRANTED, "B-2": State.CLOSED}
    how = PermitFile(states={"limbo": State.ASSESSMENT}, kinds={"Fence": "sign"})
    assert "Limbo" not in "\n".join(run(city, path, how).lines())
    assert {(each.state, each.type_code) for each in kept(city).values()} == {(State.ASSESSMENT, "sign")}


def test_a_file_without_numbers_is_refused_in_one_line(city: Session, tmp_path: Path) -> None:
    with pytest.raises(Unprocessable, match="--number-field"):
        run(city, write(tmp_path, [{"a": "1", "b": "2"}]))
    with pytest.raises(Unprocessable):
        run(city, tmp_path / "not-there.csv")
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(Unprocessable):
        run(city, empty)


def test_the_public_sees_the_registers_words_and_no_person(
    client: FlaskClient, city: Session, tmp_path: Path
) -> None:
    run(city, write(tmp_path, [blds("B-1", PermitType="Palace", StatusCurrent="Permit Finaled")]))
    page = client.get("/permits/B-1?lang=en").text
    assert "Palace" in page
    assert "Permit Finaled" in page
    assert "earlier register" in page
    told = [
        page,
        *(client.get(f"/permits{form}").text for form in ("/B-1.json", ".json", ".csv", ".atom", "")),
    ]
    assert not any("Private Person" in each for each in told)
    assert client.get("/permits?q=private+person").text.count("permit-card") == 0


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-05-31", "2024-05-31"), ("2024/5/31", "2024-05-31"), ("5/31/2024", "2024-05-31"),
        ("2024-05-31T13:00:00Z", "2024-05-31"), ("۱۴۰۳/۳/۱۱", "2024-05-31"), ("1403-03-11", "2024-05-31"),
        ("2024-13-01", None), ("31.5.2024", None), ("soon", None), ("", None), ("1403/12/31", None),
    ],
)  # fmt: skip
def test_days_as_registers_write_them(written: str, day: str | None) -> None:
    found = day_of(written)
    assert (found.isoformat() if found else None) == day


def test_words_of_other_registers() -> None:
    assert state_of("PERMIT  ISSUED") is State.GRANTED
    assert state_of("صادر‌شده") is State.GRANTED or state_of("صادر شده") is State.GRANTED
    assert state_of("whatever") is None
    codes = {code: code for code in ("demolition", "fence", "new_building", "extension", "sign")}
    told = ["DEMO - garage", "RES-FENCE", "RESIDENTIAL NEW BUILDING", "COMM-ALTERATION", "design review"]
    assert [kind_of(word, codes) for word in told] == [
        "demolition",
        "fence",
        "new_building",
        "extension",
        "other",
    ]
    assert reference_of(" RBP‐24‐129 ") == "RBP-24-129"
    assert reference_of("A/12 b") == "A-12-b"
    assert reference_of("۱۴۰۳-۱۲") == "1403-12"


def test_columns_are_guessed_by_bldss_names_and_chosen_by_name() -> None:
    found = choose(
        ["PermitNum", "StatusCurrent", "StatusCurrentMapped", "PIN", "Latitude", "Longitude"], PermitFields()
    )
    assert (found.number, found.state, found.parcel, found.lat) == (
        "PermitNum",
        "StatusCurrent",
        "PIN",
        "Latitude",
    )
    assert choose(["PermitNum", "Other"], PermitFields(number="other")).number == "Other"
    with pytest.raises(Unprocessable, match="nothing-like-it"):
        choose(["PermitNum"], PermitFields(state="nothing-like-it"))


def test_spearfish_every_row(city: Session, shared_data: Path, client: FlaskClient) -> None:
    path = shared_data / "cities" / "spearfish_sd" / "building_permits_BLDS.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    account = run(city, path)
    assert balanced(account)
    nameless = sum(1 for row in rows if not any(sign.isdigit() for sign in row["PermitNum"]))
    assert (account.read, account.kept, account.lost) == (5229, 5229 - nameless, nameless)
    assert city.scalar(select(func.count()).select_from(Permit)) == account.kept
    columns = Counter(
        json.dumps(each.imported["columns"], sort_keys=True) for each in kept(city).values() if each.imported
    )
    given = Counter(
        json.dumps({k: v.strip() for k, v in row.items()}, sort_keys=True)
        for row in rows
        if any(sign.isdigit() for sign in row["PermitNum"])
    )
    assert columns == given, "each row is kept as it was"
    assert (run(city, path).counts.unchanged) == account.kept
    assert client.get("/permits?q=roof&lang=en").status_code == 200
    assert client.get("/permits/PMG-25-10?lang=en").status_code == 200


def test_cambridges_special_permits_every_point(city: Session, shared_data: Path) -> None:
    path = shared_data / "cities" / "cambridge_ma" / "special_permits.geojson"
    account = run(city, path, allow_outside=True)
    assert balanced(account)
    assert (account.read, account.lost) == (499, 0)
    found = kept(city)
    assert len(found) == 499
    assert sum(each.geom is not None for each in found.values()) == 499
    states = Counter(each.state for each in found.values())
    assert (states[State.COMPLETED], states[State.LAPSED], states[State.REFUSED]) == (345, 43, 21)


def test_the_command_tries_and_tells(make_database: DatabaseMaker, tmp_path: Path) -> None:
    from webmap import create_app

    url = make_database()
    engine = make_engine(url)
    with transaction(engine) as session:
        small_city.build(session)
    runner = create_app(Settings(data_dir=tmp_path, database_url=url, secret_key="x" * 32)).test_cli_runner()
    path = str(write(tmp_path, [blds("B-1"), blds("")]))

    def run_command(*options: str) -> tuple[int, str]:
        i18n.set_language("en")
        told = runner.invoke(args=["permits", "import", path, *options])
        return told.exit_code, told.output

    def count() -> int:
        with engine.connect() as connection:
            return connection.scalar(text("SELECT count(*) FROM permit")) or 0

    status, told = run_command("--dry-run")
    assert (status, count()) == (0, 0), told
    assert "This was a trial" in told
    assert "2 features read = 1 kept + 1 lost" in told
    status, told = run_command("--number-field", "nope")
    assert (status, count()) == (2, 0)
    assert "PermitNum" in told
    assert run_command("--state", "Permit Issued=nowhere")[0] == 2
    assert run_command()[0] == 0
    assert count() == 1
    engine.dispose()
