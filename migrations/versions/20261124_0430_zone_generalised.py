"""Zones as they are drawn from afar: simplified together, so that borders stay shared."""

from pathlib import Path

from alembic import op

revision = "20261124_0430"
down_revision = "20261124_0410"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP TRIGGER zone_forget_generalised ON zone")
    op.execute("DROP TABLE zone_generalised")
    op.execute("DROP FUNCTION forget_generalised_zone()")
