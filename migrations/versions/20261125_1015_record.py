"""The record that cannot be altered, and the refusal that other append-only tables share."""

from pathlib import Path

from alembic import op

revision = "20261125_1015"
down_revision = "20261125_1012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP TABLE audit")
    op.execute("DROP FUNCTION chain_audit()")
    op.execute("DROP FUNCTION refuse_change()")
