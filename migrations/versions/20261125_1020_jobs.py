"""The queue of jobs (procrastinate's own tables), what was done of it, and what went wrong."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "20261125_1020"
down_revision = "20261125_1015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Procrastinate's schema of the version locked (3.10). A newer one brings steps of its own, for a later migration.
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute("""
        CREATE TABLE job_done (
            job_id bigint NOT NULL CONSTRAINT job_done_pkey PRIMARY KEY,
            done_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("""
        CREATE TABLE job_error (
            id bigserial NOT NULL CONSTRAINT job_error_pkey PRIMARY KEY,
            job_id bigint NOT NULL,
            attempt integer NOT NULL,
            at timestamptz NOT NULL DEFAULT now(),
            error text NOT NULL
        )""")
    op.execute("CREATE INDEX job_error_job_id_idx ON job_error (job_id)")


def downgrade() -> None:
    op.execute("DROP TABLE job_error, job_done")
    op.execute(
        "DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs,"
        " procrastinate_workers CASCADE"
    )
    op.execute("""
        DO $$
        DECLARE gone record;
        BEGIN
            FOR gone IN SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'procrastinate%' LOOP
                EXECUTE 'DROP FUNCTION ' || gone.name;
            END LOOP;
            FOR gone IN SELECT oid::regtype AS name FROM pg_type
                WHERE typname LIKE 'procrastinate%' AND typtype IN ('c', 'e') LOOP
                EXECUTE 'DROP TYPE ' || gone.name;
            END LOOP;
        END
        $$""")
