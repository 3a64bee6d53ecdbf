-- What was built on an approved survey since: each row a parcel and why the survey can no longer be taken back.
WITH mine AS (
    SELECT * FROM survey_change WHERE survey_id = :survey
), opened AS (
    SELECT new_id AS id, number, geom, attributes FROM mine WHERE new_id IS NOT NULL
), ended AS (
    SELECT old_id AS id FROM mine WHERE status IN ('changed', 'removed') AND old_id IS NOT NULL
    UNION
    SELECT unnest(parents) FROM mine WHERE status IN ('added', 'changed')
)
SELECT opened.number, 'replaced' AS why, min(l.survey_id) AS survey_id
FROM opened JOIN parcel_lineage l ON l.parent_id = opened.id
GROUP BY opened.number
UNION ALL
SELECT opened.number, 'changed', NULL
FROM opened LEFT JOIN parcel ON parcel.id = opened.id
WHERE (parcel.id IS NULL OR parcel.valid_to IS NOT NULL OR ST_AsBinary(parcel.geom) <> ST_AsBinary(opened.geom)
       OR parcel.number <> opened.number OR parcel.properties IS DISTINCT FROM opened.attributes -> 'properties'
       OR parcel.address <> opened.attributes ->> 'address' OR parcel.land_use <> opened.attributes ->> 'land_use'
       OR parcel.land_use_recorded <> opened.attributes ->> 'land_use_recorded'
       OR CAST(parcel.street_id AS text) IS DISTINCT FROM opened.attributes ->> 'street_id'
       OR CAST(parcel.house_number AS text) IS DISTINCT FROM opened.attributes ->> 'house_number'
       OR parcel.area_official_m2
          IS DISTINCT FROM CAST(opened.attributes ->> 'area_official_m2' AS double precision))
  AND NOT EXISTS (SELECT FROM parcel_lineage l WHERE l.parent_id = opened.id)
UNION ALL
SELECT DISTINCT opened.number, 'certificate', CAST(NULL AS bigint)
FROM opened JOIN certificate ON certificate.parcel_id = opened.id AND certificate.revoked_at IS NULL
UNION ALL
-- The neighbour's border is no longer as this survey left it.
SELECT parcel.number, 'neighbour', NULL
FROM mine JOIN parcel ON parcel.id = mine.old_id
WHERE mine.status = 'noded'
  AND (parcel.valid_to IS NOT NULL OR ST_AsBinary(parcel.geom) <> ST_AsBinary(mine.geom))
UNION ALL
-- Its number went to another parcel meanwhile.
SELECT parcel.number, 'number', NULL
FROM ended JOIN parcel ON parcel.id = ended.id
JOIN parcel AS other ON other.number = parcel.number AND other.valid_to IS NULL
WHERE NOT EXISTS (SELECT FROM opened WHERE opened.id = other.id)
UNION ALL
SELECT parcel.number, 'other', NULL
FROM ended JOIN parcel ON parcel.id = ended.id
JOIN survey ON survey.id = :survey
WHERE parcel.valid_to IS NULL OR parcel.valid_to <> greatest(survey.valid_from, parcel.valid_from)
ORDER BY 1, 2
