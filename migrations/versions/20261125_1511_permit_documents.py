"""The documents of permits, their versions, and redacted copies of those."""

from pathlib import Path

from alembic import op

revision = "20261125_1511"
down_revision = "20261125_1510"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    for table in ("permit_document_redacted", "permit_document_version", "permit_document"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION permit_document_keep()")
