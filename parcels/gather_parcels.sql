-- The parcels of the file: features of one number are parts of one parcel, which takes its attributes from the first.
CREATE TEMPORARY TABLE parcel_incoming ON COMMIT DROP AS
WITH repeated AS (
    SELECT number FROM parcel_staging GROUP BY number HAVING count(*) > 1
), whole AS (
    SELECT s.number, ST_Multi(ST_CollectionExtract(ST_Union(s.geom), 3)) AS geom, min(s.feature) AS feature
    FROM parcel_staging s JOIN repeated USING (number)
    GROUP BY s.number
)
SELECT s.number, s.number_key, s.address, s.street, s.house_number, s.land_use, s.land_use_recorded,
       s.area_official_m2, s.properties, coalesce(whole.geom, s.geom) AS geom,
       NULL::integer AS street_id, NULL::bigint AS parcel_id, NULL::text AS state
FROM parcel_staging s
LEFT JOIN whole USING (number)
WHERE whole.feature IS NULL OR whole.feature = s.feature;

UPDATE parcel_incoming i SET street_id = named.street_id
FROM parcel_street_staging named WHERE named.name = i.street;

CREATE INDEX ON parcel_incoming (number);
CREATE INDEX ON parcel_incoming (number_key);
ANALYZE parcel_incoming
