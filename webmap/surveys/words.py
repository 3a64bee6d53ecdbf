"""What the surveys' pages call kinds, states, steps and fields."""

from babel.support import LazyProxy

from core.i18n import lazy_gettext as _
from parcels.surveys.states import Event, Kind, Relation, State, Status

KINDS: dict[str, LazyProxy] = {
    Kind.SUBDIVISION: _("Subdivision"),
    Kind.MERGE: _("Merge"),
    Kind.CORRECTION: _("Boundary correction"),
    Kind.NEW_PARCELS: _("New parcels"),
    Kind.ATTRIBUTES: _("Attributes only"),
    Kind.UPDATE: _("Update of the whole city"),
}
KIND_HINTS: dict[str, LazyProxy] = {
    Kind.SUBDIVISION: _("The file holds the parts that parcels were divided into."),
    Kind.MERGE: _("The file holds the parcels that others were merged into."),
    Kind.CORRECTION: _("The file holds parcels of the city, by number, with corrected borders."),
    Kind.NEW_PARCELS: _("The file holds parcels on land where there were none."),
    Kind.ATTRIBUTES: _("Address, land use and registered area change, by number; borders stay."),
    Kind.UPDATE: _("The file holds every parcel of the city: what is not in it ends."),
}
STATES: dict[str, LazyProxy] = {
    State.CHECKING: _("Being checked"),
    State.NEEDS_ANSWERS: _("Waits for an answer"),
    State.CHECKED: _("Checked"),
    State.SUBMITTED: _("Waits for approval"),
    State.APPROVED: _("Approved"),
    State.REJECTED: _("Rejected"),
    State.SENT_BACK: _("Sent back"),
    State.WITHDRAWN: _("Withdrawn by the surveyor"),
    State.REVERTED: _("Reverted"),
}
EVENTS: dict[str, LazyProxy] = {
    Event.ASK: _("The check asked something"),
    Event.FINISH: _("Checked"),
    Event.ANSWER: _("Answered or sent anew"),
    Event.RECHECK: _("Checked again"),
    Event.SUBMIT: _("Submitted for approval"),
    Event.APPROVE: _("Approved"),
    Event.REJECT: _("Rejected"),
    Event.SEND_BACK: _("Sent back"),
    Event.WITHDRAW: _("Withdrawn by the surveyor"),
    Event.REVERT: _("Reverted"),
}
STATUSES: dict[str, LazyProxy] = {
    Status.ADDED: _("New"),
    Status.CHANGED: _("Changed"),
    Status.REMOVED: _("Ends"),
    Status.UNCHANGED: _("Unchanged"),
    Status.NODED: _("Corner added"),
}
RELATIONS: dict[str, LazyProxy] = {
    Relation.SPLIT: _("subdivision"),
    Relation.MERGE: _("merge"),
    Relation.REDRAWN: _("redrawn"),
}
SEVERITIES: dict[str, LazyProxy] = {
    "error": _("Error"),
    "lost": _("Left out"),
    "warning": _("Please look"),
    "repaired": _("Mended"),
    "info": _("Note"),
}
STEPS: dict[str, LazyProxy] = {
    "queued": _("Waiting for its turn"),
    "reading": _("Reading the file"),
    "comparing": _("Comparing with the city"),
    "writing": _("Writing down what was found"),
}
FIELDS: dict[str, LazyProxy] = {
    "number": _("Number"),
    "address": _("Address"),
    "land_use": _("Land use"),
    "area_official_m2": _("Registered area"),
}
PAPERS: dict[str, LazyProxy] = {
    "plan": _("Survey plan"),
    "control_points": _("Control points"),
    "measurements": _("Measurements"),
}
ROLES: dict[str, LazyProxy] = {
    "number": _("Parcel number"),
    "address": _("Address"),
    "land_use": _("Land use"),
    "area_m2": _("Registered area (m²)"),
}
