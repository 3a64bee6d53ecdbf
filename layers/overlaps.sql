-- What the public's overlays cover of a polygon: each feature with the shape and the area of what it covers.
-- Of the pieces that features are cut into, as in around.sql: none overlaps another of its feature.
SELECT layer.slug, layer.name_fa AS layer_fa, layer.name_en AS layer_en, feature.name_fa, feature.name_en, feature.kind,
       found.area_m2, ST_AsBinary(found.geom) AS shape
FROM layer
CROSS JOIN LATERAL (
    SELECT cut.feature_id, ST_Area(ST_Union(cut.geom)) AS area_m2, ST_Union(cut.geom) AS geom
    FROM (
        SELECT part.feature_id,
               ST_CollectionExtract(ST_Intersection(part.geom, CAST(:shape AS geometry)), 3) AS geom
        FROM feature_part AS part
        WHERE part.layer_id = layer.id AND ST_Dimension(part.geom) = 2
              AND ST_Intersects(part.geom, CAST(:shape AS geometry))
    ) AS cut
    GROUP BY cut.feature_id
) AS found
JOIN feature ON feature.id = found.feature_id
WHERE layer.visibility = 'public' AND layer.place_role = 'overlay' AND found.area_m2 >= :least_m2
ORDER BY layer.slug, found.area_m2 DESC, feature.id
