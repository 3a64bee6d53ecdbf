-- What the application's own role may do: read and write rows, own nothing, and only add to what is only ever added to.
DO $$
DECLARE
    app text := current_setting('shahrnama.app_role');
    only_added record;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', app);
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), app);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', app);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', app);
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM %I', app);
    FOR only_added IN
        SELECT DISTINCT tgrelid::regclass AS name FROM pg_trigger
        JOIN pg_proc ON pg_proc.oid = tgfoid WHERE proname = 'refuse_change' AND NOT tgisinternal
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %I', only_added.name, app);
    END LOOP;
END
$$;
