"""A case's papers over HTTP: who is handed what, what each form does, and what nobody gets to see."""

import dataclasses
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import Person
from accounts.permissions import Role
from core import audit, redactions
from core.audit import COMMAND
from core.documents import services as files_service
from core.documents.models import DocumentFile
from core.errors import Conflict
from permits.documents.web import GUESSES
from permits.hearing.models import Comment, Stance
from permits.states import State
from tests import files
from tests.clamd import scanner
from tests.people import make_person, sign_in
from tests.permit_cases import make_case

JSON = {"Accept": "application/json"}
SECRET = "Laleh Shahrvand 0012345678"


class House:
    """One case, the people around it, and a client of each."""

    def __init__(self, app: Flask, session: Session, **case: Any) -> None:
        self.app, self.session = app, session
        self.applicant = make_person(session, email="applicant@example.org")
        self.agent = make_person(session, Role.AGENT, email="agent@example.org")
        self.case = make_case(session, applicant=self.applicant, agent=self.agent, **case)
        self.people: dict[str, Person | None] = {
            "visitor": None,
            "citizen": make_person(session, email="citizen@example.org"),
            "applicant": self.applicant,
            "agent": self.agent,
            **{role.value: make_person(session, role) for role in STAFF_ROLES},
        }

    def client(self, who: str) -> FlaskClient:
        made = self.app.test_client()
        made.set_cookie("lang", "en")
        person = self.people[who]
        return made if person is None else sign_in(made, person)

    def url(self, rest: str = "") -> str:
        return f"/permits/{self.case.reference or self.case.tracking_code}/documents{rest}"

    def bring(
        self, who: str, content: bytes, name: str = "plan.pdf", *, to: str = "", **fields: Any
    ) -> TestResponse:
        return self.post(who, to, file=(io.BytesIO(content), name), **fields)

    def post(
        self, who: str, rest: str, *, headers: dict[str, str] | None = None, **fields: Any
    ) -> TestResponse:
        client = self.client(who)
        # A page of somebody signed in has the form of the way out, and so a token; a visitor's is at the door.
        page = client.get("/zoning" if self.people[who] else "/account/login").text
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
        assert token
        return client.post(
            rest if rest.startswith("/permits") else self.url(rest),
            data={"csrf_token": token[1], **fields},
            headers=headers or JSON,
            content_type="multipart/form-data",
        )

    def brought(
        self, content: bytes, name: str = "plan.pdf", *, who: str = "applicant", shown: str = "", **f: Any
    ) -> Any:
        answer = self.bring(who, content, name, **f)
        assert answer.status_code == 201, answer.text
        assert answer.json is not None
        [told] = answer.json["documents"]
        if shown:
            told = self.show(told, shown)
        return told

    def show(self, told: Any, visibility: str) -> Any:
        answer = self.post(
            "officer", f"/{told['id']}/visibility", visibility=visibility, version=told["version"]
        )
        assert answer.status_code == 200, answer.text
        return answer.json

    def picture_all(self) -> None:
        for file in self.session.query(DocumentFile):
            files_service.picture(self.session, file.sha256)
        self.session.flush()


def author_of(content: bytes) -> str | None:
    """Who a PDF says has written it."""
    told = PdfReader(io.BytesIO(content)).metadata
    return told.author if told else None


STAFF_ROLES = (
    Role.INTAKE, Role.OFFICER, Role.REVIEWER, Role.INSPECTOR, Role.AUDITOR, Role.PLANNER, Role.ADMINISTRATOR,
)  # fmt: skip
IN_OFFICE = {"intake", "officer", "reviewer", "inspector", "auditor"}
PARTIES = {"applicant", "agent"}
EVERYBODY = {"visitor", "citizen", *PARTIES, *(role.value for role in STAFF_ROLES)}


@pytest.fixture
def house(app: Flask, client: FlaskClient, city: Session, session: Session) -> House:
    return House(app, session)


@pytest.mark.parametrize(
    ("visibility", "may"),
    [("public", EVERYBODY), ("parties", PARTIES | IN_OFFICE), ("staff", IN_OFFICE)],
)
def test_person_by_visibility_by_address(house: House, visibility: str, may: set[str]) -> None:
    told = house.brought(files.pdf(SECRET), shown=visibility)
    house.picture_all()
    got: dict[str, set[str]] = {}
    for who in EVERYBODY:
        client = house.client(who)
        for rest in ("", ".json", "/file", "/preview"):
            answer = client.get(house.url(f"/{told['id']}{rest}"))
            assert answer.status_code in (200, 404), (who, rest)
            if answer.status_code == 200:
                got.setdefault(rest, set()).add(who)
        listed = client.get(house.url(".json")).json
        assert listed is not None
        if listed["documents"]:
            got.setdefault("listed", set()).add(who)
    assert got == dict.fromkeys(("", ".json", "/file", "/preview", "listed"), may)


