"""The public register of permits: the order it is read in, and tiles of it that follow each step of a case."""

from pathlib import Path

from alembic import op

revision = "20261125_1515"
down_revision = "20261125_1512"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    for name in ("insert", "update", "delete", "truncate"):
        op.execute(f"DROP TRIGGER permit_tiles_on_{name} ON permit")
    for name in ("published_at", "type_code_published_at", "state_published_at"):
        op.execute(f"DROP INDEX permit_{name}_idx")
