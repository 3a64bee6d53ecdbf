-- For which part of the city a layer holds data: all of it if that was said, else the hull of its features (a
-- hundred metres around them where they make no area).
UPDATE layer
SET coverage = coalesce(
    CASE WHEN :covers_city THEN (SELECT boundary FROM city) END,
    (SELECT ST_Multi(CASE WHEN ST_Dimension(hull) = 2 THEN hull ELSE ST_Buffer(hull, 100) END)
     FROM (SELECT ST_ConvexHull(ST_Collect(geom)) AS hull FROM feature WHERE layer_id = :layer) AS found
     WHERE hull IS NOT NULL)
)
WHERE id = :layer