def test_of_a_case_that_is_not_published_the_public_hears_nothing(
    app: Flask, client: FlaskClient, city: Session, session: Session
) -> None:
    house = House(app, session, is_published=False, state=State.CHECKING)
    told = house.brought(files.pdf(), shown="public")
    for who in EVERYBODY:
        for rest in ("", f"/{told['id']}", f"/{told['id']}/file"):
            seen = house.client(who).get(house.url(rest)).status_code == 200
            assert seen == (who in PARTIES | IN_OFFICE), (who, rest)


def test_with_a_case_its_papers_leave_the_publics_sight(house: House, session: Session) -> None:
    told = house.brought(files.pdf(), shown="public")
    assert house.client("visitor").get(told["file_url"]).status_code == 200
    # Silence returned it: the register tells of it no more.
    house.case.state = State.RETURNED
    session.flush()
    assert house.client("visitor").get(f"/permits/{house.case.reference}").status_code == 404
    for who in EVERYBODY:
        for rest in ("", ".json", f"/{told['id']}", f"/{told['id']}/file"):
            seen = house.client(who).get(house.url(rest)).status_code == 200
            assert seen == (who in PARTIES | IN_OFFICE), (who, rest)


def test_tracking_codes_are_not_guessed_by_way_of_papers(
    house: House, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = dataclasses.replace(GUESSES, most="3 per 10 minutes")
    monkeypatch.setattr("permits.documents.web.GUESSES", few)
    client = house.client("visitor")
    answers = [client.get(f"/permits/NOCODE{n}/documents").status_code for n in range(4)]
    assert answers == [404, 404, 404, 429]
    # Whoever asks for what there is, is not held up.
    assert client.get(house.url()).status_code == 200


def test_numbers_of_another_case_open_nothing(house: House, session: Session) -> None:
    told = house.brought(files.pdf(), shown="public")
    mine = house.case
    house.case = make_case(session, "1405-000099", applicant=make_person(session))
    for who in EVERYBODY:
        for rest in ("", ".json", "/file", "/preview", "/blacken", "/pages/1.png"):
            answer = house.client(who).get(house.url(f"/{told['id']}{rest}"))
            assert answer.status_code in (302, 403, 404), (who, rest)
    for who in EVERYBODY - {"visitor"}:
        for rest, fields in WRITES.items():
            answer = house.post(who, f"/{told['id']}{rest}", **{**fields(), "version": told["version"]})
            assert answer.status_code in (403, 404), (who, rest)
    # And nobody moves between cases: the case of the address decides, whatever the form says.
    house.case = mine
    assert house.client("officer").get(house.url(f"/{told['id']}")).status_code == 200


def another() -> dict[str, Any]:
    return {"file": (io.BytesIO(b"another"), "x.txt")}


WRITES: dict[str, Callable[[], dict[str, Any]]] = {
    "/versions": another,
    "/visibility": lambda: {"visibility": "public"},
    "/withdraw": lambda: {"reason": "x"},
    "/redacted": lambda: {**another(), "number": "1", "reason": "x"},
    "/blacken": lambda: {
        **{"number": "1", "reason": "x", "page": "1"},
        **{"left": "0", "top": "0", "width": "50", "height": "50"},
    },
}
AT_WORK = {"intake", "officer", "reviewer", "inspector"}
MAY_WRITE = {
    "/versions": PARTIES | AT_WORK,
    "/visibility": {"intake", "officer"},
    "/withdraw": AT_WORK,
    "/redacted": {"intake", "officer"},
    "/blacken": {"intake", "officer"},
}


@pytest.mark.parametrize("rest", list(WRITES))
def test_person_by_write(house: House, session: Session, rest: str) -> None:
    done = set()
    for who in EVERYBODY:
        content = files.picture() if rest == "/blacken" else f"for {who}".encode()
        told = house.brought(content, shown="public")
        answer = house.post(who, f"/{told['id']}{rest}", **{**WRITES[rest](), "version": told["version"]})
        if answer.status_code < 400:
            done.add(who)
        else:
            assert answer.status_code in (401, 403), (who, answer.text)
    assert done == MAY_WRITE[rest]


def test_person_by_bringing(house: House) -> None:
    done = {who for who in EVERYBODY if house.bring(who, b"words", "x.txt").status_code == 201}
    assert done == PARTIES | AT_WORK


def test_an_auditor_writes_nothing_not_even_of_their_own_case(house: House, session: Session) -> None:
    auditor = house.people["auditor"]
    assert auditor is not None
    house.case.applicant_id, house.case.state = auditor.id, State.INCOMPLETE
    session.flush()
    assert house.client("auditor").get(house.url()).status_code == 200
    assert house.bring("auditor", files.pdf()).status_code == 403
    paper = house.brought(files.pdf(), who="officer")
    gone = house.post("auditor", f"/{paper['id']}/withdraw", version=paper["version"], reason="x")
    assert gone.status_code == 403


def test_ones_own_case_makes_nobody_its_officer(house: House, session: Session) -> None:
    officer = house.people["officer"]
    assert officer is not None
    told = house.brought(files.pdf(), shown="staff")
    house.case.applicant_id = officer.id
    session.flush()
    assert house.client("officer").get(house.url(f"/{told['id']}")).status_code == 404
    own = house.brought(files.pdf("own"), who="officer")
    refused = house.post("officer", f"/{own['id']}/visibility", visibility="public", version=own["version"])
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("state", "brings", "takes_back"),
    [
        (State.DRAFT, True, True),
        (State.INCOMPLETE, True, True),
        (State.ASSESSMENT, True, False),
        (State.AWAITING_APPLICANT, True, False),
        (State.BUILDING, True, False),
        (State.COMPLETED, False, False),
        (State.WITHDRAWN, False, False),
    ],
)
def test_the_applicant_acts_while_it_is_in_their_hands(
    house: House, session: Session, state: State, brings: bool, takes_back: bool
) -> None:
    told = house.brought(files.pdf())
    house.case.state = state
    session.flush()
    assert (house.bring("applicant", files.picture(), "x.png").status_code == 201) == brings
    answer = house.post("applicant", f"/{told['id']}/withdraw", reason="wrong one", version=told["version"])
    assert (answer.status_code == 200) == takes_back


