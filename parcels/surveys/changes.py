"""What a check works with: the city's parcels as they are, and what would become of each."""

from dataclasses import dataclass, field
from typing import Any

from parcels.surveys.differing import Attributes
from parcels.surveys.features import Geometries
from parcels.surveys.states import Relation, Status
from parcels.surveys.topology import Named, Problem


@dataclass
class Olds:
    """Parcels of the city where the survey lies: (n,) shapes with their rows."""

    ids: list[int]
    numbers: list[str]
    shapes: Geometries
    attributes: list[Attributes]

    keys: list[str] = field(default_factory=list)
    """What tells each by its number (see overlay.identities)."""


@dataclass
class Surroundings:
    """What else of the city a survey is held against."""

    boundary: Any = None
    parks: list[Named] = field(default_factory=list)
    streets: list[Named] = field(default_factory=list)


@dataclass
class Change:
    """What becomes of one parcel. ``old``: the place of the parcel it goes on from; ``parents``: of all it came of."""

    status: Status
    relation: Relation
    group: int
    new: int | None = None
    old: int | None = None
    parents: list[int] = field(default_factory=list)
    fields: list[dict[str, Any]] = field(default_factory=list)
    is_shape_changed: bool = False
    attributes: Attributes | None = None
    shape: Any = None


@dataclass
class Comparison:
    """All of it: the changes, the findings, and numbers for the summary."""

    changes: list[Change]
    problems: list[Problem]
    numbers: dict[str, Any]


def label_of(change: Change) -> str:
    """How a parcel is called in a sentence: by its number, or by its place in the file."""
    number = (change.attributes or {}).get("number")
    return str(number) if number else f"FID {change.new}"
