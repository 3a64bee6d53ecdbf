"""The words that names are made of: what a word typed with a slip is held against.

A city's streets and places share a few thousand words. Looking for the slip among these takes a millisecond;
looking for it among all names took half a second at a million parcels.
"""

from pathlib import Path

from alembic import op

revision = "20261124_0345"
down_revision = "20261124_0335"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    for table in ("street", "feature"):
        for event in ("insert", "update"):
            op.execute(f"DROP TRIGGER {table}_words_on_{event} ON {table}")
    op.execute("DROP FUNCTION remember_words()")
    op.execute("DROP TABLE name_word")
