-- An approved survey taken back: as if it had never been. Nothing was built on it, or this is not reached.
DELETE FROM parcel_lineage WHERE survey_id = :survey;

DELETE FROM parcel USING survey_change c WHERE c.survey_id = :survey AND c.new_id = parcel.id;

WITH ended AS (
    SELECT old_id AS id FROM survey_change
    WHERE survey_id = :survey AND status IN ('changed', 'removed') AND old_id IS NOT NULL
    UNION
    SELECT unnest(parents) FROM survey_change WHERE survey_id = :survey AND status IN ('added', 'changed')
)
UPDATE parcel SET valid_to = NULL, version = parcel.version + 1
FROM ended WHERE ended.id = parcel.id;

UPDATE parcel SET geom = c.geom_before, version = parcel.version + 1
FROM survey_change c WHERE c.survey_id = :survey AND c.status = 'noded' AND parcel.id = c.old_id
