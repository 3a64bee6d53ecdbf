"""The kinds of permits and the versions of their settings; a case names the version it was opened under."""

import json
import tomllib
from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "20261125_1450"
down_revision = "20261125_1440"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE permit_type (
            code text CONSTRAINT permit_type_pkey PRIMARY KEY,
            version integer NOT NULL,
            ordinal smallint NOT NULL DEFAULT 0,
            is_offered boolean NOT NULL DEFAULT true
        )""")
    op.execute("""
        CREATE TABLE permit_type_version (
            code text NOT NULL,
            version integer NOT NULL CONSTRAINT permit_type_version_version_check CHECK (version > 0),
            settings jsonb NOT NULL,
            made_at timestamptz NOT NULL DEFAULT now(),
            made_by bigint,
            reason text NOT NULL DEFAULT '',
            CONSTRAINT permit_type_version_pkey PRIMARY KEY (code, version)
        )""")
    op.execute("""
        CREATE TRIGGER permit_type_version_no_change BEFORE UPDATE OR DELETE ON permit_type_version
            FOR EACH ROW EXECUTE FUNCTION refuse_change()""")
    op.execute("""
        CREATE TRIGGER permit_type_version_no_truncate BEFORE TRUNCATE ON permit_type_version
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""")
    _offer_first_types()
    op.execute("""
        ALTER TABLE permit ADD CONSTRAINT permit_type_code_type_version_fkey
            FOREIGN KEY (type_code, type_version) REFERENCES permit_type_version (code, version)""")


def _offer_first_types() -> None:
    given = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    common = given.pop("common")
    for ordinal, (code, each) in enumerate(given.items(), start=1):
        settings = each | {"periods": common["periods"] | each.get("periods", {})}
        values = {"code": code, "ordinal": ordinal, "settings": json.dumps(settings)}
        connection = op.get_bind()
        connection.execute(
            text("INSERT INTO permit_type (code, version, ordinal) VALUES (:code, 1, :ordinal)"), values
        )
        connection.execute(
            text(
                "INSERT INTO permit_type_version (code, version, settings) VALUES (:code, 1, CAST(:settings AS jsonb))"
            ),
            values,
        )


def downgrade() -> None:
    op.execute("ALTER TABLE permit DROP CONSTRAINT permit_type_code_type_version_fkey")
    op.execute("DROP TABLE permit_type_version")
    op.execute("DROP TABLE permit_type")