class TestWhatIsBrought:
    @pytest.mark.parametrize(
        ("content", "name", "status", "words"),
        [
            (b"<html><script>alert(1)</script>", "plan.pdf", 422, "no kind"),
            (b'<svg onload="alert(1)"/>', "plan.png", 422, "no kind"),
            (files.picture("GIF") + files.archive(), "plan.gif", 422, "no kind"),
            (files.bomb(), "plan.png", 422, "points"),
            (b"%PDF-1.7\n%%EOF", "plan.pdf", 422, "damaged"),
            (b"", "plan.pdf", 422, "empty"),
        ],
    )
    def test_hostile_files_are_refused_by_their_bytes(
        self, house: House, content: bytes, name: str, status: int, words: str
    ) -> None:
        answer = house.bring("applicant", content, name)
        assert answer.status_code == status
        assert answer.json is not None
        assert answer.json["field"] == "file"
        assert words in answer.json["title"]

    def test_too_large_is_refused(self, house: House, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        small = dataclasses.replace(app.config["SETTINGS"], document_most_mb="1")
        monkeypatch.setitem(app.config, "SETTINGS", small)
        assert house.bring("applicant", b"x" * 1_000_000, "x.txt").status_code == 201
        answer = house.bring("applicant", b"x" * 1_000_001, "x.txt")
        assert answer.status_code == 413

    def test_an_infected_file_is_refused_and_nothing_passes_unseen(
        self, house: House, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with scanner() as daemon:
            address = f"tcp://127.0.0.1:{daemon.server_address[1]}"
            watched = dataclasses.replace(app.config["SETTINGS"], clamav_socket=address)
            monkeypatch.setitem(app.config, "SETTINGS", watched)
            refused = house.bring("applicant", files.EICAR, "words.txt")
            assert (refused.status_code, refused.json and refused.json["code"]) == (422, "infected")
            assert house.bring("applicant", b"clean", "words.txt").status_code == 201
        away = house.bring("applicant", b"clean too", "words.txt")
        assert away.status_code == 503
        assert int(away.headers["Retry-After"]) > 0

    def test_names_are_made_safe(self, house: House) -> None:
        told = house.brought(files.picture(), "../../\u202eطبقهٔ اول.exe")
        assert told["versions"][0]["name"] == "طبقهٔ اول.exe.png"
        assert told["title"] == "طبقهٔ اول.exe"

    def test_bad_questions_name_their_field(self, house: House) -> None:
        for fields, field in (
            ({"kind": "nonsense"}, "kind"), ({"title": "x" * 501}, "title"), ({"visibility": "all"}, "visibility"),
        ):  # fmt: skip
            answer = house.bring("officer", files.picture(), "x.png", **fields)
            assert (answer.status_code, answer.json and answer.json["field"]) == (400, field)
        nothing = house.post("applicant", "")
        assert (nothing.status_code, nothing.json and nothing.json["field"]) == (400, "file")
        told = house.brought(files.picture())
        for asked in ("?version=0", "?version=x"):
            assert house.client("applicant").get(house.url(f"/{told['id']}/file{asked}")).status_code == 400
        assert house.client("applicant").get(house.url(f"/{told['id']}/file?version=2")).status_code == 404

    def test_an_applicant_does_not_choose_who_sees_it(self, house: House) -> None:
        answer = house.bring("applicant", files.picture(), "x.png", visibility="public")
        assert answer.status_code == 403

    def test_several_files_are_all_taken_or_none(self, house: House, session: Session) -> None:
        both = [(io.BytesIO(files.picture()), "a.png"), (io.BytesIO(b"<html>"), "b.png")]
        answer = house.post("applicant", "", file=both, headers={"Accept": "text/html"})
        assert answer.status_code == 422
        assert "b.png" in answer.text
        assert "of no kind" in answer.text
        assert 'role="alert"' in answer.text
        assert session.scalar(text("SELECT count(*) FROM permit_document")) == 0
        both = [(io.BytesIO(files.picture()), "a.png"), (io.BytesIO(files.pdf()), "b.pdf")]
        answer = house.post("applicant", "", file=both, headers={"Accept": "text/html"})
        assert answer.status_code == 303
        assert session.scalar(text("SELECT count(*) FROM permit_document")) == 2

    def test_without_a_token_nothing_is_taken(self, house: House) -> None:
        answer = house.client("applicant").post(
            house.url(),
            data={"file": (io.BytesIO(files.picture()), "x.png")},
            content_type="multipart/form-data",
        )
        assert answer.status_code == 400

    def test_what_is_asked_for_is_said_until_it_is_there(self, house: House, session: Session) -> None:
        page = house.client("applicant").get(house.url()).text
        assert "Still asked for" in page
        wanted = re.findall(r'<option value="([a-z_]+)"', page)
        for kind in wanted:
            house.brought(files.pdf(kind), kind=kind)
        assert "Still asked for" not in house.client("applicant").get(house.url()).text
        assert "Still asked for" not in house.client("visitor").get(house.url()).text

    def test_whoever_holds_the_code_of_a_draft_adds_to_it(self, house: House, session: Session) -> None:
        house.case = make_case(session, None, state=State.DRAFT, is_published=False)
        told = house.brought(files.pdf(), who="visitor")
        assert house.client("visitor").get(house.url(f"/{told['id']}/file")).status_code == 200
        house.case.applicant_id = house.applicant.id
        session.flush()
        assert house.client("visitor").get(house.url(f"/{told['id']}/file")).status_code == 404
        assert house.client("applicant").get(house.url(f"/{told['id']}/file")).status_code == 200


class TestHandedOut:
    def test_headers_keep_a_file_from_being_anything_else(self, house: House) -> None:
        for content, name, inline, sandboxed in (
            (files.pdf(), "نقشه.pdf", True, False),
            (files.picture(), "x.png", True, True),
            (files.dxf(), "x.dxf", False, True),
            (b"words <script>alert(1)</script>", "x.txt", False, True),
        ):
            told = house.brought(content, name)
            answer = house.client("applicant").get(told["file_url"])
            assert answer.data == content
            headers = answer.headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Content-Disposition"].startswith("inline" if inline else "attachment")
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert ("sandbox" in policy) == sandboxed
            assert "no-cache" in headers["Cache-Control"]
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
            saved = house.client("applicant").get(told["file_url"] + "?save=1")
            assert saved.headers["Content-Disposition"].startswith("attachment")
            again = house.client("applicant").get(
                told["file_url"], headers={"If-None-Match": answer.headers["ETag"]}
            )
            assert again.status_code == 304
        named = house.client("applicant").get(house.brought(files.pdf("x"), "نقشه.pdf")["file_url"])
        assert "filename*=UTF-8''%D9%86%D9%82%D8%B4%D9%87.pdf" in named.headers["Content-Disposition"]

    def test_the_public_gets_photos_without_place_and_files_without_peoples_names(self, house: House) -> None:
        told = house.brought(files.photo(), "Laleh's house.jpg", title="The front", shown="public")
        url = told["file_url"]
        waiting = house.client("visitor").get(url)
        assert waiting.status_code == 503
        assert waiting.headers["Retry-After"]
        house.picture_all()
        answer = house.client("visitor").get(url)
        assert answer.status_code == 200
        assert not Image.open(io.BytesIO(answer.data)).getexif()
        assert b"SpyPhone" not in answer.data
        assert "Laleh" not in answer.headers["Content-Disposition"]
        original = house.client("applicant").get(url)
        assert b"SpyPhone" in original.data
        assert "Laleh" in original.headers["Content-Disposition"]
        public = house.client("visitor").get(house.url(".json")).text
        assert "Laleh" not in public
        assert "applicant@" not in public
        assert told["versions"][0]["name"] == "Laleh's house.jpg"

    def test_bytes_changed_behind_our_back_are_not_handed_out(self, house: House, app: Flask) -> None:
        told = house.brought(b"words", "x.txt")
        for path in (app.config["SETTINGS"].data_dir / "documents").rglob("*"):
            if path.is_file() and path.read_bytes() == b"words":
                path.chmod(0o640)
                path.write_bytes(b"other")
        answer = house.client("applicant").get(told["file_url"])
        assert answer.status_code == 503
        for path in (app.config["SETTINGS"].data_dir / "documents").rglob("*"):
            if path.is_file() and path.read_bytes() == b"other":
                path.unlink()


class TestVersions:
    def test_each_stays_and_names_the_one_before(self, house: House, session: Session) -> None:
        told = house.brought(files.pdf("first"))
        answer = house.bring(
            "applicant", files.pdf("second"), "b.pdf", to=f"/{told['id']}/versions", version=told["version"]
        )
        assert answer.json is not None
        assert [each["number"] for each in answer.json["versions"]] == [2, 1]
        client = house.client("applicant")
        first, second = (client.get(f"{told['file_url']}?version={n}").data for n in (1, 2))
        assert first != second
        assert client.get(told["file_url"]).data == second
        rows = session.execute(
            text("SELECT id, number, previous_id FROM permit_document_version ORDER BY number")
        ).all()
        assert rows[1].previous_id == rows[0].id
        with pytest.raises(Exception, match="never changed"), session.begin_nested():
            session.execute(text("UPDATE permit_document_version SET sha256 = sha256, number = 7"))
        with pytest.raises(Exception, match="never changed"), session.begin_nested():
            session.execute(text("DELETE FROM permit_document_version"))

    def test_somebody_elses_change_is_not_written_over(self, house: House) -> None:
        told = house.brought(files.pdf("first"))
        house.show(told, "public")
        for rest, fields in WRITES.items():
            stale = house.post("officer", f"/{told['id']}{rest}", **{**fields(), "version": told["version"]})
            assert stale.status_code == 409, rest
            assert stale.json is not None
            assert (stale.json["seen"], stale.json["now"]) == (1, 2)

    def test_the_same_bytes_are_no_new_version(self, house: House) -> None:
        told = house.brought(files.dxf(), "x.dxf")
        again = house.bring(
            "applicant", files.dxf(), "y.dxf", to=f"/{told['id']}/versions", version=told["version"]
        )
        assert again.status_code == 409


class TestRedacted:
    def redact(self, house: House, told: Any, content: bytes, number: int = 1) -> Any:
        answer = house.bring(
            "officer", content, "r.pdf", to=f"/{told['id']}/redacted",
            number=str(number), version=told["version"], reason="a neighbour named",
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        return answer.json

    def test_the_public_gets_the_copy_and_nobody_loses_the_original(self, house: House) -> None:
        original, copy = files.pdf(SECRET), files.pdf("covered")
        told = self.redact(house, house.brought(original, shown="public"), copy)
        url = told["file_url"]
        assert house.client("visitor").get(url).data == copy
        for asked in ("?version=1", "?copy=redacted&version=1"):
            assert house.client("visitor").get(url + asked).status_code == 404
        assert house.client("visitor").get(url + "?copy=original").data == copy
        for who in ("applicant", "officer", "auditor"):
            assert house.client(who).get(url).data == original
            assert house.client(who).get(url + "?copy=redacted").data == copy
        assert house.client("visitor").get(told["url"] + ".json").json["is_redacted"]  # type: ignore[index]
        assert "a neighbour named" not in house.client("visitor").get(told["url"]).text
        assert "a neighbour named" not in house.client("applicant").get(told["url"]).text
        assert "a neighbour named" in house.client("officer").get(told["url"]).text

    def test_a_version_after_a_redaction_is_not_shown_before_somebody_has_looked(self, house: House) -> None:
        copy = files.pdf("covered")
        told = self.redact(house, house.brought(files.pdf(SECRET), shown="public"), copy)
        answer = house.bring(
            "applicant", files.pdf(SECRET + " again"), to=f"/{told['id']}/versions", version=told["version"]
        )
        assert answer.status_code == 200
        assert house.client("visitor").get(told["file_url"]).data == copy
        assert "has none yet" in house.client("officer").get(told["url"]).text
        second = files.pdf("covered again")
        self.redact(house, answer.json, second, number=2)
        assert house.client("visitor").get(told["file_url"]).data == second

    def test_the_original_is_no_redacted_copy(self, house: House) -> None:
        original = files.pdf(SECRET)
        told = house.brought(original)
        answer = house.bring(
            "officer", original, to=f"/{told['id']}/redacted", number="1", version=told["version"], reason="x"
        )
        assert answer.status_code == 409

    def test_boxes_drawn_leave_nothing_beneath(self, house: House, tmp_path: Any) -> None:
        told = house.brought(files.pdf(SECRET, pages=2), shown="public")
        assert house.client("officer").get(house.url(f"/{told['id']}/blacken")).status_code == 200
        page = house.client("officer").get(house.url(f"/{told['id']}/pages/2.png"))
        assert Image.open(io.BytesIO(page.data)).format == "PNG"
        assert house.client("officer").get(house.url(f"/{told['id']}/pages/3.png")).status_code == 404
        answer = house.post(
            "officer", f"/{told['id']}/blacken", version=told["version"], number="1", reason="a person",
            page=["1", "1"], left=["۰", ""], top=["0", ""], width=["100", ""], height=["۳۰٫۵", ""],
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        given = house.client("visitor").get(told["file_url"]).data
        reader = PdfReader(io.BytesIO(given))
        assert [each.extract_text().strip() for each in reader.pages] == ["", ""]
        assert b"Laleh" not in given

    def test_who_shows_a_file_is_told_what_it_says_of_itself(self, house: House) -> None:
        original = files.pdf('<meta name="author" content="Engineer Zoe">Plan')
        assert author_of(original) == "Engineer Zoe"
        told = house.brought(original, shown="public")
        assert "author, program and dates are not taken out" in house.client("officer").get(told["url"]).text
        assert "author, program" not in house.client("visitor").get(told["url"]).text
        picture = house.brought(files.picture(), "site.png", shown="public")
        assert "author, program" not in house.client("officer").get(picture["url"]).text
        # What the page says of a copy drawn here is so.
        drawn = house.post(
            "officer", f"/{told['id']}/blacken", version=told["version"], number="1", reason="its author",
            page="1", left="0", top="0", width="10", height="10",
        )  # fmt: skip
        assert drawn.status_code == 200, drawn.text
        given = house.client("visitor").get(told["file_url"]).data
        assert author_of(given) is None

    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            ({"page": [], "left": [], "top": [], "width": [], "height": []}, 422),
            ({"page": "1", "left": "0", "top": "0", "width": "0", "height": "5"}, 422),
            ({"page": "9", "left": "0", "top": "0", "width": "5", "height": "5"}, 422),
            ({"page": "1", "left": "90", "top": "0", "width": "50", "height": "5"}, 422),
            ({"page": "1", "left": "nan", "top": "0", "width": "5", "height": "5"}, 400),
            ({"page": "1", "left": "x", "top": "0", "width": "5", "height": "5"}, 400),
            ({"page": "1", "left": "-5", "top": "0", "width": "5", "height": "5"}, 400),
            ({"page": "1", "left": ["0", "1"], "top": "0", "width": "5", "height": "5"}, 400),
        ],
    )
    def test_boxes_that_are_none_are_named(self, house: House, fields: dict[str, Any], status: int) -> None:
        told = house.brought(files.pdf())
        answer = house.post(
            "officer", f"/{told['id']}/blacken", version=told["version"], number="1", reason="x", **fields
        )
        assert (answer.status_code, answer.json and answer.json["field"]) == (status, "boxes")

    def test_what_cannot_be_drawn_upon_says_what_to_do(self, house: House) -> None:
        for content, name in ((files.dxf(), "x.dxf"), (files.pdf(pages=31), "x.pdf")):
            told = house.brought(content, name)
            answer = house.client("officer").get(house.url(f"/{told['id']}/blacken"))
            assert answer.status_code == 422
            assert "upload the copy" in answer.text


class TestTexts:
    def url(self, house: House) -> str:
        return f"/permits/{house.case.reference}/redactions"

    def post(self, house: House, who: str, rest: str = "", **fields: Any) -> TestResponse:
        return house.post(who, self.url(house) + rest, **fields)

    def test_a_title_is_moved_out_of_sight_and_back(self, house: House, session: Session) -> None:
        told = house.brought(files.pdf(), title=SECRET, shown="public")
        assert SECRET in house.client("visitor").get(house.url()).text
        asked = {
            "what": "permit_document",
            "number": str(told["id"]),
            "field": "title",
            "reason": "a neighbour named",
        }
        assert self.post(house, "officer", **asked).status_code == 303
        for who in ("visitor", "applicant", "officer"):
            for page in (house.url(), told["url"], told["url"] + ".json"):
                answer = house.client(who).get(page).text
                assert SECRET not in answer
                assert "redacted" in answer.lower()
        assert SECRET in house.client("officer").get(self.url(house)).text
        for who in EVERYBODY - {"intake", "officer"}:
            assert house.client(who).get(self.url(house)).status_code in (302, 403, 404)
        number = session.execute(text("SELECT id FROM redaction")).scalar_one()
        assert self.post(house, "officer", f"/{number}/lift", reason="agreed").status_code == 303
        assert SECRET in house.client("visitor").get(house.url()).text

    def test_the_description_leaves_the_search_too(self, house: House, session: Session) -> None:
        house.case.description = SECRET
        session.flush()
        asked = {
            "what": "permit",
            "number": str(house.case.id),
            "field": "description",
            "reason": "a neighbour named",
        }
        assert self.post(house, "officer", **asked).status_code == 303
        whole = session.execute(
            text("SELECT permit::text, words FROM permit WHERE id = :id"), {"id": house.case.id}
        ).one()
        assert "Laleh" not in whole[0]
        assert "laleh" not in whole[1]
        for form in ("", ".json"):
            assert "[redacted]" in house.client("visitor").get(f"/permits/{house.case.reference}{form}").text

    def test_in_the_place_of_a_comment_is_said_that_it_is_redacted(
        self, house: House, session: Session
    ) -> None:
        said = Comment(
            permit_id=house.case.id,
            receipt="R",
            stance=Stance.OBJECTION,
            text=SECRET,
            answer="Laleh is heard.",
        )
        session.add(said)
        session.flush()
        page = f"/permits/{house.case.reference}"
        assert SECRET in house.client("visitor").get(page).text
        for field in ("text", "answer"):
            asked = {"what": "permit_comment", "number": str(said.id), "field": field, "reason": "a name"}
            assert self.post(house, "officer", **asked).status_code == 303
        for address in (page, page + ".json", "/permits/comments/R"):
            told = house.client("visitor").get(address).text
            assert "Laleh" not in told
            assert told.count("[redacted]") == 2

    def test_texts_of_another_case_and_what_is_no_text_are_not_found(
        self, house: House, session: Session
    ) -> None:
        told = house.brought(files.pdf(), title="mine")
        other = make_case(session, "1405-000077", applicant=house.applicant)
        house.case = other
        for asked in (
            {"what": "permit_document", "number": str(told["id"]), "field": "title"},
            {"what": "permit", "number": str(other.id), "field": "tracking_code"},
            {"what": "person", "number": "1", "field": "name"},
            {"what": "", "number": "", "field": ""},
        ):
            assert self.post(house, "officer", reason="x", **asked).status_code in (400, 404)
        assert self.post(house, "officer", "/1/lift", reason="x").status_code == 404


def test_the_record_tells_each_act_and_no_names(house: House, session: Session) -> None:
    told = house.brought(files.pdf(), "Laleh.pdf", title="Laleh's deed", shown="public")
    house.post("officer", f"/{told['id']}/withdraw", version=told["version"], reason="a wrong one")
    audit.write_pending(session)
    subject = f"permit_document:{told['id']}"
    rows = session.execute(
        text("SELECT action, actor, audit::text AS whole FROM audit WHERE subject = :s ORDER BY id"),
        {"s": subject},
    ).all()
    assert [row.action for row in rows] == ["document.bring", "document.show", "document.withdraw"]
    assert rows[0].actor == house.applicant.in_record
    assert not any("Laleh" in row.whole for row in rows)


def test_withdrawn_it_is_gone_for_the_public_and_stays_for_the_others(house: House) -> None:
    told = house.brought(files.pdf(), shown="public")
    assert (
        house.post("officer", f"/{told['id']}/withdraw", version=told["version"], reason="wrong").status_code
        == 200
    )
    assert house.client("visitor").get(told["file_url"]).status_code == 404
    assert house.client("applicant").get(told["file_url"]).status_code == 200
    assert "wrong" in house.client("applicant").get(told["url"]).text
    again = house.bring("officer", files.pdf("x"), to=f"/{told['id']}/versions", version=told["version"] + 1)
    assert again.status_code == 409


@pytest.mark.parametrize("lang", ["fa", "en"])
@pytest.mark.parametrize("who", ["visitor", "applicant", "officer", "auditor"])
def test_every_page_in_both_languages(house: House, who: str, lang: str) -> None:
    told = house.brought(files.pdf(), "<b>&.pdf", title="<script>alert(1)</script>", shown="public")
    house.picture_all()
    pages = [house.url(), told["url"]]
    if who == "officer":
        pages += [told["url"] + "/blacken", f"/permits/{house.case.reference}/redactions"]
    for page in pages:
        answer = house.client(who).get(page, query_string={"lang": lang})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert f'lang="{lang}"' in answer.text


class TestPrivacy:
    def test_what_one_brought_is_in_ones_own_data(self, house: House) -> None:
        told = house.brought(files.pdf(), "deed.pdf")
        answer = house.client("applicant").get("/account/data.json")
        own = answer.json["permit_documents"] if answer.json else None
        assert [(each["document"], each["name"], each["version"]) for each in own or []] == [
            (told["id"], "deed.pdf", 1)
        ]
        assert house.client("applicant").get(own[0]["address"]).status_code == 200  # type: ignore[index]

    def test_what_was_withdrawn_long_ago_is_let_go(
        self, house: House, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from accounts.privacy import retention

        told = house.brought(files.photo(), "Laleh.jpg", title="Laleh")
        # A title that was taken out of sight is kept apart, and goes with the rest.
        hidden: dict[str, Any] = {
            "what": "permit_document",
            "number": str(told["id"]),
            "field": "title",
            "reason": "a name",
        }
        assert (
            house.post("officer", f"/permits/{house.case.reference}/redactions", **hidden).status_code == 303
        )
        told["version"] += 1
        kept = house.brought(files.picture(), "stays.png")
        house.post("officer", f"/{told['id']}/withdraw", version=told["version"], reason="x")
        session.execute(text("UPDATE permit_document SET withdrawn_at = withdrawn_at - interval '400 days'"))
        session.expire_all()
        retention.apply(session)
        session.flush()
        whole = session.execute(
            text(
                "SELECT permit_document::text, permit_document_version::text FROM permit_document"
                " JOIN permit_document_version ON document_id = permit_document.id WHERE document_id = :d"
            ),
            {"d": told["id"]},
        ).one()
        assert "Laleh" not in "".join(whole)
        assert session.scalar(text("SELECT count(*) FROM redacted_text")) == 0
        number = session.execute(text("SELECT id FROM redaction")).scalar_one()
        lift = f"/permits/{house.case.reference}/redactions/{number}/lift"
        assert house.post("officer", lift, reason="x").status_code == 404
        with pytest.raises(Conflict):
            redactions.lift(session, COMMAND, number, "x")
        waiting = text(
            "SELECT args ->> 'sha256' FROM procrastinate_jobs WHERE task_name = 'documents.forget'"
        )
        assert list(session.execute(waiting).scalars()) == [_sha(files.photo())]
        assert house.client("applicant").get(told["url"] + "/file").status_code == 404
        assert "no longer held" in house.client("applicant").get(told["url"]).text
        assert house.client("applicant").get(kept["url"] + "/file").status_code == 200
        assert not files_service.is_used(session, _sha(files.photo()))
        assert files_service.is_used(session, _sha(files.picture()))


def _sha(content: bytes) -> str:
    from core.documents import hash_of

    return hash_of(content)


def test_a_certificate_that_somebody_brought_is_never_forgotten(house: House, session: Session) -> None:
    sha256 = _sha(b"certificate")
    session.execute(
        text(
            "INSERT INTO certificate"
            " (public_id, number, language, parcel_id, parcel_number, day, zone_ids, stated, document)"
            " VALUES ('x', '1405-000001', 'fa', 1, '1', now(), '{1}', '{}', :sha256)"
        ),
        {"sha256": sha256},
    )
    assert files_service.is_used(session, sha256)
