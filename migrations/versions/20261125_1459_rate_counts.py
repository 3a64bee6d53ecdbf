"""Counts of sign-ins and writes, one for all workers; unlogged, since a crash may forget them."""

from alembic import op

revision = "20261125_1459"
down_revision = "20261125_1455"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE UNLOGGED TABLE rate_count (
            key bytea NOT NULL CONSTRAINT rate_count_pkey PRIMARY KEY,
            times timestamptz[] NOT NULL,
            over_at timestamptz NOT NULL
        ) WITH (fillfactor = 70)""")


def downgrade() -> None:
    op.execute("DROP TABLE rate_count")
