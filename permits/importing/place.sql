-- Where each row is: at its coordinates; else on the parcel with its number; else on the one parcel with its address.
UPDATE permit_staging AS s SET
    parcel_id = found.id,
    parcel_number = coalesce(found.number, s.parcel_number),
    geom = coalesce(s.geom, found.geom),
    placed = CASE WHEN s.geom IS NOT NULL THEN 'coordinates' ELSE found.how END
FROM (
    SELECT s.row, hit.*
    FROM permit_staging AS s
    LEFT JOIN LATERAL (
        SELECT p.id, p.number, ST_PointOnSurface(p.geom) AS geom, 'parcel' AS how, 1 AS rank
        FROM parcel AS p
        WHERE s.parcel_key <> '' AND p.number_key = s.parcel_key AND p.valid_to IS NULL
        UNION ALL
        SELECT p.id, p.number, ST_PointOnSurface(p.geom), 'address', 2
        FROM permit_address AS a JOIN parcel AS p ON p.id = a.parcel_id
        WHERE s.address_key <> '' AND a.key = s.address_key
        UNION ALL
        SELECT p.id, p.number, NULL, 'coordinates', 0
        FROM parcel AS p
        WHERE s.geom IS NOT NULL AND ST_Covers(p.geom, s.geom) AND p.valid_to IS NULL
        ORDER BY rank, id LIMIT 1
    ) AS hit ON true
) AS found
WHERE found.row = s.row
