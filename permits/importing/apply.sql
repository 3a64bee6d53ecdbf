-- The rows as they were staged become the register's. One that began here is never written over; one that came in
-- before changes only where the file says something else.
INSERT INTO permit AS p (
    reference, tracking_code, type_code, type_version, state, outcome, version, parcel_id, parcel_number, address, geom,
    description, submitted_at, published_at, decided_at, imported, language)
SELECT s.reference, s.tracking_code, s.type_code, s.type_version, s.state, s.outcome, 1, s.parcel_id, s.parcel_number,
       s.address, s.geom, s.description, s.submitted_at, coalesce(s.published_at, now()), s.decided_at, s.imported, 'fa'
FROM permit_staging AS s
WHERE s.refused IS NULL
ON CONFLICT (reference) DO UPDATE SET
    type_code = excluded.type_code, type_version = excluded.type_version, state = excluded.state,
    outcome = excluded.outcome, version = p.version + 1, parcel_id = excluded.parcel_id,
    parcel_number = excluded.parcel_number, address = excluded.address, geom = excluded.geom,
    description = excluded.description, submitted_at = excluded.submitted_at,
    -- Of one without a date the day of its first import stays.
    published_at = CASE WHEN excluded.imported ? 'published' THEN excluded.published_at ELSE p.published_at END,
    decided_at = excluded.decided_at, imported = excluded.imported
WHERE p.imported IS NOT NULL
  AND (p.imported, p.type_code, p.state, p.parcel_number, ST_AsBinary(p.geom))
      IS DISTINCT FROM (excluded.imported, excluded.type_code, excluded.state, excluded.parcel_number,
                        ST_AsBinary(excluded.geom))
RETURNING (xmax = 0) AS is_new
