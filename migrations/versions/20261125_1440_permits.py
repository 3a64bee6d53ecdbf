"""Permits: cases, their events and clocks, and what hangs on a case; one register for all running numbers."""

from pathlib import Path

from alembic import op

revision = "20261125_1440"
down_revision = "20261125_1120"
branch_labels = None
depends_on = None

_TABLES = (
    "permit_inspection permit_message permit_consultee permit_condition permit_check permit_request"
    " permit_comment permit_neighbour permit_clock permit_event permit"
)


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    srid = op.get_bind().exec_driver_sql("SELECT Find_SRID('public', 'feature', 'geom')").scalar_one()
    op.get_bind().exec_driver_sql(sql.replace(":srid", str(int(srid))).replace("%", "%%"))


def downgrade() -> None:
    for table in _TABLES.split():
        op.execute(f"DROP TABLE {table}")
    op.execute("""
        CREATE TABLE certificate_register (
            year smallint CONSTRAINT certificate_register_pkey PRIMARY KEY,
            last integer NOT NULL CONSTRAINT certificate_register_last_check CHECK (last > 0)
        )""")
    op.execute("INSERT INTO certificate_register SELECT year, last FROM register WHERE kind = 'certificate'")
    op.execute("DROP TABLE register")
