"""The names of files as people gave them, made safe to keep, to show and to send back."""

import re
import unicodedata
from urllib.parse import quote

from core.documents.kinds import DocumentKind
from core.i18n import gettext as _

_LONGEST = 120
_PATH = re.compile(r"[/\\]")
# What some system gives a meaning of its own in a name.
_MEANT = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_JOINERS = "\u200c\u200d"


def safe_name(given: str, kind: DocumentKind) -> str:
    """A name without folders, hidden letters and turned directions, that ends as files of its kind end.

    Letters of every script stay, and the half-space between them. ``../../plan\u202egpj.exe`` that is a PNG comes out
    as ``plangpj.exe.png``: never does a name say that a file is something else than it is.
    """
    name = unicodedata.normalize("NFC", _PATH.split(given or "")[-1])
    name = _MEANT.sub("", "".join(letter for letter in name if _is_kept(letter)))
    name = re.sub(r"\s+", " ", name).strip().rstrip(".")
    suffix = next((each for each in kind.suffixes if name.lower().endswith(each)), "")
    stem = name[: -len(suffix)] if suffix else name
    stem = stem[:_LONGEST].strip(" ." + _JOINERS) or _("document")
    return stem + (suffix.lower() or kind.suffixes[0])


def _is_kept(letter: str) -> bool:
    if letter in _JOINERS:
        return True
    # Cc, Cf, Cs, Co, Cn: controls (with those that turn the direction), halves of letters, and what is no letter.
    return unicodedata.category(letter)[0] != "C" or letter.isspace()


def disposition(name: str, *, inline: bool) -> str:
    """The Content-Disposition of a file: its name for every browser (RFC 6266), in any script (RFC 8187)."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    how = "inline" if inline else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
