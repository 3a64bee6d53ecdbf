"""What an edit tells the tiles: which of them it touched, in its own transaction, and by one revision more.

Written by triggers, so that nothing that writes can forget it: an import, a planner, an administrator with psql.
"""

from pathlib import Path

from alembic import op

revision = "20261124_0410"
down_revision = "20261124_0345"
branch_labels = None
depends_on = None

TABLES = ("parcel", "parcel_block", "parcel_mosaic", "zone", "feature")


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    for table in TABLES:
        for event in ("insert", "update", "delete", "truncate"):
            op.execute(f"DROP TRIGGER {table}_tiles_on_{event} ON {table}")
    for table in ("zone_class", "layer", "city"):
        op.execute(f"DROP TRIGGER {table}_tiles ON {table}")
    op.execute("DROP TABLE tile_outbox")
    op.execute("DROP FUNCTION note_touched_tiles()")
    op.execute("DROP FUNCTION note_whole_source()")
    op.execute("DROP FUNCTION note_zone_class()")
    op.execute("DROP FUNCTION note_layer()")
    op.execute("DROP FUNCTION announce_touched_tiles()")
    op.execute("DROP FUNCTION wake_tile_listeners()")
    op.execute("ALTER TABLE source_revision DROP COLUMN bumped_in")
