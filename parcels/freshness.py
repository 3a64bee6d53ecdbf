"""Keeps what is drawn of parcels from afar up with edits: blocks and mosaic of the cells they touched."""

from typing import cast

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from layers.models import TileOutbox
from parcels import generalise
from parcels.generalise import Bounds

_AT_ONCE = 16
"""Boxes of edits for one transaction: more would keep the first of them waiting for the last."""


def generalise_touched(session: Session) -> bool:
    """Make anew what the oldest edits not yet seen to have touched; says whether there may be more.

    Leaves it to whoever is at it already: another host's keeper, or an import that makes the whole city anew.
    """
    if not session.scalar(select(func.pg_try_advisory_xact_lock(generalise.LOCK))):
        return False
    boxes = _claim(session)
    if boxes:
        generalise.rebuild_touched(session, boxes)
    return bool(boxes)


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
