"""An index of the named features of each layer: a search looked through all features of all layers but the streets."""

from alembic import op

revision = "20261125_1538"
down_revision = "20261125_1515"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX feature_named_layer_id_idx ON feature (layer_id) WHERE name_folded > ''")


def downgrade() -> None:
    op.execute("DROP INDEX feature_named_layer_id_idx")
