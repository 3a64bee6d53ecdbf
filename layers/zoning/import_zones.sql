-- The zones of the plan become those of the file from :day on (NULL: since ever), as known from :moment on.
-- What was known before stays readable: rows are never rewritten, only closed in record time.
CREATE TEMPORARY TABLE zone_in_force ON COMMIT DROP AS
SELECT z.id, z.zone_key, z.plan, z.class_id, z.rule_text_fa, z.rule_text_en, z.geom, z.valid, z.version, z.amendment_id
FROM zone z
WHERE z.plan = :plan AND upper_inf(z.recorded)
  AND (CASE WHEN CAST(:day AS date) IS NULL THEN lower_inf(z.valid) ELSE z.valid @> CAST(:day AS date) END);

CREATE TEMPORARY TABLE zone_change ON COMMIT DROP AS
SELECT s.key, c.id AS class_id, s.geom, s.rule_text_fa, s.rule_text_en, old.id AS old_id, old.valid AS old_valid,
       CASE
           WHEN old.id IS NULL THEN 'added'
           WHEN old.class_id <> c.id
             OR CASE WHEN ST_AsBinary(old.geom) = ST_AsBinary(s.geom) THEN false
                     ELSE ST_HausdorffDistance(old.geom, s.geom) > 0.001 END THEN 'changed'
           ELSE 'unchanged'
       END AS state
FROM zone_staging s
JOIN zone_class c ON c.code = s.code
LEFT JOIN zone_in_force old ON old.zone_key = s.key
UNION ALL
SELECT old.zone_key, NULL, NULL, NULL, NULL, old.id, old.valid, 'gone'
FROM zone_in_force old
WHERE NOT EXISTS (SELECT FROM zone_staging s WHERE s.key = old.zone_key);

UPDATE zone z SET recorded = tstzrange(lower(z.recorded), :moment), version = z.version + 1
FROM zone_change ch
WHERE z.id = ch.old_id AND (ch.state = 'changed' OR (ch.state = 'gone' AND NOT :keep_gone));

-- The part of an ended zone before that day is true as ever.
INSERT INTO zone (zone_key, plan, class_id, rule_text_fa, rule_text_en, geom, valid, recorded, amendment_id, version)
SELECT old.zone_key, old.plan, old.class_id, old.rule_text_fa, old.rule_text_en, old.geom,
       daterange(lower(old.valid), CAST(:day AS date)), tstzrange(:moment, NULL), old.amendment_id, old.version + 1
FROM zone_in_force old
JOIN zone_change ch ON ch.old_id = old.id
WHERE (ch.state = 'changed' OR (ch.state = 'gone' AND NOT :keep_gone))
  AND CAST(:day AS date) IS NOT NULL AND NOT isempty(daterange(lower(old.valid), CAST(:day AS date)));

-- A new version holds until the next one that is already known of, if any.
INSERT INTO zone (zone_key, plan, class_id, rule_text_fa, rule_text_en, geom, valid, recorded, version)
SELECT ch.key, :plan, ch.class_id, coalesce(old.rule_text_fa, ''), coalesce(old.rule_text_en, ''), ch.geom,
       daterange(CAST(:day AS date), coalesce(upper(ch.old_valid), (
           SELECT min(lower(later.valid)) FROM zone later
           WHERE later.zone_key = ch.key AND upper_inf(later.recorded)
             AND lower(later.valid) > coalesce(CAST(:day AS date), '-infinity')
       ))),
       tstzrange(:moment, NULL), coalesce(old.version, 0) + 1
FROM zone_change ch
LEFT JOIN zone_in_force old ON old.id = ch.old_id
WHERE ch.state IN ('added', 'changed')
ORDER BY ch.geom
