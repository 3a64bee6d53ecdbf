"""Features and coverages cut into small pieces, kept by triggers: what lies near a spot is told by the pieces."""

from pathlib import Path

from alembic import op

revision = "20261125_1050"
down_revision = "20261125_1045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    srid = op.get_bind().exec_driver_sql("SELECT Find_SRID('public', 'feature', 'geom')").scalar_one()
    op.get_bind().exec_driver_sql(sql.replace(":srid", str(int(srid))).replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP TRIGGER layer_parts ON layer")
    op.execute("DROP TRIGGER feature_parts_on_insert ON feature")
    op.execute("DROP TRIGGER feature_parts_on_update ON feature")
    op.execute("DROP FUNCTION cut_coverage(), cut_features_anew(), cut_features(), parts_of(geometry)")
    op.execute("DROP TABLE feature_part, coverage_part")
