-- Which of the zone's rules failed in the pre-checks of the cases refused in [since, until).
SELECT failed ->> 'rule' AS rule, count(DISTINCT permit.id) AS cases
FROM permit
CROSS JOIN LATERAL jsonb_array_elements(coalesce(permit.precheck -> 'checks', '[]')) AS failed
WHERE permit.outcome = 'refused' AND permit.decided_at >= :since AND permit.decided_at < :until
  AND failed ->> 'outcome' = 'fail'
GROUP BY 1
ORDER BY 2 DESC, 1
