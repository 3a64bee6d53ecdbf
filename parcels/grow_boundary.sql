-- A boundary that nobody gave is the hull of the parcels, and grows with them. The hull of a thousand parcels that
-- lie together costs little more than that of one.
UPDATE city
SET boundary = ST_Multi(hull), boundary_is_hull = true
FROM (
    SELECT ST_ConvexHull(ST_Collect(part)) AS hull
    FROM (
        SELECT ST_ConvexHull(ST_Collect(geom)) AS part FROM parcel WHERE valid_to IS NULL GROUP BY id / 1000
    ) AS parts
) AS found
WHERE (city.boundary IS NULL OR city.boundary_is_hull) AND ST_Dimension(hull) = 2
RETURNING ST_Area(city.boundary) / 1e6 AS area_km2
