"""Every file is shown to a virus scanner before it is kept, where the city has one: ClamAV's daemon, by its socket.

The protocol is clamd's INSTREAM (man 8 clamd): lengths of four bytes, chunks, a length of nothing, one line back. A
scanner that cannot be reached lets nothing through.
"""

import socket
import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog

from core.documents.kinds import FileRefused
from core.errors import Unavailable
from core.i18n import gettext as _

log = structlog.get_logger("documents")
_TIMEOUT_S = 30.0
_CHUNK = 1 << 16
_LONGEST_ANSWER = 4096


class Infected(FileRefused):
    """The scanner knows this file; it is not kept."""

    code = "infected"


@dataclass(frozen=True)
class Scanner:
    """ClamAV at ``unix:///run/clamav/clamd.ctl`` or ``tcp://host:3310``; an empty address: no scanner, all pass."""

    address: str = ""
    timeout_s: float = _TIMEOUT_S

    def check(self, content: bytes) -> None:
        """Let these bytes pass. Raises Infected, or Unavailable when nobody could say."""
        if not self.address:
            return
        try:
            answer = self._ask(content)
        except OSError as error:
            log.error("virus scanner away", address=self.address, error=str(error))
            raise _no_answer() from error
        told = answer.strip("\0\r\n ").removeprefix("stream: ")
        if told == "OK":
            return
        if told.endswith(" FOUND"):
            name = told.removesuffix(" FOUND")
            log.warning("infected file refused", virus=name)
            raise Infected(
                _("The virus scanner refused this file (%(name)s). It was not kept.", name=name[:100]),
                field="file",
            )
        log.error("virus scanner did not say", answer=answer[:200])
        raise _no_answer()

    def _ask(self, content: bytes) -> str:
        with self._connect() as link:
            link.sendall(b"zINSTREAM\0")
            for at in range(0, len(content), _CHUNK):
                chunk = content[at : at + _CHUNK]
                link.sendall(struct.pack("!L", len(chunk)) + chunk)
            link.sendall(struct.pack("!L", 0))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
                part = link.recv(_LONGEST_ANSWER)
                if not part:
                    break
                answer += part
        return answer.decode("utf-8", "replace")

    def _connect(self) -> socket.socket:
        parts = urlsplit(self.address)
        if parts.scheme == "tcp":
            return socket.create_connection((parts.hostname or "", parts.port or 3310), self.timeout_s)
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(self.timeout_s)
        try:
            link.connect(parts.path)
        except OSError:
            link.close()
            raise
        return link


def _no_answer() -> Unavailable:
    return Unavailable(
        _(
            "Files cannot be checked for viruses just now, so none are taken. Please try again in some minutes."
        ),
        details={"retry_after_s": 300},
    )
