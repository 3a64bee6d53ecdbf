"""What a search found, as JSON: the public contract of /search."""

import json
from typing import Any

from flask import url_for

from core.i18n import format_date, language
from core.i18n import gettext as _
from layers.schemas import name_of
from layers.words import isolated, join_words
from parcels.hits import Hit, Kind
from parcels.schemas import address_in
from webmap.search.service import Answer


def answer_json(answer: Answer) -> dict[str, Any]:
    """The whole answer: ``suggestions`` and what was ``tried`` are for an empty one."""
    return {
        "results": [result_json(hit, answer) for hit in answer.hits],
        "suggestions": suggestions_of(answer),
        "tried": {
            "text": answer.question.folded,
            "number": answer.question.key if answer.question.may_be_a_number else None,
            "kinds": [kind.value for kind in kinds_tried(answer)],
            "told": told_of(answer),
        },
    }


def result_json(hit: Hit, answer: Answer) -> dict[str, Any]:
    """One result; ``label`` and ``detail`` are in the language spoken, ``number`` is null for what is no parcel.

    ``became`` are the numbers that a closed parcel lives on in; ``bounds`` (west, south, east, north, in degrees)
    and ``shape`` (GeoJSON, simplified: to be pointed at, not measured) are null for what is but a spot. A permit has
    its ``reference``, and no place if nobody knows one.
    """
    return {
        "kind": hit.kind.value,
        "label": label_of(hit),
        "detail": detail_of(hit),
        "number": hit.number,
        "lon": round(hit.lon, 7) if hit.has_place else None,
        "lat": round(hit.lat, 7) if hit.has_place else None,
        "url": url_of(hit, answer),
        "became": list(hit.became),
        "bounds": [round(side, 6) for side in hit.bounds] if hit.bounds else None,
        "shape": json.loads(hit.shape) if hit.shape else None,
    } | ({"reference": hit.code} if hit.kind is Kind.PERMIT else {})


def label_of(hit: Hit) -> str:
    """What a result is called in the language spoken."""
    if hit.kind is Kind.PARCEL:
        return _parcel(hit)
    if hit.kind is Kind.ADDRESS:
        return _address(hit)
    if hit.kind is Kind.ZONE:
        return _("Zone %(code)s", code=hit.code)
    if hit.kind is Kind.PERMIT:
        return _("Permit %(reference)s", reference=isolated(hit.code))
    if hit.kind is Kind.COORDINATES:
        return f"{hit.lat:.5f}, {hit.lon:.5f}"
    return name_of(hit.name_fa, hit.name_en)


def _parcel(hit: Hit) -> str:
    # Unfenced, the parts of a number change places after a Persian word: 1-2-9 would read 9-2-1.
    number = isolated(hit.number or "")
    if not hit.is_closed:
        return _("Parcel %(number)s", number=number)
    if not hit.became:
        return _("Parcel %(number)s (closed)", number=number)
    numbers = join_words([isolated(each) for each in hit.became])
    return _("Parcel %(number)s (closed; now %(numbers)s)", number=number, numbers=numbers)


def detail_of(hit: Hit) -> str:
    """What tells a result from others: a parcel's address, an address's parcel number, a facility's layer."""
    if hit.kind is Kind.PARCEL:
        return _address(hit)
    if hit.kind is Kind.ZONE:
        return name_of(hit.name_fa, hit.name_en)
    if hit.kind is Kind.PERMIT:
        return join_words([each for each in (hit.layer_en, hit.address) if each])
    if hit.kind is Kind.COORDINATES:
        return _("Latitude and longitude")
    return hit.number or name_of(hit.layer_fa, hit.layer_en)


def url_of(hit: Hit, answer: Answer) -> str:
    """The page of a result on the day asked for: the parcel's own, the rules of a zone, else that of the spot."""
    on = answer.day.isoformat() if answer.day else None
    if hit.number is not None:
        # One that is no more on that day has no page of that day; its own page tells what became of it.
        return url_for("place.parcel", number=hit.number, on=None if hit.is_closed else on)
    if hit.kind is Kind.PERMIT:
        return url_for("register.case", reference=hit.code)
    if hit.kind is Kind.ZONE:
        return url_for("zoning.classes", _anchor=f"class-{hit.code.replace(' ', '_')}")
    return url_for("place.place", lon=f"{hit.lon:.6f}", lat=f"{hit.lat:.6f}", on=on)


def suggestions_of(answer: Answer) -> list[dict[str, str]]:
    """What may have been meant when nothing was found: ``q`` is what to search for instead."""
    numbers = [(_("Parcel %(number)s", number=isolated(number)), number) for number in answer.similar]
    names = [(label, label) for hit in answer.near if (label := label_of(hit))]
    on = answer.day.isoformat() if answer.day else None
    return [
        {"label": label, "q": q, "url": url_for("search.results", q=q, on=on)}
        for label, q in (*numbers, *names)
    ]


def kinds_tried(answer: Answer) -> list[Kind]:
    """Where it was looked for."""
    if answer.are_coordinates:
        return [Kind.COORDINATES]
    return [
        kind
        for kind in Kind
        if kind is not Kind.COORDINATES
        and (kind not in (Kind.PARCEL, Kind.PERMIT) or answer.question.may_be_a_number)
    ]


def told_of(answer: Answer) -> list[str]:
    """In sentences what an empty answer was looked for as, and where."""
    if answer.hits or not answer.question.folded:
        return []
    if answer.are_coordinates:
        return [_("These coordinates lie outside this city.")]
    told = [_("Letters and digits were read as “%(text)s”.", text=isolated(answer.question.folded))]
    # «پلاک ۱۲ شریعتی» is looked for as a number, too, but nobody meant it so.
    if answer.question.key[:1].isdigit():
        told.append(_("As a parcel number that is %(number)s.", number=isolated(answer.question.key)))
    told.append(
        _(
            "We looked at parcel numbers, addresses, the names of streets, the names of places in every layer and the"
            " zones of the plan, and for names that sound alike."
        )
    )
    if answer.day:
        told.append(
            _("Parcels and zones were looked for as they are on %(day)s.", day=format_date(answer.day))
        )
    return told


def _address(hit: Hit) -> str:
    return address_in(language(), hit.name_fa, hit.name_en, hit.house_number, hit.address)
