"""Days that the city itself keeps otherwise than its calendar says: a snow day, a working Thursday, a moved feast."""

from alembic import op

revision = "20261125_1455"
down_revision = "20261125_1450"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE calendar_day (
            day date NOT NULL CONSTRAINT calendar_day_pkey PRIMARY KEY,
            kind text NOT NULL,
            name_fa text NOT NULL DEFAULT '',
            name_en text NOT NULL DEFAULT '',
            changed_at timestamptz NOT NULL DEFAULT now(),
            version integer NOT NULL DEFAULT 1,
            CONSTRAINT calendar_day_kind_check CHECK (kind IN ('holiday', 'half', 'working'))
        )""")


def downgrade() -> None:
    op.execute("DROP TABLE calendar_day")
