-- One row for each period and type: what came in and went out in it. A period is the days [since, until).
-- Days are counted from the moment of submission to the moment of the decision, in whole and broken days of 24 hours.
WITH period AS (
    SELECT name, since, until
    FROM unnest(CAST(:names AS text[]), CAST(:sinces AS timestamptz[]), CAST(:untils AS timestamptz[]))
        AS given (name, since, until)
), received AS (
    SELECT period.name, permit.type_code, count(*) AS received
    FROM period JOIN permit ON permit.submitted_at >= period.since AND permit.submitted_at < period.until
    WHERE permit.imported IS NULL
    GROUP BY 1, 2
), decided AS (
    SELECT period.name, permit.type_code, count(*) AS decided,
           count(*) FILTER (WHERE permit.outcome = 'refused') AS refused,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - submitted_at) / 86400)
               FILTER (WHERE decided_at >= submitted_at) AS median_days,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - submitted_at) / 86400)
               FILTER (WHERE decided_at >= submitted_at) AS p90_days
    FROM period JOIN permit ON permit.decided_at >= period.since AND permit.decided_at < period.until
    WHERE permit.imported IS NULL
    GROUP BY 1, 2
), said AS (
    SELECT period.name, permit.type_code, count(*) AS comments,
           count(*) FILTER (WHERE c.stance = 'objection') AS objections
    FROM period
    JOIN permit_comment AS c ON c.at >= period.since AND c.at < period.until
    JOIN permit ON permit.id = c.permit_id
    GROUP BY 1, 2
)
SELECT name, type_code, coalesce(received, 0) AS received, coalesce(decided, 0) AS decided,
       coalesce(refused, 0) AS refused, median_days, p90_days,
       coalesce(comments, 0) AS comments, coalesce(objections, 0) AS objections
FROM received FULL JOIN decided USING (name, type_code) FULL JOIN said USING (name, type_code)
