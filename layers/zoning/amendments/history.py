"""What was done to a change set, as a list of operations: the draft is what they make of the zones it began with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from core.errors import Unprocessable
from core.i18n import gettext as _
from layers.zoning.amendments import mending as m
from layers.zoning.amendments import operations as o
from layers.zoning.amendments.drafts import Draft, Refused

MOST = 5000
"""So many operations are kept in one change set; all of them are carried out again at each save."""

AnyOperation = Annotated[
    o.Split
    | o.Merge
    | o.MoveBorder
    | o.AddCorner
    | o.Cut
    | o.Reshape
    | o.SetClass
    | o.SetText
    | m.GiveOverlap
    | m.CloseGap
    | m.Snap,
    Field(discriminator="op"),
]
_LIST: TypeAdapter[list[AnyOperation]] = TypeAdapter(list[AnyOperation])


@dataclass(frozen=True)
class History:
    """Operations carried out, oldest first, and those taken back, the one taken back last at the end."""

    done: tuple[o.Operation, ...] = ()
    undone: tuple[o.Operation, ...] = ()

    def add(self, operation: o.Operation) -> "History":
        """One more; what had been taken back is gone then."""
        return History((*self.done, operation))

    def undo(self) -> "History":
        """The last one taken back; the same history when there is none."""
        return History(self.done[:-1], (*self.undone, self.done[-1])) if self.done else self

    def redo(self) -> "History":
        """The one taken back last carried out again; the same history when there is none."""
        return (
            replace(self, done=(*self.done, self.undone[-1]), undone=self.undone[:-1])
            if self.undone
            else self
        )


def replay(base: Draft, done: Sequence[o.Operation]) -> Draft:
    """What the operations make of the zones. Raises Refused; its details also hold ``index``, from 0."""
    draft = base
    for index, operation in enumerate(done):
        try:
            draft = operation.apply(draft)
        except Refused as refused:
            refused.details["index"] = index
            raise
    return draft


def to_json(operations: Sequence[o.Operation]) -> list[dict[str, Any]]:
    """Operations as JSON holds them; floats are written so that they are read as the same."""
    return [operation.model_dump(mode="json") for operation in operations]


def from_json(given: Any) -> tuple[o.Operation, ...]:
    """Operations as they were written. Raises Unprocessable naming the first that is none."""
    if not isinstance(given, list) or len(given) > MOST:
        raise Unprocessable(
            _("Please send a list of at most %(most)s operations.", most=MOST), field="operations"
        )
    try:
        return tuple(_LIST.validate_python(given))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Unprocessable(
            _("This is no operation: %(where)s.", where=where[:200]), field="operations"
        ) from error
