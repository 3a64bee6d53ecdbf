"""The public register: only what is public, found by what was asked, as page, data, feed and file."""

import csv
import datetime as dt
import io
import json
from dataclasses import fields
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, true, update
from sqlalchemy.orm import Session

from core.clocks import ClockAct, DayUnit
from parcels.models import Parcel
from permits.models import Permit, PermitClock, PermitEvent
from permits.register.blds import COLUMNS, STATUS_MAPPED
from permits.register.groups import GROUP_NAMES, GROUP_OF, Group, shapes
from permits.register.models import PublicPermit
from permits.register.next_steps import NEXT
from permits.states import PUBLISHED, RULED, Clock, Event, Party, State
from tests.permits import NOON, make_case

ATOM = "{http://www.w3.org/2005/Atom}"
PRIVATE = {"applicant_name": "Zoe Private", "contact_email": "zoe.private@example.org"}


def publish(session: Session, state: State, **more: Any) -> Permit:
    given: dict[str, Any] = {"published_at": NOON, "submitted_at": NOON - dt.timedelta(days=3)} | PRIVATE
    return make_case(session, state, **(given | more))


def references(client: FlaskClient, query: str = "") -> list[str]:
    answer = client.get(f"/permits.json{query}")
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return [each["reference"] for each in answer.json["permits"]]


def test_every_public_state_has_its_group_and_every_state_its_next_step() -> None:
    assert set(GROUP_OF) == PUBLISHED
    assert set(GROUP_OF.values()) == set(Group) == set(GROUP_NAMES)
    assert set(NEXT) == set(State)
    assert all(str(sentence).strip() for sentence in NEXT.values())
    assert set(shapes()) == {group.value for group in Group}
    assert len(set(shapes().values())) == len(Group), "marks are told apart without their colour"
    assert set(STATUS_MAPPED) | RULED == PUBLISHED


def test_only_published_cases_are_there_in_every_form(client: FlaskClient, city: Session) -> None:
    public = {publish(city, state).reference for state in State if state in PUBLISHED}
    hidden = [publish(city, state) for state in State if state not in PUBLISHED]
    hidden += [
        publish(city, State.WITHDRAWN, published_at=None),
        publish(city, State.CLOSED, published_at=None),
    ]
    assert set(references(client)) == public
    for case in hidden:
        if case.reference is None:
            continue
        for form in ("", ".json", "/map.svg", "/comment"):
            assert client.get(f"/permits/{case.reference}{form}").status_code == 404, (case.state, form)
    told = [client.get(f"/permits{form}").text for form in ("", ".json", ".atom", ".csv")]
    told += [client.get(f"/permits/{each}{form}").text for each in public for form in ("", ".json")]
    for text in told:
        assert not any(str(case.reference) in text for case in hidden)
        assert "Zoe" not in text
        assert "zoe.private" not in text


def test_no_field_of_the_register_tells_of_a_person() -> None:
    names = {each.name for each in fields(PublicPermit)}
    assert not {
        name for name in names if any(word in name for word in ("applicant", "agent", "email", "tracking"))
    }


def test_a_case_page_keeps_the_tracking_code_to_itself(client: FlaskClient, city: Session) -> None:
    case = publish(city, State.GRANTED, decided_at=NOON, outcome=State.GRANTED)
    for form in ("", ".json"):
        assert case.tracking_code not in client.get(f"/permits/{case.reference}{form}").text


