"""Surveys: files, findings, changes and steps; and parcels that lived for no day, for two surveys of one day."""

from pathlib import Path

from alembic import op

revision = "20261125_1512"
down_revision = "20261125_1511"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    srid = op.get_bind().exec_driver_sql("SELECT Find_SRID('public', 'parcel', 'geom')").scalar_one()
    op.get_bind().exec_driver_sql(sql.replace(":srid", str(int(srid))).replace("%", "%%"))


def downgrade() -> None:
    op.execute(
        "DROP TABLE surveyor_columns, survey_progress, survey_event, survey_change, survey_finding, survey_file, survey"
    )
    op.execute("ALTER TABLE parcel DROP CONSTRAINT parcel_valid_to_check")
    # One that lived for no day lived for one, as far as the older rule can tell.
    op.execute("UPDATE parcel SET valid_to = valid_from + 1 WHERE valid_to = valid_from")
    op.execute(
        "ALTER TABLE parcel ADD CONSTRAINT parcel_valid_to_check CHECK (valid_to IS NULL OR valid_to > valid_from)"
    )
