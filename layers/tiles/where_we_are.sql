-- What this moment is called: which database (restored, replaced or set back it is another), what is visible in it,
-- and its day. ``lost``: edits since :seen may have been trimmed, or never happened here.
SELECT
    (SELECT system_identifier FROM pg_control_system()) || '/' || (SELECT timeline_id FROM pg_control_checkpoint())
        || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())
        || '/' || CAST(CAST('tile_outbox' AS regclass) AS oid) AS identity,
    CAST(pg_current_snapshot() AS text) AS snapshot,
    CAST(CURRENT_DATE AS text) AS day,
    CAST(now() AS text) AS seen_at,
    coalesce(
        pg_snapshot_xmax(CAST(:seen AS pg_snapshot)) > pg_snapshot_xmax(pg_current_snapshot())
            OR CAST(:seen_at AS timestamptz) < now() - make_interval(days => :kept_days - 1),
        true
    ) AS lost,
    (SELECT coalesce(jsonb_object_agg(source, revision), '{}') FROM source_revision) AS revisions
