"""Zoning certificates: issued once, never changed, revoked with a reason; and the register of their numbers."""

from pathlib import Path

from alembic import op

revision = "20261125_1040"
down_revision = "20261125_1035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP TABLE certificate")
    op.execute("DROP TABLE certificate_register")
    op.execute("DROP FUNCTION certificate_keep()")
