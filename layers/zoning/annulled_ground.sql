-- Where the versions to go (:gone) and those to come back (:back) would not cover the same ground, and from which day.
WITH gone AS (
    SELECT geom, valid FROM zone WHERE id = ANY(:gone)
), back AS (
    SELECT geom, valid FROM zone WHERE id = ANY(:back)
), bounds AS (
    SELECT lower(valid) AS day FROM gone UNION SELECT upper(valid) FROM gone
    UNION SELECT lower(valid) FROM back UNION SELECT upper(valid) FROM back
), days AS (
    -- A day of each stretch between two changes; the one before the first stands for "since ever".
    SELECT day FROM bounds WHERE day IS NOT NULL
    UNION SELECT coalesce(min(day) - 1, CURRENT_DATE) FROM bounds
), ground AS (
    SELECT day,
           (SELECT coalesce(ST_Union(geom), nothing) FROM gone WHERE valid @> day) AS gone,
           (SELECT coalesce(ST_Union(geom), nothing) FROM back WHERE valid @> day) AS back
    FROM days, (SELECT ST_SetSRID('POLYGON EMPTY'::geometry, srid) AS nothing FROM city) AS city
)
SELECT day, ST_Area(ST_Difference(gone, back)) AS gap_m2, ST_Area(ST_Difference(back, gone)) AS overlap_m2
FROM ground
WHERE ST_Area(ST_SymDifference(gone, back)) > :tolerance_m2
ORDER BY day
LIMIT 1
