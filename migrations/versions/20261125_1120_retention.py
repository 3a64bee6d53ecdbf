"""For how long things of each kind are kept, where the administrator says otherwise than we do."""

from alembic import op

revision = "20261125_1120"
down_revision = "20261125_1055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE retention_period (
            kind text NOT NULL CONSTRAINT retention_period_pkey PRIMARY KEY,
            days integer,
            changed_at timestamptz NOT NULL DEFAULT now(),
            version integer NOT NULL DEFAULT 1,
            CONSTRAINT retention_period_days_check CHECK (days IS NULL OR days > 0)
        )""")


def downgrade() -> None:
    op.execute("DROP TABLE retention_period")
