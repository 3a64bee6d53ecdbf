"""Draws the city from afar anew after an import: all of it, or only where a few parcels have changed."""

from typing import cast as as_type

from sqlalchemy import BigInteger, Text, cast, func, update
from sqlalchemy.orm import Session

from core.progress import Tell
from layers.models import TileOutbox
from parcels import generalise
from parcels.generalise import Bounds

_FEW = 5000
"""More changes than these touch so many cells that all of them are made anew as fast."""


def draw_changes(session: Session, changed: int, is_first: bool, tell: Tell) -> None:
    """Make blocks and mosaic follow an import that changed so many parcels in this transaction."""
    if changed and (is_first or changed > _FEW):
        generalise.rebuild(session, tell)
    elif changed:
        generalise.rebuild_touched(session, _claim_touched(session))
        tell(1, 1)


def _claim_touched(session: Session) -> list[Bounds]:
    """Where this transaction changed parcels (old and new place), as the triggers noted: nobody else need look."""
    mine = TileOutbox.xid == cast(cast(func.pg_current_xact_id(), Text), BigInteger)
    noted = session.execute(
        update(TileOutbox)
        .where(mine, TileOutbox.to_generalise)
        .values(to_generalise=False)
        .returning(TileOutbox.west, TileOutbox.south, TileOutbox.east, TileOutbox.north)
        .execution_options(synchronize_session=False)
    )
    return [as_type(Bounds, tuple(row)) for row in noted]