def test_filters_by_kind_state_day_and_words(client: FlaskClient, city: Session) -> None:
    new = publish(city, State.CONSULTATION, address="خیابان شریعتی، كوچه لاله", description="پنج طبقه")
    fence = publish(city, State.COMPLETED, type_code="fence", published_at=NOON - dt.timedelta(days=40))
    sign = publish(
        city, State.GRANTED_CONDITIONS, type_code="sign", published_at=NOON - dt.timedelta(days=10)
    )
    assert references(client, "?type=fence") == [fence.reference]
    assert references(client, "?type=fence&type=sign") == references(client, "?type=fence,sign")
    assert references(client, "?type=fence,sign") == [sign.reference, fence.reference]
    assert references(client, "?state=open") == [new.reference]
    assert references(client, "?state=decided") == [sign.reference]
    assert references(client, "?state=completed,consultation") == [new.reference, fence.reference]
    # Days of the city, both ends included: the fence was registered on 16 October, 24 Mehr 1405.
    assert references(client, "?from=2026-10-16&to=2026-10-16") == [fence.reference]
    assert references(client, "?to=1405/7/24") == [fence.reference]
    assert references(client, "?from=2026-10-17") == [new.reference, sign.reference]
    assert references(client, "?q=کوچه+لاله") == references(client, "?q=طبقه") == [new.reference]
    assert references(client, f"?q={fence.reference}") == [fence.reference]
    assert references(client, "?q=%25") == [], "a percent sign is no joker"
    assert references(client, "?q=private") == []


def test_the_day_is_the_citys_and_not_utcs(client: FlaskClient, city: Session) -> None:
    """At half past nine in the evening in UTC it is one in the morning of the next day in Tehran."""
    late = publish(city, State.VALID, published_at=dt.datetime(2026, 11, 20, 21, 30, tzinfo=dt.UTC))
    assert references(client, "?from=2026-11-21&to=2026-11-21") == [late.reference]
    assert references(client, "?from=2026-11-20&to=2026-11-20") == []


def test_filters_by_place(client: FlaskClient, city: Session) -> None:
    case = publish(city, State.VALID)
    away = publish(city, State.VALID, geom=func.ST_Translate(case.geom, 250, 0))
    nowhere = publish(city, State.VALID, geom=None)
    spot = select(
        func.ST_X(func.ST_Transform(Permit.geom, 4326)), func.ST_Y(func.ST_Transform(Permit.geom, 4326))
    )
    lon, lat = city.execute(spot.where(Permit.id == case.id)).one()
    d = 0.0005
    assert references(client, f"?bbox={lon - d},{lat - d},{lon + d},{lat + d}") == [case.reference]
    assert references(client, f"?at={lon},{lat}&within=249") == [case.reference]
    assert set(references(client, f"?at={lon},{lat}&within=251")) == {case.reference, away.reference}
    number = case.parcel_number
    # From the parcel's border, not from its middle.
    edge_m = city.scalar(
        select(func.ST_Distance(Parcel.geom, Permit.geom))
        .join_from(Parcel, Permit, true())
        .where(Parcel.number == number, Permit.id == away.id, Parcel.valid_to.is_(None))
    )
    assert edge_m is not None
    assert references(client, f"?parcel={number}&within={int(edge_m) - 1}") == [case.reference]
    assert away.reference in references(client, f"?parcel={number}&within={int(edge_m) + 1}")
    assert nowhere.reference in references(client)


