"""Amendments of the plan: what each began with, its saves, what they come to, and its events."""

from pathlib import Path

from alembic import op

revision = "20261125_1615"
down_revision = "20261125_1605"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    srid = op.get_bind().exec_driver_sql("SELECT Find_SRID('public', 'feature', 'geom')").scalar_one()
    op.get_bind().exec_driver_sql(sql.replace(":srid", str(int(srid))).replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP INDEX zone_amendment_id_idx")
    for table in ("amendment_event", "amendment_zone", "amendment_save", "amendment_base", "amendment"):
        op.execute(f"DROP TABLE {table}")
