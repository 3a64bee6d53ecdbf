"""Taking files in, picturing them and letting them go; and texts taken out of sight, on a real database."""

import datetime as dt
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.models import Person
from core import audit, redactions
from core.audit import COMMAND
from core.documents import DocumentStore, hash_of, services
from core.documents.kinds import DocumentKind, FileRefused
from core.documents.models import DocumentFile
from core.documents.pictures import Box, NotOpened, make_redacted
from core.documents.scanning import Infected, Scanner
from core.documents.services import Desk
from core.errors import Conflict, NotFound, TooLarge, Unavailable, Unprocessable
from core.redactions import Redactable
from tests import files
from tests.clamd import scanner
from tests.people import make_person


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(DocumentStore(tmp_path), most_bytes=2_000_000)
    before = list(services._desks)
    services.work_at(made)
    yield made
    services._desks[:] = before


def kept(desk: Desk) -> int:
    return sum(path.is_file() for path in desk.store.folder.rglob("*")) if desk.store.folder.exists() else 0


def queued(session: Session, name: str) -> list[dict[str, str]]:
    asked = text("SELECT args FROM procrastinate_jobs WHERE task_name = :name ORDER BY id")
    return list(session.execute(asked, {"name": name}).scalars())


def age(desk: Desk, days: float = 2) -> None:
    """As if the files had been brought some days ago."""
    for path in desk.store.folder.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - days * 86400,) * 2)


def test_a_file_is_kept_once_and_pictured_once(session: Session, desk: Desk) -> None:
    content = files.pdf("Ground floor", pages=200)
    first = services.receive(session, desk, content, "نقشه.pdf")
    second = services.receive(session, desk, content, "../again.PDF")
    assert first.file is second.file
    assert (first.name, second.name) == ("نقشه.pdf", "again.pdf")
    assert (first.file.kind, first.file.pages, first.file.size_bytes) == ("pdf", 200, len(content))
    services.picture(session, first.file.sha256)
    assert first.file.preview is not None
    shown = Image.open(io.BytesIO(desk.store.read(first.file.preview)))
    assert shown.format == "WEBP"
    assert max(shown.size) == 1000
    assert first.file.clean is None
    services.receive(session, desk, content, "x.pdf")
    waiting = queued(session, "documents.picture")
    services.picture(session, first.file.sha256)
    assert waiting == [{"sha256": first.file.sha256}] * 2, "asked for again only until it was made"


def test_the_public_copy_of_a_photo_says_nothing_of_its_camera(session: Session, desk: Desk) -> None:
    original = files.photo((80, 60))
    file = services.receive(session, desk, original, "IMG_1.jpg").file
    services.picture(session, file.sha256)
    assert file.clean is not None
    assert file.preview is not None
    assert desk.store.read(file.sha256) == original
    for made in (file.clean, file.preview):
        content = desk.store.read(made)
        assert b"SpyPhone" not in content
        assert b"Laleh" not in content
        image = Image.open(io.BytesIO(content))
        assert not image.getexif()
        assert image.size == (60, 80), "upright, as the camera meant it"
    assert Image.open(io.BytesIO(original)).getexif()


