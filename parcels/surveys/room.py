"""Where a machine keeps what surveys need on its disk: the files as sent, and what was read from them."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from core.documents import DocumentStore
from core.errors import Unavailable
from parcels.surveys.reading import FEATURES

_rooms: list["Room"] = []


class Room:
    """The surveys' part of one city's data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.documents = DocumentStore(data_dir)
        self._read = data_dir / "surveys" / "read"

    def find_read(self, key: str, folder: Path) -> dict[str, Any] | None:
        """What was read of a file before with the same answers, its features laid into ``folder``; None: not yet."""
        kept = self._read / key
        try:
            answer: dict[str, Any] = json.loads((kept / "answer.json").read_text(encoding="utf-8"))
            shutil.copyfile(kept / FEATURES, folder / FEATURES)
        except (OSError, ValueError):
            return None
        return answer

    def keep_read(self, key: str, folder: Path, answer: dict[str, Any]) -> None:
        """Keep what was read, so that an answer that does not change it does not have it read again."""
        kept = self._read / key
        kept.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / FEATURES, kept / FEATURES)
        # Last, as it is looked for first.
        (kept / "answer.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


def key_of(*parts: Any) -> str:
    """A name for what these parts lead to."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def work_in(data_dir: Path) -> None:
    """Have this process's checks work in a city's data folder."""
    _rooms[:] = [Room(data_dir)]


def room() -> Room:
    """The room that was chosen. Raises Unavailable where nobody has."""
    if not _rooms:
        raise Unavailable("no data folder was chosen for surveys")
    return _rooms[0]
