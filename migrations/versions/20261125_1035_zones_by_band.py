"""Zones drawn from afar are read a band at a time: an index by band, which leaves the other two alone."""

from alembic import op

revision = "20261125_1035"
down_revision = "20261125_1030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("zone_generalised_zoom_idx", "zone_generalised", ["zoom"])


def downgrade() -> None:
    op.drop_index("zone_generalised_zoom_idx")
