"""Folding of Persian and Latin text, so that what people type finds what the city wrote.

The SQL twins ``fold_text``, ``fold_number`` and ``fold_sound`` (migrations) do the same inside generated columns; a
test holds them against each other.
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
# How a name is heard: two letters for one sound, then every letter by its consonant; vowels are not written in
# Persian and spelt as one likes in Latin letters. What the folding left in lower case leaves upper case free.
_DIGRAPHS = (("kh", "x"), ("gh", "g"), ("sh", "S"), ("ch", "C"), ("zh", "J"), ("ph", "f"))
_FIRST_V, _FIRST_Y, _LAST_H = re.compile(" [vwو]"), re.compile(" [yی]"), re.compile("[hهح] ")
_CONSONANTS = str.maketrans(
    "qcjبپتطثسصجچحهخدذزضظرژشغقفکگلمن",
    "gkJbpttsssJChhxdzzzzrJSggfkglmn",
    "aeiouvwyاویعء 0123456789",
)
_REPEATED = re.compile(r"(.)\1+")
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
    # Python alone writes a sigma otherwise at the end of a word; PostgreSQL's lower() goes letter by letter.
    lower = unicodedata.normalize("NFC", plain).replace("Σ", "σ").lower()
    return _BREAKS.sub(" ", lower).strip()


def fold_number(text: str) -> str:
    """Fold a parcel number: as :func:`fold`, each run of digits without leading zeros, parts joined by ``-``.

    ``02-015-0034`` and ``۲/۱۵/۳۴`` are both ``2-15-34``.
    """
    return _LEADING_ZEROS.sub("", fold(text)).replace(" ", "-")


def fold_sound(text: str) -> str:
    """The consonants that a name is heard by, words run together: one key for its spellings in either script.

    «شریعتی», ``Shari'ati`` and ``Shariaty`` are all ``Srt``; ``Vali-e Asr``, ``Valiasr`` and «ولی‌عصر» ``Vlsr``. Letters
    that Persian sounds alike are one (ز ذ ض ظ, س ص ث, ت ط, ق غ and گ for who writes q, gh or g); و and ی count only
    where a word begins, a last ه not at all; digits are left out.
    """
    heard = f" {fold(text)} ".replace(" ye ", " ")
    for letters, sign in _DIGRAPHS:
        heard = heard.replace(letters, sign)
    heard = _LAST_H.sub(" ", _FIRST_Y.sub(" Y", _FIRST_V.sub(" V", heard)))
    return _REPEATED.sub(r"\1", heard.translate(_CONSONANTS))
