-- Zones of the file that lie on one another by more than a square metre: two laws for one piece of ground.
SELECT a.code AS one, b.code AS other, ST_Area(ST_Intersection(a.geom, b.geom)) AS area_m2
FROM zone_staging a
JOIN zone_staging b ON a.feature < b.feature AND a.geom && b.geom AND ST_Intersects(a.geom, b.geom)
WHERE ST_Area(ST_Intersection(a.geom, b.geom)) > 1
ORDER BY area_m2 DESC
