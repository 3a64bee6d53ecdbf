"""Annulled zoning: what it restored says which version it repeats, and why it was annulled is kept."""

from pathlib import Path

from alembic import op

revision = "20261125_1012"
down_revision = "20261125_1010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP TABLE zone_annulment")
    op.execute("ALTER TABLE zone DROP COLUMN restores_id")
