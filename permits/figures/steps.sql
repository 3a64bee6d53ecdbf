-- How long cases stood in a state before the step that led out of it, of the steps taken in [since, until).
SELECT source, count(*) AS steps,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median_days,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY days) AS p90_days
FROM (
    SELECT source, at,
           -- Since the step that led into the state: those that leave a case where it stands (inspections, extensions)
           -- are left aside. Read in the order of the index, so that nothing is sorted.
           extract(epoch FROM at - lag(at) OVER (PARTITION BY permit_id ORDER BY ordinal)) / 86400 AS days
    FROM permit_event
    WHERE source <> target
) AS stays
WHERE at >= :since AND at < :until AND days IS NOT NULL
GROUP BY source