def test_what_is_refused_leaves_nothing(session: Session, desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        services.receive(session, desk, b"x" * 2_000_001, "x.txt")
    for bad in (files.bomb(), files.archive(), b"<html>", b"%PDF-1.4\n%%EOF"):
        with pytest.raises(FileRefused):
            services.receive(session, desk, bad, "plan.pdf")
    with scanner() as daemon:
        watched = Desk(desk.store, Scanner(f"tcp://127.0.0.1:{daemon.server_address[1]}"))
        with pytest.raises(Infected):
            services.receive(session, watched, files.EICAR, "plan.txt")
        services.receive(session, watched, b"clean words", "plan.txt")
    with pytest.raises(Unavailable):
        services.receive(session, watched, b"other words", "plan.txt")
    assert kept(desk) == 1
    assert [row.kind for row in session.query(DocumentFile)] == ["text"]


def test_a_file_that_cannot_be_pictured_says_why_and_is_not_tried_for_ever(
    session: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = services.receive(session, desk, files.picture(), "x.png").file

    def fail(*_args: object) -> bytes:
        raise NotOpened("no", details={"reason": "too_heavy"})

    monkeypatch.setattr("core.documents.pictures.make_preview", fail)
    services.picture(session, file.sha256)
    session.flush()
    session.refresh(file)
    assert (file.preview, file.picture_error) == (None, "too_heavy")
    assert file.pictured_at is not None


class TestLettingGo:
    def test_bytes_that_nothing_speaks_of_go_with_what_was_made_of_them(
        self, session: Session, desk: Desk
    ) -> None:
        file = services.receive(session, desk, files.photo(), "x.jpg").file
        services.picture(session, file.sha256)
        assert kept(desk) == 3
        services.forget(session, file.sha256)
        assert kept(desk) == 3, "brought within the last day"
        assert file.forgotten_at is None
        assert queued(session, "documents.forget") == [{"sha256": file.sha256}], "looked at again tomorrow"
        age(desk)
        services.forget(session, file.sha256)
        session.refresh(file)
        assert kept(desk) == 0
        assert file.forgotten_at is not None
        assert (file.preview, file.clean) == (None, None)

    def test_bytes_that_a_room_speaks_of_stay(
        self, session: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = services.receive(session, desk, files.photo(), "x.jpg").file
        age(desk)
        monkeypatch.setitem(services._uses, "test", lambda _session, sha256: sha256 == file.sha256)
        services.forget(session, file.sha256)
        assert kept(desk) == 1
        assert file.forgotten_at is None

    def test_a_copy_that_somebody_brought_as_their_own_stays(self, session: Session, desk: Desk) -> None:
        file = services.receive(session, desk, files.photo(), "x.jpg").file
        services.picture(session, file.sha256)
        assert file.clean is not None
        services.receive(session, desk, desk.store.read(file.clean), "mine.jpg")
        clean = file.clean
        age(desk)
        services.forget(session, file.sha256)
        assert desk.store.read(clean)

    def test_what_is_brought_anew_comes_back(self, session: Session, desk: Desk) -> None:
        content = files.photo()
        file = services.receive(session, desk, content, "x.jpg").file
        age(desk)
        services.forget(session, file.sha256)
        again = services.receive(session, desk, content, "x.jpg").file
        assert again.forgotten_at is None
        assert desk.store.read(again.sha256) == content


class TestBlackened:
    def test_the_words_beneath_are_gone(self, desk: Desk, tmp_path: Path) -> None:
        source = tmp_path / "plan.pdf"
        source.write_bytes(files.pdf("Laleh Shahrvand 0012345678", pages=3))
        made = make_redacted(source, DocumentKind.PDF, [Box(2, 0, 0, 1, 0.5)], dpi=60)
        target = tmp_path / "redacted.pdf"
        target.write_bytes(made)
        for page in ("1", "2", "3"):
            said = os.popen(f"pdftotext -f {page} -l {page} {target} -").read()
            assert said.strip() == ""
        from pypdf import PdfReader

        reader = PdfReader(target)
        assert len(reader.pages) == 3
        assert b"Laleh" not in made
        assert not reader.metadata or "Laleh" not in str(reader.metadata)
        second = reader.pages[1].images[0].image.convert("L")  # type: ignore[union-attr]
        first = reader.pages[0].images[0].image.convert("L")  # type: ignore[union-attr]
        top = (0, 0, second.width, second.height // 2 - 8)
        assert second.crop(top).getextrema()[1] < 20  # type: ignore[operator]
        assert first.crop(top).getextrema()[1] > 200  # type: ignore[operator]

    def test_a_box_on_a_photo(self, tmp_path: Path) -> None:
        source = tmp_path / "photo.jpg"
        source.write_bytes(files.photo((80, 60)))
        made = make_redacted(source, DocumentKind.JPEG, [Box(1, 0.5, 0.5, 0.5, 0.5)], dpi=60)
        image = Image.open(io.BytesIO(made)).convert("L")
        assert image.size == (60, 80)
        assert image.getpixel((50, 70)) < 20  # type: ignore[operator]
        assert image.getpixel((10, 10)) > 60  # type: ignore[operator]
        assert b"SpyPhone" not in made


class TestTextsOutOfSight:
    @pytest.fixture
    def person(self, session: Session, city: Session, monkeypatch: pytest.MonkeyPatch) -> Person:
        made = make_person(session)
        made.name = "My neighbour's phone is 0912"
        session.flush()
        finder = Redactable(
            "person", frozenset({"name"}), lambda s, n: s.get(Person, n, with_for_update=True)
        )
        monkeypatch.setitem(redactions._kinds, "person", finder)
        return made

    def redact(self, session: Session, person: Person, field: str = "name", reason: str = "a number") -> None:
        redactions.redact(session, COMMAND, "person", person.id, field, reason)

    def test_the_words_move_out_and_the_record_does_not_tell_them(
        self, session: Session, person: Person
    ) -> None:
        before = person.version
        self.redact(session, person)
        session.refresh(person)
        assert (person.name, person.version) == ("", before + 1)
        assert redactions.fields_redacted(session, "person", [person.id, 7]) == {person.id: {"name"}}
        [(redaction, words)] = redactions.originals_of(session, "person", person.id)
        assert words == "My neighbour's phone is 0912"
        assert (redaction.reason, redaction.redacted_by) == ("a number", None)
        audit.write_pending(session)
        told = session.execute(
            text("SELECT action, reason, a::text AS whole FROM audit AS a ORDER BY id DESC LIMIT 1")
        ).one()
        assert (told.action, told.reason) == ("text.redact", "a number")
        assert "0912" not in told.whole

    def test_they_come_back_as_they_were(self, session: Session, person: Person) -> None:
        self.redact(session, person)
        [(redaction, _words)] = redactions.originals_of(session, "person", person.id)
        redactions.lift(session, COMMAND, redaction.id, "by mistake")
        assert person.name == "My neighbour's phone is 0912"
        assert redactions.fields_redacted(session, "person", [person.id]) == {}
        assert session.scalar(text("SELECT count(*) FROM redacted_text")) == 0
        with pytest.raises(Conflict):
            redactions.lift(session, COMMAND, redaction.id, "again")
        self.redact(session, person)  # and may be taken out again

    def test_what_cannot_be_is_refused(self, session: Session, person: Person) -> None:
        with pytest.raises(Unprocessable):
            self.redact(session, person, reason="  ")
        with pytest.raises(NotFound):
            self.redact(session, person, field="email")  # nobody declared it
        with pytest.raises(NotFound):
            redactions.redact(session, COMMAND, "nothing", person.id, "name", "x")
        with pytest.raises(NotFound):
            redactions.lift(session, COMMAND, 999, "x")
        self.redact(session, person)
        with pytest.raises(Conflict):
            self.redact(session, person)
        [(redaction, _words)] = redactions.originals_of(session, "person", person.id)
        person.name = "something new"
        session.flush()
        with pytest.raises(Conflict):
            redactions.lift(session, COMMAND, redaction.id, "x")  # nothing new is written over


def test_the_hash_is_the_name(desk: Desk, session: Session) -> None:
    content = files.dxf()
    file = services.receive(session, desk, content, "plan.dxf").file
    assert file.sha256 == hash_of(content)
    assert queued(session, "documents.picture") == [], "nothing here draws a DXF"
    assert dt.datetime.now(dt.UTC) - file.received_at < dt.timedelta(minutes=5)
