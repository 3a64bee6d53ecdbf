"""How a geometry becomes one of a tile: the careful way as a function, and what tells that the quick way will do."""

from pathlib import Path

from alembic import op

revision = "20261124_0310"
down_revision = "20261124_0240"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    op.execute("ALTER TABLE parcel DROP COLUMN clearance_m")
    op.execute("DROP FUNCTION tile_geometry")
