"""What a layer is for a place (facility, network, overlay), and whether the public sees it."""

from pathlib import Path

from alembic import op

revision = "20261125_1010"
down_revision = "20261124_0430"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP TRIGGER layer_visibility_tiles ON layer")
    op.execute("DROP FUNCTION note_layer_visibility()")
    op.execute("ALTER TABLE layer DROP COLUMN place_role, DROP COLUMN visibility")
