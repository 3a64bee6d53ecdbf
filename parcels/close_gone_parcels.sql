-- Parcels that the file does not have: those of earlier days end on :day; those that only began then never were.
WITH gone AS (
    SELECT p.id, p.valid_from FROM parcel p
    WHERE p.valid_to IS NULL AND p.id = ANY(CAST(:ids AS bigint[]))
), ended AS (
    UPDATE parcel p SET valid_to = :day, version = p.version + 1
    FROM gone WHERE gone.id = p.id AND gone.valid_from < :day
)
DELETE FROM parcel p USING gone
WHERE gone.id = p.id AND gone.valid_from >= :day
  AND NOT EXISTS (SELECT FROM parcel_lineage WHERE parent_id = p.id OR child_id = p.id)
