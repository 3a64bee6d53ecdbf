"""The register as an Atom feed (RFC 4287): the newest permits of what was asked for, for any feed reader."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from xml.etree import ElementTree as ET

from core.i18n import gettext as _
from core.i18n import language
from permits.register.models import PublicPermit
from permits.states import STATE_NAMES

NAMESPACE = "http://www.w3.org/2005/Atom"


def feed(
    permits: Sequence[PublicPermit],
    names: Mapping[str, str],
    moments: Mapping[int, dt.datetime],
    *,
    title: str,
    own: str,
    page: str,
    link: Callable[[str], str],
) -> bytes:
    """The feed's document; ``own`` and ``page`` are the addresses of the feed and of the same list as a page.

    ``moments``: when something last happened to each permit. No entry has an author: the city is the feed's.
    """
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(f"{{{NAMESPACE}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language()})
    updated = [moments.get(each.id, each.published_at) for each in permits]
    _add(root, "id", own)
    _add(root, "title", title)
    _add(root, "updated", _moment(max(updated, default=dt.datetime(1970, 1, 1, tzinfo=dt.UTC))))
    ET.SubElement(root, f"{{{NAMESPACE}}}link", {"rel": "self", "type": "application/atom+xml", "href": own})
    ET.SubElement(root, f"{{{NAMESPACE}}}link", {"rel": "alternate", "type": "text/html", "href": page})
    _add(ET.SubElement(root, f"{{{NAMESPACE}}}author"), "name", _("The municipality"))
    for permit, at in zip(permits, updated, strict=True):
        root.append(_entry(permit, names, at, link(permit.reference)))
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(permit: PublicPermit, names: Mapping[str, str], at: dt.datetime, address: str) -> ET.Element:
    entry = ET.Element(f"{{{NAMESPACE}}}entry")
    kind = names.get(permit.type_code, permit.type_code)
    place = permit.address or permit.parcel_number
    _add(entry, "id", address)
    _add(entry, "title", " · ".join(part for part in (kind, permit.reference, place) if part))
    _add(entry, "published", _moment(permit.published_at))
    _add(entry, "updated", _moment(at))
    ET.SubElement(entry, f"{{{NAMESPACE}}}link", {"rel": "alternate", "type": "text/html", "href": address})
    ET.SubElement(entry, f"{{{NAMESPACE}}}category", {"term": permit.type_code, "label": kind})
    told = [str(STATE_NAMES[permit.state]), place, permit.description]
    _add(entry, "summary", "\n".join(part for part in told if part))
    return entry


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = text


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
