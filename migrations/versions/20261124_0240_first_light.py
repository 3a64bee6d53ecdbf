"""The city, its layers, zones in two times, parcels with lineage, and the folding of text.

The city's SRID is fixed here: every authoritative geometry column is typed with it.
"""

from pathlib import Path

from alembic import context, op

revision = "20261124_0240"
down_revision = None
branch_labels = None
depends_on = None

DEFAULT_SRID = 32639
TABLES = (
    "parcel_mosaic",
    "parcel_block",
    "parcel_lineage",
    "parcel",
    "street",
    "zone",
    "zone_class",
    "feature",
    "layer",
    "source_revision",
    "city",
)


def upgrade() -> None:
    srid = int(context.config.attributes.get("srid") or DEFAULT_SRID)
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    # psycopg2 takes the whole file in one go; the SRID is a number checked above, typed columns take no parameter.
    op.get_bind().exec_driver_sql(sql.replace(":srid", str(srid)).replace("%", "%%"))


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION fold_number(text)")
    op.execute("DROP FUNCTION fold_text(text)")
