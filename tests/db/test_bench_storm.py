"""The edits that the benchmark of stale tiles makes: one that touched no tile would let it pass for nothing."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.stale import STORM


@pytest.mark.parametrize("edit", [edit for _weight, edit in STORM])
def test_each_edit_of_the_storm_touches_tiles(city: Session, edit: str) -> None:
    noted = text("SELECT count(*) FROM tile_outbox")
    before = city.scalar(noted)
    ids = city.scalars(text(f"SELECT id FROM {edit.split()[1]}")).all()
    for number in ids:
        values = {"id": number, "n": 1}
        city.execute(text(edit), {name: value for name, value in values.items() if f":{name}" in edit})
    assert city.scalar(noted) > before
