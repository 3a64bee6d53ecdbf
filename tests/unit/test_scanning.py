"""The virus scanner over real sockets: what it knows is refused, and nothing passes that nobody has looked at."""

import socket
from pathlib import Path

import pytest

from core.documents.scanning import Infected, Scanner
from core.errors import Unavailable
from core.settings import Settings, SettingsError
from tests.clamd import scanner
from tests.files import EICAR, pdf


def test_a_clean_file_is_shown_whole_and_passes() -> None:
    content = pdf() + bytes(200_000)  # more than one chunk
    with scanner() as daemon:
        Scanner(f"tcp://127.0.0.1:{daemon.server_address[1]}").check(content)
        assert daemon.seen == [content]


def test_a_virus_is_refused_by_name_over_a_unix_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "clamd.ctl")
    with scanner(path), pytest.raises(Infected, match="Eicar-Test-Signature") as caught:
        Scanner(f"unix://{path}").check(b"before " + EICAR)
    assert (caught.value.status, caught.value.code) == (422, "infected")


@pytest.mark.parametrize(
    "answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"nonsense\0", b"stream: OKAY\0", b"x" * 9000]
)
def test_a_scanner_that_does_not_say_lets_nothing_through(answer: bytes) -> None:
    with scanner(answer=answer) as daemon, pytest.raises(Unavailable, match="try again"):
        Scanner(f"tcp://127.0.0.1:{daemon.server_address[1]}").check(b"words")


def test_a_scanner_that_is_away_lets_nothing_through(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for address in (f"tcp://127.0.0.1:{port}", f"unix://{tmp_path}/none"):
        with pytest.raises(Unavailable) as caught:
            Scanner(address).check(b"words")
        assert caught.value.details["retry_after_s"] > 0


def test_a_scanner_that_hangs_lets_nothing_through() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unavailable):
        Scanner(f"tcp://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.2).check(b"words")


def test_without_a_scanner_all_pass() -> None:
    Scanner().check(EICAR)


@pytest.mark.parametrize(
    "env",
    [
        {"CLAMAV_SOCKET": "/run/clamd.ctl"},
        {"CLAMAV_SOCKET": "unix://clamd.ctl"},
        {"CLAMAV_SOCKET": "http://localhost"},
        {"DOCUMENT_MOST_MB": "0"},
        {"DOCUMENT_MOST_MB": "61"},
        {"DOCUMENT_MOST_MB": "many"},
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path: Path, env: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(env))):
        Settings.load(env, tmp_path)
