-- A boundary that nobody gave is the hull of the parcels, and grows with them.
UPDATE city
SET boundary = ST_Multi(hull), boundary_is_hull = true
FROM (SELECT ST_ConvexHull(ST_Collect(ST_ConvexHull(geom))) AS hull FROM parcel WHERE valid_to IS NULL) AS found
WHERE (city.boundary IS NULL OR city.boundary_is_hull) AND ST_Dimension(hull) = 2
RETURNING ST_Area(city.boundary) / 1e6 AS area_km2
