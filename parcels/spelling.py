"""Numbers that are one slip of the finger away from the one that was typed."""

_LETTERS = "0123456789-"
_LONGEST = 24


def spellings_near(key: str) -> list[str]:
    """Every folded number one slip from ``key``: a sign left out, doubled, swapped with the next or mistyped.

    About 25 per sign, so that looking all of them up is one cheap index query; none for a key too long for that.
    """
    if not key or len(key) > _LONGEST:
        return []
    cuts = [(key[:at], key[at:]) for at in range(len(key) + 1)]
    near = {head + tail[1:] for head, tail in cuts if tail}
    near |= {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    near |= {head + sign + tail[1:] for head, tail in cuts if tail for sign in _LETTERS}
    near |= {head + sign + tail for head, tail in cuts for sign in _LETTERS}
    return sorted(near - {key, ""})
