"""How names are heard: one key for every spelling of a name in either script.

Slips of typing are told by trigrams; "Qeshm" for "Gheshm" and «ذاگرس» for «زاگرس» are other spellings.
"""

from pathlib import Path

from alembic import op

revision = "20261125_1045"
down_revision = "20261125_1040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP INDEX zone_class_id_idx")
    op.execute("ALTER TABLE name_word DROP COLUMN sound")
    op.execute("ALTER TABLE feature DROP COLUMN name_sound")
    op.execute("ALTER TABLE street DROP COLUMN name_sound")
    op.execute("DROP FUNCTION fold_sound(text)")
