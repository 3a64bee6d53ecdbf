"""What each finding says: its severity, its sentence and, where a choice is missing, the option that gives it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.i18n import gettext

# The sentences below are marked by this for the catalogues and translated only when they are said.
_ = str


class Severity(StrEnum):
    """From worst to mildest: the file is refused, a feature is lost, look at this, was mended, good to know."""

    ERROR = "error"
    LOST = "lost"
    WARNING = "warning"
    REPAIRED = "repaired"
    INFO = "info"


@dataclass(frozen=True)
class Message:
    """One kind of finding."""

    severity: Severity
    text: str
    option: str | None = None


def _error(text: str, option: str | None = None) -> Message:
    return Message(Severity.ERROR, text, option)


def _lost(text: str) -> Message:
    return Message(Severity.LOST, text)


def _warning(text: str, option: str | None = None) -> Message:
    return Message(Severity.WARNING, text, option)


def _repaired(text: str) -> Message:
    return Message(Severity.REPAIRED, text)


def _info(text: str) -> Message:
    return Message(Severity.INFO, text)


_FILE = {
    "file.missing": _error(_("There is no such file.")),
    "file.unreadable": _error(_("The file cannot be read: %(cause)s.")),
    "file.empty": _error(_("The file is empty.")),
    "file.too_large": _error(
        _("The file takes %(size_mb)s MB; at most %(limit_mb)s MB of this kind are read.")
    ),
    "file.kind": _error(
        _(
            "This looks like %(kind)s. What is read here: zipped shapefile, GeoPackage, GeoJSON, CSV with coordinates."
        )
    ),
    "source.empty": _error(_("The layer holds no features.")),
    "source.nothing_usable": _error(_("None of the %(count)s features can be used: %(cause)s")),
    "layer.which": _error(_("There are several layers: %(names)s. Choose one with --member NAME."), "member"),
    "layer.missing": _error(_("There is no layer “%(wanted)s”. There are: %(names)s."), "member"),
    "report.others": _info(_("%(n)s more of this kind (%(code)s): FID %(features)s.")),
    "report.more": _info(_("… and %(n)s more of this kind (%(code)s).")),
}

_ARCHIVE = {
    "archive.damaged": _error(_("The archive is damaged (%(cause)s). Please make and send it again.")),
    "archive.too_many": _error(_("The archive holds more than %(limit)s members.")),
    "archive.unpacks_too_large": _error(_("Unpacked, this would take more than %(limit_mb)s MB.")),
    "archive.bomb": _error(_("This member unpacks to %(ratio)s times its size, which no map file does.")),
    "archive.unsafe_name": _error(
        _("The name of this member points outside the archive, so the archive is refused.")
    ),
    "archive.link": _error(_("This member is a link to another file, so the archive is refused.")),
    "archive.encrypted": _error(
        _("This member is locked with a password. Please zip the files without one.")
    ),
    "archive.method": _error(
        _(
            "This member is compressed in a way not read here (method %(method)s). Please zip with plain deflate."
        )
    ),
    "archive.duplicate": _error(_("Two members bear this name. Please send the right one alone.")),
    "archive.no_layer": _error(
        _("No layer is in the archive: no .shp, .gpkg, .geojson or .csv. It holds: %(names)s.")
    ),
    "archive.nested": _error(
        _("The archive holds only other archives: %(names)s. Please unpack it and send each alone.")
    ),
    "archive.geodatabase": _error(
        _("This is an ESRI file geodatabase. Please export the layer as a shapefile or GeoPackage.")
    ),
    "archive.orphans": _warning(_("Passed over, as there is no .shp of that name: %(names)s.")),
}

_SHAPEFILE = {
    "shapefile.no_shp": _error(
        _("The .shp is missing; only %(names)s is here. Please send all parts of the layer.")
    ),
    "shapefile.not_shapefile": _error(_("This is no .shp file: %(cause)s.")),
    "shapefile.kind": _error(
        _("Shapes of this type (%(kind)s) are not read. Please export points, lines or polygons.")
    ),
    "shapefile.no_dbf": _warning(_("The .dbf is missing: the shapes come without any attributes.")),
    "shapefile.dbf_damaged": _error(_("The .dbf cannot be read: %(cause)s.")),
    "shapefile.dbf_truncated": _warning(
        _(
            "The .dbf ends early: %(count)s of its %(total)s rows are missing, those shapes have no attributes."
        )
    ),
    "shapefile.counts_differ": _warning(
        _(
            "There are %(shapes)s shapes but %(rows)s rows in the .dbf; the attributes may belong to other shapes."
        )
    ),
    "shapefile.deleted_rows": _info(_("%(count)s rows marked as deleted in the .dbf were left out.")),
    "shapefile.shx_missing": _repaired(_("The .shx was missing and was made anew from the .shp.")),
    "shapefile.shx_wrong": _repaired(_("The .shx did not fit the .shp and was made anew.")),
    "shapefile.truncated": _warning(
        _(
            "The .shp ends early: %(real)s of the %(claimed)s bytes it speaks of are here. Please send it again."
        )
    ),
    "shapefile.longer": _warning(
        _("The .shp is longer (%(real)s bytes) than its header says (%(claimed)s).")
    ),
    "gpkg.damaged": _error(_("The GeoPackage cannot be read: %(cause)s.")),
    "gpkg.no_layer": _error(_("The GeoPackage holds no layer with geometry.")),
}

_GEOMETRY = {
    "geometry.null": _lost(_("It has no geometry.")),
    "geometry.cut_off": _lost(_("Its geometry lies beyond the end of the file.")),
    "geometry.unreadable": _lost(_("Its geometry cannot be read (too few points, or damaged).")),
    "geometry.empty": _lost(_("Its geometry is empty.")),
    "geometry.not_finite": _lost(_("Some of its coordinates are no numbers.")),
    "geometry.outside_crs": _lost(_("Its coordinates (%(x)s, %(y)s) cannot be in %(crs)s.")),
    "geometry.collapsed": _lost(_("Nothing is left of its geometry when it is made valid (%(reason)s).")),
    "geometry.collection": _lost(
        _("It is a collection of different kinds of geometry. Please send each kind alone.")
    ),
    "geometry.repaired": _repaired(
        _("The geometry was not valid (%(reason)s) and was mended; area %(before_m2)s → %(after_m2)s m².")
    ),
    "geometry.repaired_line": _repaired(_("The geometry was not valid (%(reason)s) and was mended.")),
    "geometry.rounded": _info(
        _("Rounding by the transformation made it touch itself (%(reason)s); it was mended.")
    ),
    "geometry.ring_closed": _repaired(_("A ring that was not closed was closed.")),
    "geometry.joined": _repaired(_("A collection of one kind of geometry was joined into one.")),
    "geometry.winding": _repaired(_("Rings that ran the wrong way round were turned.")),
    "geometry.flattened": _info(_("Heights or measures (Z, M) were left out: the map is flat.")),
}

_CRS = {
    "crs.missing": _error(
        _("The file does not say its coordinate system (no .prj). Give it with --crs EPSG:N. %(hint)s"), "crs"
    ),
    "crs.not_said": _error(
        _("The file does not say its coordinate system. Give it with --crs EPSG:N. %(hint)s"), "crs"
    ),
    "crs.unreadable": _error(
        _(
            "The coordinate system given is not readable (it begins “%(begins)s”). Give it with --crs EPSG:N. %(hint)s"
        ),
        "crs",
    ),
    "crs.unknown_code": _error(_("EPSG:%(epsg)s is no coordinate system that can be used on a map."), "crs"),
    "crs.outside": _error(
        _(
            "Coordinates such as %(x)s, %(y)s cannot be in %(crs)s. Give the true system with --crs EPSG:N. %(hint)s"
        ),
        "crs",
    ),
    "crs.elsewhere": _warning(_("In %(crs)s it lies far from your city. %(hint)s"), "crs"),
    "crs.overridden": _warning(_("The file says %(said)s; %(used)s was used as you asked.")),
    "crs.assumed_degrees": _warning(
        _("The coordinates were taken as degrees (WGS 84). If that is wrong, give --crs EPSG:N."), "crs"
    ),
    "crs.swapped": _repaired(
        _("The coordinates stood in the wrong order (latitude first) and were swapped.")
    ),
    "crs.accuracy": _warning(_("From %(crs)s positions are known to about %(metres)s m only.")),
    "crs.said_unreadable": _warning(_("The coordinate system in the file is not readable; yours was used.")),
}

_ENCODING = {
    "encoding.no_such": _error(
        _("“%(name)s” is no encoding. Use for instance --encoding utf-8 or cp1256."), "encoding"
    ),
    "encoding.unknown_declared": _warning(
        _("The encoding declared, “%(name)s”, is not known; it was worked out.")
    ),
    "encoding.wrong": _error(
        _(
            "The text is declared as %(declared)s but row %(row)s is not so written. "
            "Choose with --encoding; %(guess)s would read “%(sample)s”."
        ),
        "encoding",
    ),
    "encoding.contradicts": _error(
        _(
            "The text is declared as %(declared)s and would read “%(bad)s”; "
            "in %(guess)s it reads “%(sample)s”. Choose with --encoding."
        ),
        "encoding",
    ),
    "encoding.unclear": _error(
        _(
            "The encoding of the text is not said. Choose with --encoding: row %(row)s would read %(samples)s."
        ),
        "encoding",
    ),
    "encoding.assumed": _warning(
        _(
            "The encoding is not said; %(used)s was assumed. Row %(row)s reads “%(sample)s”. Else give --encoding."
        ),
        "encoding",
    ),
    "encoding.recognised": _info(
        _("The encoding is not said; the text is %(used)s. Row %(row)s reads “%(sample)s”.")
    ),
    "encoding.is_utf8": _warning(
        _(
            "The text is declared as %(declared)s but is UTF-8, and was read so. Row %(row)s reads “%(sample)s”."
        ),
        "encoding",
    ),
    "encoding.replaced": _warning(_("Column %(column)s holds bytes that are not %(used)s; they show as �.")),
    "encoding.cut": _repaired(_("Column %(column)s ended within a letter, which was left out.")),
    "column.renamed": _repaired(_("Column “%(original)s” is now called “%(name)s”.")),
    "column.dropped": _warning(
        _("Column %(column)s holds data that are no text or number and was left out.")
    ),
    "value.date": _warning(_("Column %(column)s: “%(value)s” is no date and was left empty.")),
}

_TEXT = {
    "geojson.broken": _error(_("The JSON breaks off or is malformed at line %(line)s, column %(column)s.")),
    "geojson.too_deep": _error(_("The JSON is nested too deeply to be map data.")),
    "geojson.not_geojson": _error(_("This is JSON, but not GeoJSON (%(kind)s).")),
    "geojson.bad_feature": _lost(_("It is no GeoJSON feature.")),
    "geojson.duplicate_keys": _warning(
        _("A name stands twice in one object (%(name)s); the last value was taken.")
    ),
    "csv.damaged": _error(_("Line %(line)s cannot be read as CSV: %(cause)s.")),
    "csv.no_coordinates": _error(
        _(
            "The table has no coordinates: none of the columns %(names)s looks like longitude and latitude. "
            "Name them with --lon-field and --lat-field."
        ),
        "lon_field",
    ),
    "csv.no_field": _error(_("There is no column “%(name)s”. There are: %(names)s."), "lon_field"),
    "csv.guessed": _info(_("The coordinates were taken from the columns %(names)s.")),
    "csv.no_coordinate": _lost(_("Line %(line)s has no coordinates.")),
    "csv.bad_coordinate": _lost(_("Line %(line)s: “%(value)s” is no coordinate.")),
    "csv.ragged": _warning(_("Line %(line)s has %(cells)s cells where there are %(columns)s columns.")),
}

_HINTS = {
    "hint.candidates": _info(_("With one of these it would lie in your city: %(names)s.")),
    "hint.degrees": _info(_("The numbers look like degrees (EPSG:4326).")),
    "place.member": _info(_("%(member)s: %(text)s")),
    "place.feature": _info(_("FID %(feature)s: %(text)s")),
    "place.both": _info(_("%(member)s, FID %(feature)s: %(text)s")),
}

MESSAGES: dict[str, Message] = {
    **_FILE,
    **_ARCHIVE,
    **_SHAPEFILE,
    **_GEOMETRY,
    **_CRS,
    **_ENCODING,
    **_TEXT,
    **_HINTS,
}


def sentence(
    code: str, params: Mapping[str, Any], *, member: str | None = None, feature: int | None = None
) -> str:
    """The finding in the language spoken now, with its place in front."""
    # An empty hint leaves a blank at the end.
    text = (gettext(MESSAGES[code].text) % params).strip() if params else gettext(MESSAGES[code].text)
    if member is None and feature is None:
        return text
    place = "place.feature" if member is None else "place.member" if feature is None else "place.both"
    return gettext(MESSAGES[place].text) % {"member": member, "feature": feature, "text": text}
