-- How long cases stood in a state before the step that led out of it, of the steps taken in [since, until).
SELECT source, count(*) AS steps,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median_days,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY days) AS p90_days
FROM (
    SELECT e.source, extract(epoch FROM e.at - before.at) / 86400 AS days
    FROM permit_event AS e
    -- The step that led into the state: those in between (inspections, extensions) left it as it was.
    CROSS JOIN LATERAL (
        SELECT b.at FROM permit_event AS b
        WHERE b.permit_id = e.permit_id AND b.ordinal < e.ordinal AND b.target = e.source AND b.source <> b.target
        ORDER BY b.ordinal DESC LIMIT 1
    ) AS before
    WHERE e.at >= :since AND e.at < :until AND e.source <> e.target
) AS stays
GROUP BY source
