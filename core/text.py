"""Folding of Persian and Latin text, so that what people type finds what the city wrote.

The SQL twins ``fold_text`` and ``fold_number`` (first migration) do the same inside generated columns; a test
holds the two against each other.
"""

import re
import unicodedata

# NFKC does not fold these: Arabic yeh and kaf, alef with madda or hamza, heh with yeh, teh marbuta, waw with
# hamza are one letter to whoever types them on another keyboard.
_LETTERS = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ئ": "ی",
        "ې": "ی",
        "ك": "ک",
        "ة": "ه",
        "ۀ": "ه",
        "ە": "ه",
        "ؤ": "و",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
    }
)
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
_FOREIGN_DIGITS = re.compile("[۰-۹٠-٩]+")
# Tatweel, Arabic marks, Latin combining marks, ZWNJ/ZWJ, direction marks, BOM.
_DROPPED = re.compile(
    "[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_BREAKS = re.compile(r"[\s،؛,;:.!?؟/\\|()\[\]{}<>\"'«»“”‘’`´_+*=~^&%$#@-]+")
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def latin_digits(text: str) -> str:
    """Write Persian and Arabic digits as Latin ones; everything else stays as it is."""
    return text if text.isascii() else _FOREIGN_DIGITS.sub(lambda run: run[0].translate(_DIGITS), text)


def fold(text: str) -> str:
    """Fold a name or address for comparison: letters unified, marks dropped, digits Latin, lower case.

    Punctuation and white space become single spaces. Half-spaces vanish, so «می‌شود» meets «میشود».
    """
    if text.isascii():
        # Nothing to unify or drop: most parcel numbers are such, and there are a million of them.
        return _BREAKS.sub(" ", text.lower()).strip()
    # Decomposed first: é loses its accent, and آ in two code points is the same as in one.
    letters = unicodedata.normalize("NFKC", text).translate(_LETTERS)
    plain = _DROPPED.sub("", unicodedata.normalize("NFD", letters)).translate(_LETTERS).translate(_DIGITS)
    return _BREAKS.sub(" ", unicodedata.normalize("NFC", plain).lower()).strip()


def fold_number(text: str) -> str:
    """Fold a parcel number: as :func:`fold`, each run of digits without leading zeros, parts joined by ``-``.

    ``02-015-0034`` and ``۲/۱۵/۳۴`` are both ``2-15-34``.
    """
    return _LEADING_ZEROS.sub("", fold(text)).replace(" ", "-")
