"""Files that people bring, and texts taken out of the public's sight."""

from pathlib import Path

from alembic import op

revision = "20261125_1510"
down_revision = "20261125_1459"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    for table in ("redacted_text", "redaction", "document_file"):
        op.execute(f"DROP TABLE {table}")
