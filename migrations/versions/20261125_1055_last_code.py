"""The time step of the last authenticator code that was taken, so that none is taken twice."""

from alembic import op

revision = "20261125_1055"
down_revision = "20261125_1050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE person ADD COLUMN tf_last_counter bigint")


def downgrade() -> None:
    op.execute("ALTER TABLE person DROP COLUMN tf_last_counter")
