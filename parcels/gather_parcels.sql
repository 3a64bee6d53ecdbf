-- The parcels of the file: features of one number are parts of one parcel, which takes its attributes from the first.
-- Until one is found to be a parcel of today, it is a new one.
CREATE TEMPORARY TABLE parcel_incoming ON COMMIT DROP AS
WITH repeated AS (
    SELECT number FROM parcel_staging GROUP BY number HAVING count(*) > 1
), whole AS (
    SELECT s.number, ST_Multi(ST_CollectionExtract(ST_Union(s.geom), 3)) AS geom, min(s.feature) AS feature
    FROM parcel_staging s JOIN repeated USING (number)
    GROUP BY s.number
)
SELECT s.number, s.number_key, s.address, named.street_id, s.house_number, s.land_use, s.land_use_recorded,
       s.area_official_m2, s.properties, coalesce(whole.geom, s.geom) AS geom,
       NULL::bigint AS parcel_id, 'added' AS state
FROM parcel_staging s
LEFT JOIN whole USING (number)
LEFT JOIN parcel_street_staging named ON named.name = s.street
WHERE whole.feature IS NULL OR whole.feature = s.feature;

ANALYZE parcel_incoming (number, number_key)
