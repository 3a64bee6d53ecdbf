"""What each finding of a check says and how it is mended: made when shown, in the language of whoever reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.geofiles.messages import MESSAGES as FILE_MESSAGES
from core.geofiles.messages import Severity
from core.geofiles.messages import sentence as file_sentence
from core.i18n import format_number, gettext, language
from layers.words import isolated

# The sentences below are marked by this for the catalogues and translated only when they are said.
_ = str


@dataclass(frozen=True)
class Message:
    """One kind of finding: how bad it is, its sentence, and how to mend it (may be empty)."""

    severity: Severity
    text: str
    mend: str = ""


_E, _W, _R, _I = Severity.ERROR, Severity.WARNING, Severity.REPAIRED, Severity.INFO

_CHECK = {
    "check.crashed": Message(
        _E,
        _("The file made the check break off (%(cause)s). Nothing else was touched."),
        _("Open the file in a GIS, save it anew as a GeoPackage or shapefile, and send that."),
    ),
    "check.too_slow": Message(
        _E, _("The check took too long (%(cause)s) and was ended."), _("Send fewer features at a time.")
    ),
    "check.too_big": Message(
        _E,
        _("The check needed too much memory (%(cause)s) and was ended."),
        _("Send fewer features at a time."),
    ),
    "check.too_many": Message(
        _E,
        _("The file holds %(n)s features; at most %(limit)s are checked at a time."),
        _("Send fewer features at a time."),
    ),
}

_COLUMNS = {
    "columns.remembered": Message(_I, _("The columns were taken as you chose them the last time.")),
    "columns.no_number": Message(
        _I,
        _("No column holds parcel numbers: they are given by the city's rule at approval."),
        _("If a column does hold them, name it below."),
    ),
}

_NUMBERS = {
    "number.none": Message(
        Severity.LOST,
        _("It has no number, so nobody can tell which parcel it is."),
        _("Give it its number where it is a parcel."),
    ),
    "number.joined": Message(
        _W,
        _("The number %(number)s stands on %(n)s features, which became one parcel of several parts."),
        _("If they are different parcels, give each its own number."),
    ),
    "number.duplicate": Message(
        _W,
        _("The number %(number)s stands on %(n)s features: each gets one by the city's rule at approval."),
        _("To choose the numbers yourself, give each feature its own."),
    ),
    "number.taken": Message(
        _E,
        _("The number %(number)s belongs to another parcel of the city, which this survey does not touch."),
        _("Leave the number empty, or give one that is free."),
    ),
    "number.unknown": Message(
        _E,
        _("The city has no parcel %(number)s here, so there is nothing whose attributes could change."),
        _("Check the number, or choose the kind of survey that brings new parcels."),
    ),
    "shape.not_area": Message(
        _E,
        _("It is no area, so it cannot be a parcel."),
        _("Send areas (polygons) only; close lines to areas first."),
    ),
    "kind.subdivision": Message(
        _W,
        _("You sent a subdivision, but %(label)s is no part of a parcel that was divided."),
        _("Check the kind of survey."),
    ),
    "kind.merge": Message(
        _W,
        _("You sent a merge, but %(label)s does not come of several parcels."),
        _("Check the kind of survey."),
    ),
    "kind.correction": Message(
        _W,
        _("You sent a boundary correction, but %(label)s is not one parcel before and after."),
        _("Check the kind of survey."),
    ),
    "kind.new_parcels": Message(
        _W,
        _("You sent new parcels, but %(label)s lies on land of parcels that exist already."),
        _("Check the kind of survey."),
    ),
    "kind.attributes": Message(
        _W,
        _("You sent attributes, but %(label)s is not one parcel before and after."),
        _("Check the kind of survey."),
    ),
}

_TOPOLOGY = {
    "topology.snapped": Message(
        _R,
        _("Corners of %(label)s that nearly met a border were moved onto it: %(n)s, by %(far_m)s m at most."),
    ),
    "topology.noded": Message(
        _R,
        _(
            "The border of the neighbour %(number)s gets a corner wherever the new borders meet it (%(n)s); "
            "its land stays."
        ),
    ),
    "topology.overlap_inside": Message(
        _E,
        _("%(label)s and %(other)s of the file overlap by %(area_m2)s m²."),
        _("Draw their border once and use it for both."),
    ),
    "topology.overlap": Message(
        _E,
        _("%(label)s overlaps the neighbour %(number)s, which is not in the file, by %(area_m2)s m²."),
        _("Snap the border to the neighbour's, or send the neighbour with its new border too."),
    ),
    "topology.gap_narrow": Message(
        _E,
        _(
            "Between the new parcels a gap of %(area_m2)s m² (about %(width_m)s m wide) is left of %(numbers)s."
        ),
        _("Have the gap closed below, or snap the borders and send the file again."),
    ),
    "topology.gap_closed": Message(
        _R, _("A gap of %(area_m2)s m² (about %(width_m)s m wide) was closed as you asked: %(label)s got it.")
    ),
    "topology.gap": Message(
        _W,
        _("%(area_m2)s m² of %(numbers)s are in none of the new parcels (about %(width_m)s m wide)."),
        _("Right where land is given up for a street; else add it to a parcel and send the file again."),
    ),
    "topology.border": Message(
        _W,
        _("%(length_m)s m of the border of %(label)s do not run together with the neighbour's."),
        _("Snap the border to the neighbour's and send the file again."),
    ),
    "topology.sliver": Message(
        _W, _("%(label)s is only about %(width_m)s m wide."), _("Is this strip meant to be a parcel?")
    ),
    "area.official": Message(
        _W,
        _(
            "%(label)s: registered are %(official_m2)s m², measured %(measured_m2)s m²; "
            "%(tolerance_m2)s m² would be tolerated."
        ),
        _("Check the registered area, or the drawing."),
    ),
    "place.outside_city": Message(
        _E, _("%(label)s lies outside the city's boundary."), _("Check the coordinate system.")
    ),
    "place.partly_outside": Message(_W, _("%(label)s lies partly outside the city's boundary.")),
    "place.park": Message(
        _W,
        _("%(label)s takes %(size)s m² of “%(name)s”, which is green space or a park."),
        _("Leave public land out."),
    ),
    "place.street": Message(
        _W, _("%(label)s lies across %(size)s m of the line of “%(name)s”."), _("Leave the street out.")
    ),
}

MESSAGES: dict[str, Message] = {**_CHECK, **_COLUMNS, **_NUMBERS, **_TOPOLOGY}

# What the command line asks for by an option, the page asks for by a form.
_ON_THE_PAGE = {
    "crs.missing": _("The file does not say its coordinate system (no .prj)."),
    "crs.not_said": _("The file does not say its coordinate system."),
    "crs.unreadable": _("The coordinate system given is not readable (it begins “%(begins)s”)."),
    "crs.outside": _("Coordinates such as %(x)s, %(y)s cannot be in %(crs)s."),
    "crs.assumed_degrees": _("The coordinates were taken as degrees (WGS 84)."),
    "layer.which": _("There are several layers: %(names)s."),
    "encoding.wrong": _(
        "The text is declared as %(declared)s but row %(row)s is not so written; %(guess)s would read “%(sample)s”."
    ),
    "encoding.contradicts": _(
        "The text is declared as %(declared)s and would read “%(bad)s”; in %(guess)s it reads “%(sample)s”."
    ),
    "encoding.unclear": _("The encoding of the text is not said. Row %(row)s would read %(samples)s."),
    "encoding.assumed": _("The encoding is not said; %(used)s was assumed. Row %(row)s reads “%(sample)s”."),
    "encoding.no_such": _("“%(name)s” is no encoding."),
    "csv.no_coordinates": _(
        "The table has no coordinates: none of the columns %(names)s looks like longitude and latitude."
    ),
    "csv.no_field": _("There is no column “%(name)s”. There are: %(names)s."),
}

_MENDED = {
    "crs.": _("Choose the coordinate system below."),
    "encoding.": _("Choose the encoding below."),
    "layer.": _("Choose the layer below."),
    "archive.": _("Zip the parts of one layer anew and send that."),
    "shapefile.": _("Export the layer anew with all its parts and send that."),
    "geometry.": _("If the shape matters, mend it in your GIS and send the file again."),
}


def severity_of(code: str, params: Mapping[str, Any]) -> Severity:
    """How bad a finding is."""
    ours = MESSAGES.get(_key(code, params))
    return ours.severity if ours else FILE_MESSAGES[code].severity


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """What a finding says, in the language spoken now."""
    ours = MESSAGES.get(_key(code, params))
    text = ours.text if ours else _ON_THE_PAGE.get(code)
    if text is None:
        return file_sentence(code, params)
    return gettext(text) % {name: _shown(value) for name, value in _named(params).items()}


def mend(code: str, params: Mapping[str, Any]) -> str:
    """How it is mended, in the language spoken now; empty where nothing is to be done."""
    ours = MESSAGES.get(_key(code, params))
    if ours:
        return gettext(ours.mend) if ours.mend else ""
    if FILE_MESSAGES[code].severity in (Severity.INFO, Severity.REPAIRED):
        return ""
    return next((gettext(text) for start, text in _MENDED.items() if code.startswith(start)), "")


def _key(code: str, params: Mapping[str, Any]) -> str:
    """A survey of the wrong kind is told by the kind."""
    return f"kind.{params['kind']}" if code == "kind.unexpected" else code


def _named(params: Mapping[str, Any]) -> Mapping[str, Any]:
    names = [params.get("name_fa"), params.get("name_en")]
    if not any(names):
        return params
    first, second = names if language() == "fa" else reversed(names)
    return {**params, "name": first or second}


def _shown(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "–"
    if isinstance(value, int):
        return format_number(value)
    if isinstance(value, float):
        return format_number(value, 3 if abs(value) < 1 else 2)
    return isolated(str(value))
