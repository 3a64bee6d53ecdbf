"""The words of a survey's life: what kinds there are, which states, which steps, and who takes them."""

from enum import StrEnum


class Kind(StrEnum):
    """What a survey is to do to the city."""

    SUBDIVISION = "subdivision"
    MERGE = "merge"
    CORRECTION = "correction"
    NEW_PARCELS = "new_parcels"
    ATTRIBUTES = "attributes"
    UPDATE = "update"


class State(StrEnum):
    """How far a survey has come."""

    CHECKING = "checking"
    NEEDS_ANSWERS = "needs_answers"
    CHECKED = "checked"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"
    REVERTED = "reverted"


class Event(StrEnum):
    """What happens to a survey."""

    ASK = "ask"
    FINISH = "finish"
    ANSWER = "answer"
    SUBMIT = "submit"
    RECHECK = "recheck"
    APPROVE = "approve"
    REJECT = "reject"
    SEND_BACK = "send_back"
    WITHDRAW = "withdraw"
    REVERT = "revert"


class Party(StrEnum):
    """What somebody is to one survey. ``approver``: holds the right and has had no hand in it."""

    CHECK = "check"
    SURVEYOR = "surveyor"
    APPROVER = "approver"


class Status(StrEnum):
    """What becomes of one parcel. ``noded``: a neighbour's border gets a corner, its land stays as it is."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    NODED = "noded"


class Relation(StrEnum):
    """How a parcel after the survey comes of those before it."""

    NONE = "none"
    SAME = "same"
    SPLIT = "split"
    MERGE = "merge"
    REDRAWN = "redrawn"
