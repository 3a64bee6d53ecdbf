-- Which parcel of today each one of the file is: by its number as written, else by its folded number where that is
-- one parcel's alone on both sides (02-015 and 2-15 are one parcel, unless both stand in the file).
UPDATE parcel_incoming i SET parcel_id = p.id
FROM parcel p WHERE p.valid_to IS NULL AND p.number = i.number;

WITH left_here AS (
    SELECT number_key, min(number) AS number FROM parcel_incoming
    WHERE parcel_id IS NULL AND number_key <> '' GROUP BY number_key HAVING count(*) = 1
), left_there AS (
    SELECT p.number_key, min(p.id) AS id FROM parcel p
    WHERE p.valid_to IS NULL AND NOT EXISTS (SELECT FROM parcel_incoming i WHERE i.parcel_id = p.id)
    GROUP BY p.number_key HAVING count(*) = 1
)
UPDATE parcel_incoming i SET parcel_id = left_there.id
FROM left_here JOIN left_there ON left_there.number_key = left_here.number_key COLLATE "C"
WHERE i.number = left_here.number;

-- 'versioned': the land itself or what it is used for is another, so that the old parcel ends and a new one begins.
-- 'amended': it is written otherwise. A millimetre is no change: the same file through another grid moves that much.
UPDATE parcel_incoming i SET state = CASE
    WHEN i.address <> p.address OR i.street_id IS DISTINCT FROM p.street_id
      OR i.house_number IS DISTINCT FROM p.house_number OR i.land_use <> p.land_use
      OR i.land_use_recorded <> p.land_use_recorded OR i.area_official_m2 IS DISTINCT FROM p.area_official_m2
      OR CASE WHEN ST_AsBinary(i.geom) = ST_AsBinary(p.geom) THEN false
              ELSE ST_HausdorffDistance(i.geom, p.geom) > 0.001 END THEN 'versioned'
    WHEN i.number <> p.number OR i.properties IS DISTINCT FROM p.properties THEN 'amended'
    ELSE 'unchanged'
END
FROM parcel p WHERE p.id = i.parcel_id
