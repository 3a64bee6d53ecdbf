-- Today's parcels that a survey goes on from, replaces or ends, and those that lie within a hand's breadth of what it
-- would lay: whoever changes one of them, or puts a new one there, has built on what the check did not see.
WITH mine AS (
    SELECT * FROM survey_change WHERE survey_id = :survey
), spoken_of AS (
    SELECT old_id AS id FROM mine WHERE old_id IS NOT NULL
    UNION
    SELECT unnest(parents) FROM mine
    UNION
    SELECT parcel.id FROM mine JOIN parcel ON ST_DWithin(parcel.geom, mine.geom, 0.1)
    WHERE mine.geom IS NOT NULL AND parcel.valid_to IS NULL
)
SELECT parcel.id, parcel.version FROM parcel JOIN spoken_of USING (id) WHERE parcel.valid_to IS NULL ORDER BY parcel.id
