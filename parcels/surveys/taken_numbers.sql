-- Numbers that a survey gives, in any spelling, and that a parcel of today holds which the survey does not end.
WITH mine AS (
    SELECT * FROM survey_change WHERE survey_id = :survey
), ending AS (
    SELECT old_id AS id FROM mine WHERE status IN ('changed', 'removed') AND old_id IS NOT NULL
    UNION
    SELECT unnest(parents) FROM mine WHERE status IN ('added', 'changed')
)
SELECT mine.feature, mine.number
FROM mine JOIN parcel ON parcel.number_key = fold_number(mine.number) COLLATE "C" AND parcel.valid_to IS NULL
WHERE mine.status IN ('added', 'changed') AND mine.number <> ''
  AND NOT EXISTS (SELECT FROM ending WHERE ending.id = parcel.id)
ORDER BY mine.id
