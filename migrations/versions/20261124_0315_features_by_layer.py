"""Features are looked for one layer at a time: their spatial index leads with the layer.

With the place alone in it, the nearest feature of a rare layer was found only after wading through all others.
"""

from alembic import op

revision = "20261124_0315"
down_revision = "20261124_0310"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX feature_layer_id_geom_idx ON feature USING gist (layer_id, geom)")
    op.execute("DROP INDEX feature_geom_idx")


def downgrade() -> None:
    op.execute("CREATE INDEX feature_geom_idx ON feature USING gist (geom)")
    op.execute("DROP INDEX feature_layer_id_geom_idx")
