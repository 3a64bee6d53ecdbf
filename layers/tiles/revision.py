"""The revision of each tile source: what an open map compares to know that it is behind."""

import datetime as dt

from sqlalchemy import BigInteger, Text, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.local_time import TODAY
from layers.models import Layer, SourceRevision
from layers.tiles.sources import TileSource

BASE = "base"
NEVER_CHANGED = "0"
"""The revision of a source that nobody has bumped yet: its tiles may not be kept under it."""


def bump(session: Session, source: str) -> None:
    """Say that a source has changed; the base map changes with every layer that is part of it."""
    names = [source]
    if session.scalar(select(Layer.base_role).where(Layer.slug == source)):
        names.append(BASE)
    # The commit raises what is touched by itself, but only what this transaction has not raised here.
    mine = cast(cast(func.pg_current_xact_id(), Text), BigInteger)
    # In one fixed order, so that two writers never wait for each other.
    for name in sorted(names):
        row = insert(SourceRevision).values(source=name, revision=1, bumped_in=mine)
        session.execute(
            row.on_conflict_do_update(
                index_elements=[SourceRevision.source],
                set_={
                    "revision": SourceRevision.revision + 1,
                    "updated_on": TODAY,
                    "bumped_in": mine,
                },
            )
        )


def get_revision(session: Session, source: TileSource, on: dt.date | None, today: dt.date) -> str:
    """What names the present content of a source: two equal ones mean equal tiles.

    Tiles of a dated source without a day are those of today, which tomorrow are others with no edit made.
    """
    number = session.scalar(select(SourceRevision.revision).where(SourceRevision.source == source.name)) or 0
    return f"{number}.{today:%Y%m%d}" if source.dated and on is None else str(number)