def test_pages_follow_each_other_by_key_and_lose_nothing(client: FlaskClient, city: Session) -> None:
    # Many at the same moment: the number decides.
    made = [publish(city, State.VALID, published_at=NOON - dt.timedelta(days=n // 20)) for n in range(60)]
    seen: list[str] = []
    address: str | None = "/permits.json?type=new_building"
    while address:
        answer = client.get(address).json
        assert answer is not None
        assert answer["count"] == 60
        seen += [each["reference"] for each in answer["permits"]]
        address = answer["next"]
        if len(seen) == 25:
            # One that arrives meanwhile moves nobody to another page.
            publish(city, State.VALID, published_at=NOON + dt.timedelta(days=1), type_code="fence")
    expected = sorted(made, key=lambda case: (case.published_at or NOON, case.id), reverse=True)
    assert seen == [case.reference for case in expected]


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("type=palace", 400, "type"),
        ("state=draft", 400, "state"),
        ("state=nonsense", 400, "state"),
        ("from=yesterday", 400, "from"),
        ("to=2026-13-01", 422, "to"),
        ("bbox=1,2,3", 400, "bbox"),
        ("bbox=3,2,1,4", 422, "bbox"),
        ("parcel=nowhere-1", 404, "parcel"),
        ("at=51,35&within=0", 400, "within"),
        ("after=x", 400, "after"),
        ("after=99999999999999999999.1", 400, "after"),
    ],
)
def test_a_question_that_cannot_be_names_its_field(
    client: FlaskClient, city: Session, query: str, status: int, field: str
) -> None:
    for form in (
        ("permits.json", "permits.atom", "permits.csv") if "after" not in query else ("permits.json",)
    ):
        answer = client.get(f"/{form}?{query}", headers={"Accept": "application/json"})
        assert answer.status_code == status, (form, answer.text)
        assert answer.json is not None
        assert answer.json["field"] == field


def test_an_empty_answer_says_what_was_asked_and_how_to_widen(client: FlaskClient, city: Session) -> None:
    empty = client.get("/permits?lang=en").text
    assert "has not put any permits into this register yet" in empty
    publish(city, State.VALID)
    page = client.get("/permits?lang=en&q=unicorn&type=fence&state=open&from=2020-01-01").text
    for told in (
        "with the words “unicorn”",
        "of the kind",
        "Open for comments",
        "registered from 1 January 2020 on",
    ):
        assert told in page
    assert page.count("Ask without this") == 4
    assert 'href="/permits?type=fence&amp;state=open&amp;from=2020-01-01"' in page


def test_the_list_in_both_languages(client: FlaskClient, city: Session) -> None:
    case = publish(city, State.GRANTED_CONDITIONS, decided_at=NOON, address="خیابان شریعتی")
    english, persian = client.get("/permits?lang=en").text, client.get("/permits?lang=fa").text
    assert "Granted with conditions" in english
    assert "Registered on 25 November 2026" in english
    assert "موافقت‌شدهٔ مشروط" in persian
    assert "۴ آذر ۱۴۰۵" in persian
    for page in (english, persian):
        assert f'href="/permits/{case.reference}"' in page
        assert 'data-permit-group="decided"' in page


def test_the_feed_is_atom(client: FlaskClient, city: Session) -> None:
    case = publish(city, State.CONSULTATION, address="5 < 6 & Co")
    city.add(
        PermitEvent(
            permit_id=case.id, ordinal=1, event=Event.PUBLICISE, source=State.VALID, target=State.CONSULTATION,
            party=Party.OFFICER, at=NOON + dt.timedelta(days=2),
        )
    )  # fmt: skip
    city.flush()
    answer = client.get("/permits.atom?state=open&lang=en")
    assert answer.mimetype == "application/atom+xml"
    root = ET.fromstring(answer.data)
    assert root.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert root.findtext(f"{ATOM}{name}")
    links = {link.get("rel"): link.get("href") or "" for link in root.findall(f"{ATOM}link")}
    assert links["alternate"].endswith("/permits?state=open")
    [entry] = root.findall(f"{ATOM}entry")
    assert (entry.findtext(f"{ATOM}id") or "").endswith(f"/permits/{case.reference}")
    assert "5 < 6 & Co" in (entry.findtext(f"{ATOM}title") or "")
    assert entry.findtext(f"{ATOM}updated") == "2026-11-27T08:30:00Z"
    assert root.find(f".//{ATOM}entry/{ATOM}author") is None


def test_the_file_is_blds_and_harmless_to_spreadsheets(client: FlaskClient, city: Session) -> None:
    case = publish(
        city,
        State.GRANTED,
        outcome=State.GRANTED,
        decided_at=NOON,
        address='=HYPERLINK("http://evil.example")',
        description="+1",
    )
    refused = publish(city, State.UPHELD, outcome=State.REFUSED, decided_at=NOON, type_code="fence")
    answer = client.get("/permits.csv")
    assert answer.mimetype == "text/csv"
    text = answer.data.decode("utf-8-sig")
    read = {row["PermitNum"]: row for row in csv.DictReader(io.StringIO(text))}
    assert tuple(next(csv.reader(io.StringIO(text)))) == COLUMNS
    row = read[str(case.reference)]
    assert row["OriginalAddress1"].startswith("'=")
    assert row["Description"] == "'+1"
    assert (row["AppliedDate"], row["IssuedDate"]) == ("2026-11-22", "2026-11-25")
    assert (row["StatusCurrentMapped"], row["PermitTypeMapped"]) == ("Permit Issued", "Building")
    assert 33 < float(row["Latitude"]) < 40
    assert row["Link"].endswith(f"/permits/{case.reference}")
    assert (
        read[str(refused.reference)]["StatusCurrentMapped"],
        read[str(refused.reference)]["IssuedDate"],
    ) == (
        "Permit Cancelled",
        "",
    )


def test_a_paused_clock_explains_itself_without_the_officers_own_words(
    client: FlaskClient, city: Session
) -> None:
    from permits.assessment.models import Request, RequestKind

    case = publish(city, State.AWAITING_APPLICANT)
    event = PermitEvent(
        permit_id=case.id, ordinal=1, event=Event.ASK, source=State.ASSESSMENT, target=State.AWAITING_APPLICANT,
        party=Party.OFFICER, at=NOON, data={"reason": "your bank statement of Zoe Private"},
    )  # fmt: skip
    city.add(event)
    city.flush()
    day = dt.timedelta(days=1)
    for act, at, days in ((ClockAct.START, NOON - 9 * day, 30), (ClockAct.PAUSE, NOON - 6 * day, None)):
        city.add(
            PermitClock(
                permit_id=case.id, event_id=event.id, clock=Clock.DECISION, act=act, at=at, days=days,
                unit=DayUnit.WORKING if days else None, reason="your bank statement of Zoe Private" if not days else "",
            )
        )  # fmt: skip
    city.add(
        Request(permit_id=case.id, kind=RequestKind.DOCUMENT, text="Zoe, send it", document_kind="structural")
    )
    city.flush()
    page = client.get(f"/permits/{case.reference}?lang=en").text
    assert "Decision paused for" in page
    assert "waiting for the applicant&#39;s documents: Structural plans" in page
    for secret in ("bank statement", "Zoe"):
        assert secret not in page
        assert secret not in json.dumps(client.get(f"/permits/{case.reference}.json").json)


def test_the_case_page_tells_the_decision_its_conditions_and_kin(client: FlaskClient, city: Session) -> None:
    from permits.assessment.models import Condition

    parent = publish(city, State.BUILDING, outcome=State.GRANTED_CONDITIONS, decided_at=NOON)
    case = publish(
        city,
        State.GRANTED_CONDITIONS,
        outcome=State.GRANTED_CONDITIONS,
        decided_at=NOON,
        parent_id=parent.id,
        proposal={"floors": 4, "floor_area_m2": 612.5, "use": "residential", "footprint": None},
    )
    city.add(Condition(permit_id=case.id, number=1, text="Fence the site.", before_start=True))
    city.add(
        PermitEvent(
            permit_id=case.id, ordinal=1, event=Event.DECIDE, source=State.RECOMMENDED,
            target=State.GRANTED_CONDITIONS, party=Party.REVIEWER, at=NOON, data={"reason": "It fits the zone."},
        )
    )  # fmt: skip
    city.flush()
    page = client.get(f"/permits/{case.reference}?lang=en").text
    for told in ("It fits the zone.", "Fence the site.", "before works start", "612.5 m²", "Residential"):
        assert told in page, told
    assert f'href="/permits/{parent.reference}"' in page
    assert f'href="/permits/{case.reference}"' in client.get(f"/permits/{parent.reference}").text
    assert str(NEXT[State.GRANTED_CONDITIONS]) in page
    found = client.get(f"/permits/{case.reference}.json").json
    assert found is not None
    assert found["conditions"][0]["text"] == "Fence the site."
    assert found["proposal"] == {"use": "residential", "floors": 4, "floor_area_m2": 612.5}
    assert found["parent"] == parent.reference


@pytest.mark.parametrize("state", sorted(PUBLISHED))
def test_every_public_state_has_a_page_in_both_languages(
    client: FlaskClient, city: Session, state: State
) -> None:
    case = publish(city, state)
    for lang in ("fa", "en"):
        page = client.get(f"/permits/{case.reference}?lang={lang}")
        assert page.status_code == 200
        assert page.text.count("<h1") == 1


def test_the_still_map_is_a_picture_with_the_parcel_in_it(client: FlaskClient, city: Session) -> None:
    case = publish(city, State.VALID)
    answer = client.get(f"/permits/{case.reference}/map.svg")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    root = ET.fromstring(answer.data)
    assert root.tag.endswith("svg")
    spot = client.get(f"/permits/{case.reference}/map.svg?lon=51.4&lat=35.7")
    assert spot.status_code == 200
    assert client.get(f"/permits/{case.reference}/map.svg?lon=x&lat=35").status_code == 400
    placeless = publish(city, State.VALID, geom=None)
    assert client.get(f"/permits/{placeless.reference}/map.svg").status_code == 200


def test_the_place_tells_of_permits_on_it_and_around_it(client: FlaskClient, city: Session) -> None:
    assert "We hold no permit data" in client.get("/parcels/1-1-1?lang=en").text
    case = publish(city, State.CONSULTATION)
    number = case.parcel_number
    away = publish(city, State.BUILDING, geom=func.ST_Translate(case.geom, 200, 0), parcel_id=None)
    far = publish(city, State.BUILDING, geom=func.ST_Translate(case.geom, 2000, 0), parcel_id=None)
    page = client.get(f"/parcels/{number}?lang=en").text
    assert f'data-permit="{case.reference}"' in page
    assert f'data-permit="{away.reference}"' in page
    assert str(far.reference) not in page
    found = client.get(f"/parcels/{number}.json").json
    assert found is not None
    told = {each["reference"]: each for each in found["permits"]}
    assert set(told) == {case.reference, away.reference}
    assert told[str(case.reference)]["distance_m"] == 0
    assert 100 < told[str(away.reference)]["distance_m"] <= 200
    spot = client.get(f"/place.json?lon={found['location']['lon']}&lat={found['location']['lat']}").json
    assert spot is not None
    assert {each["reference"] for each in spot["permits"]} == set(told)
    city.execute(update(Permit).values(state=State.RETURNED))
    assert "None here." in client.get(f"/parcels/{number}?lang=en").text or "no permit data" in (
        client.get(f"/parcels/{number}?lang=en").text
    )


def test_the_search_finds_a_permit_by_its_reference(client: FlaskClient, city: Session) -> None:
    case = publish(city, State.GRANTED, reference="1405-000123", address="خیابان لاله")
    placeless = publish(city, State.GRANTED, reference="1405-000124", geom=None)
    hidden = make_case(city, State.CHECKING, reference="1405-000125")
    for typed in ("1405-000123", "۱۴۰۵-۰۰۰۱۲۳", "1405/000123"):
        found = client.get("/search.json", query_string={"q": typed, "lang": "en"}).json
        assert found is not None
        first = found["results"][0]
        assert (first["kind"], first["reference"]) == ("permit", case.reference), typed
        assert first["url"] == "/permits/1405-000123"
    begun = client.get("/search.json?q=1405-0001").json
    assert begun is not None
    kinds = {each["reference"]: each for each in begun["results"] if each["kind"] == "permit"}
    assert set(kinds) == {case.reference, placeless.reference}
    assert hidden.reference not in kinds
    assert kinds[str(placeless.reference)]["lon"] is None
    assert 'href="/permits/1405-000123"' in client.get("/search?q=1405-000123&lang=fa").text


@pytest.mark.parametrize("far", ["bbox=-50,-10,-30,10", "bbox=-180,-90,180,90"])
def test_a_box_far_from_the_grid_holds_nothing_and_fails_nobody(
    client: FlaskClient, city: Session, far: str
) -> None:
    assert client.get(f"/permits?{far}").status_code == 200


def test_a_spot_far_from_the_city_is_refused(client: FlaskClient, city: Session) -> None:
    assert client.get("/permits?at=-39,0&within=100").status_code == 422
