"""One kept-alive connection to a server, and how long its answers take."""

import gzip
import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.processes import NotHad

PATIENCE_S = 120


@dataclass(frozen=True)
class Answer:
    """What came back, and how long it took from the first byte sent to the last one read."""

    status: int
    took_ms: float
    sent: bytes
    encoding: str

    @property
    def body(self) -> bytes:
        """The content, unpacked."""
        return gzip.decompress(self.sent) if self.encoding == "gzip" and self.sent else self.sent


class Asker:
    """Asks one server over one connection, as a browser's or a proxy's would be: kept alive, gzip welcome."""

    def __init__(self, root: str) -> None:
        self.root = root
        split = urlsplit(root)
        self._link = http.client.HTTPConnection(split.hostname or "", split.port, timeout=PATIENCE_S)
        self._prefix = split.path

    def ask(self, path: str, accept: str = "*/*") -> Answer:
        """Ask for one path. Raises NotHad if no answer comes."""
        headers = {"Accept-Encoding": "gzip", "Accept": accept}
        for attempt in (1, 2):
            began = time.perf_counter()
            try:
                self._link.request("GET", self._prefix + path, headers=headers)
                response = self._link.getresponse()
                sent = response.read()
            except (OSError, http.client.HTTPException) as error:
                # A server may have closed an idle connection just as we asked; once is no failure.
                self._link.close()
                if attempt == 2 or isinstance(error, TimeoutError):
                    raise NotHad(f"no answer to {path}: {error}") from None
                continue
            took_ms = (time.perf_counter() - began) * 1000
            return Answer(response.status, took_ms, sent, response.headers.get("Content-Encoding", ""))
        raise AssertionError

    def anew(self, path: str) -> Answer:
        """Ask over a connection of its own: for asking from several threads."""
        other = Asker(self.root)
        try:
            return other.ask(path)
        finally:
            other.close()

    def close(self) -> None:
        """Hang up."""
        self._link.close()


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed (nearest rank)."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]
