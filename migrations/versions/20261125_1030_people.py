"""People with an account, the roles granted to them, and their passkeys."""

from pathlib import Path

from alembic import op

revision = "20261125_1030"
down_revision = "20261125_1020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP TABLE passkey, role_grant, person")
