-- All that an approved survey changes, at one stroke. New parcels were given their numbers (id and number) before.
-- What is replaced or ends, ends on :day: one that began on it was valid on no day.
WITH ending AS (
    SELECT old_id AS id FROM survey_change
    WHERE survey_id = :survey AND status IN ('changed', 'removed') AND old_id IS NOT NULL
    UNION
    SELECT unnest(parents) FROM survey_change WHERE survey_id = :survey AND status IN ('added', 'changed')
)
UPDATE parcel SET valid_to = greatest(CAST(:day AS date), parcel.valid_from), version = parcel.version + 1
FROM ending WHERE ending.id = parcel.id;

-- Laid down along the Hilbert curve, as an import does.
INSERT INTO parcel (id, number, address, street_id, house_number, land_use, land_use_recorded, area_official_m2,
                    properties, geom, valid_from)
SELECT new_id, number, coalesce(attributes ->> 'address', ''), CAST(attributes ->> 'street_id' AS integer),
       CAST(attributes ->> 'house_number' AS integer), coalesce(attributes ->> 'land_use', 'unknown'),
       coalesce(attributes ->> 'land_use_recorded', ''), CAST(attributes ->> 'area_official_m2' AS double precision),
       attributes -> 'properties', geom, :day
FROM survey_change
WHERE survey_id = :survey AND status IN ('added', 'changed')
ORDER BY geom;

INSERT INTO parcel_lineage (parent_id, child_id, kind, survey_id, recorded_on)
SELECT DISTINCT parent.id, c.new_id,
       CASE c.relation WHEN 'split' THEN 'subdivision' WHEN 'merge' THEN 'merge' WHEN 'same' THEN 'correction'
            ELSE CASE WHEN cardinality(c.parents) > 1 THEN 'merge' ELSE 'subdivision' END END,
       c.survey_id, CAST(:day AS date)
FROM survey_change c
CROSS JOIN LATERAL (SELECT unnest(c.parents || CASE WHEN c.old_id IS NULL OR c.relation <> 'same'
                                                    THEN CAST('{}' AS bigint[]) ELSE ARRAY[c.old_id] END)) AS parent (id)
WHERE c.survey_id = :survey AND c.status IN ('added', 'changed');

-- Neighbours whose borders get corners keep their land and go on as they are.
UPDATE survey_change c SET geom_before = parcel.geom
FROM parcel WHERE c.survey_id = :survey AND c.status = 'noded' AND parcel.id = c.old_id;
UPDATE parcel SET geom = c.geom, version = parcel.version + 1
FROM survey_change c WHERE c.survey_id = :survey AND c.status = 'noded' AND parcel.id = c.old_id
