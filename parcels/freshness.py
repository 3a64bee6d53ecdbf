"""Keeps what is drawn of parcels from afar up with edits: blocks and mosaic of the cells they touched."""

from typing import cast

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from layers.models import TileOutbox
from layers.tiles.grid import cells_of
from parcels import generalise
from parcels.generalise import Bounds

_AT_ONCE = 16
"""Boxes of edits for one transaction: more would keep the first of them waiting for the last."""
_WITHIN = text("""
    UPDATE tile_outbox AS edit SET to_generalise = false
    FROM unnest(CAST(:west AS float8[]), CAST(:south AS float8[]), CAST(:east AS float8[]), CAST(:north AS float8[]))
         AS cell (west, south, east, north)
    WHERE edit.source = 'parcels' AND edit.to_generalise
      AND edit.west >= cell.west AND edit.east < cell.east AND edit.south > cell.south AND edit.north <= cell.north
""")


def generalise_touched(session: Session) -> bool:
    """Make anew what the oldest edits not yet seen to have touched; says whether there may be more.

    Leaves it to whoever is at it already: another host's keeper, or an import that makes the whole city anew.
    """
    if not session.scalar(select(func.pg_try_advisory_xact_lock(generalise.LOCK))):
        return False
    boxes = _claim(session)
    if boxes:
        _claim_with(session, boxes)
        generalise.rebuild_touched(session, boxes)
    return bool(boxes)


def _claim_with(session: Session, boxes: list[Bounds]) -> None:
    """Claim all that waits within the cells that are made anew for these boxes, so that edits may come faster.

    Claimed before the parcels are read, as the others: whatever is edited after that waits anew.
    """
    cells = {cell for box in boxes for cell in cells_of(box, generalise.EDIT_ZOOM, 0)}
    sides = dict(
        zip(("west", "south", "east", "north"), zip(*(c.bounds() for c in cells), strict=True), strict=True)
    )
    session.execute(_WITHIN, {name: list(values) for name, values in sides.items()})


def _claim(session: Session) -> list[Bounds]:
    oldest = select(TileOutbox.id).where(*generalise.ours()).order_by(TileOutbox.id).limit(_AT_ONCE)
    claimed = session.execute(
        update(TileOutbox)
        .where(TileOutbox.id.in_(oldest.scalar_subquery()))
        .values(to_generalise=False)
        .returning(TileOutbox.west, TileOutbox.south, TileOutbox.east, TileOutbox.north)
        .execution_options(synchronize_session=False)
    )
    return [cast(Bounds, tuple(row)) for row in claimed]
