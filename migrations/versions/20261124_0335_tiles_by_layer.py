"""Tiles of features are cut one layer at a time: their spatial index leads with the layer, too.

With the place alone in it, each layer of a low-zoom tile waded through the features of all the others.
"""

from alembic import op

revision = "20261124_0335"
down_revision = "20261124_0315"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX feature_layer_id_geom_3857_idx ON feature USING gist (layer_id, geom_3857)")
    op.execute("DROP INDEX feature_geom_3857_idx")


def downgrade() -> None:
    op.execute("CREATE INDEX feature_geom_3857_idx ON feature USING gist (geom_3857)")
    op.execute("DROP INDEX feature_layer_id_geom_3857_idx")
