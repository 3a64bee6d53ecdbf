-- What transactions have noted that were not yet to be seen in the snapshot :seen and are now. Numbers and times tell
-- nothing here: a transaction may take its number early and commit late.
SELECT source, min_zoom, max_zoom, west, south, east, north
FROM tile_outbox
WHERE xid >= CAST(CAST(pg_snapshot_xmin(CAST(:seen AS pg_snapshot)) AS text) AS bigint)
  AND NOT pg_visible_in_snapshot(CAST(CAST(xid AS text) AS xid8), CAST(:seen AS pg_snapshot))
  -- Rows that a restored dump brought along bear numbers of another server, some of them still to come here.
  AND xid < CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)
