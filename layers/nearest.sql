-- For each layer: whether it holds data at the spot, and its feature nearest to the spot within :within_m; of a layer
-- that is not for whoever asks (:staff) no feature is told.
-- Measured by the pieces that features are cut into. Each layer is one descent of the index on (layer_id, geom), which
-- is taken only when nothing but the distance is asked for in ORDER BY; of a layer with a few pieces it would have to
-- search all of the index before it knew that there are no more. Of several at the same distance (a neighbourhood
-- inside its district, both under the spot) the smallest is the most telling: a handful first, then the best of them.
SELECT layer.slug, layer.name_fa, layer.name_en, layer.domain, layer.geometry_kind,
       layer.place_role, (layer.visibility = 'public' OR :staff) AS is_shown,
       EXISTS (
           SELECT FROM coverage_part
           WHERE coverage_part.layer_id = layer.id
             AND ST_Intersects(coverage_part.geom, ST_SetSRID(ST_MakePoint(:x, :y), :srid))
       ) AS is_covered,
       near.name_fa AS near_name_fa, near.name_en AS near_name_en, near.kind, near.distance_m,
       ST_X(near.lon_lat) AS lon, ST_Y(near.lon_lat) AS lat,
       degrees(ST_Azimuth(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography, near.lon_lat::geography)) AS bearing
FROM layer
CROSS JOIN LATERAL (
    SELECT count(*) > 64 AS is_large
    FROM (
        SELECT layer_id FROM feature_part WHERE feature_part.layer_id = layer.id ORDER BY layer_id LIMIT 65
    ) AS pieces
) AS size
LEFT JOIN LATERAL (
    SELECT feature.name_fa, feature.name_en, feature.kind, closest.distance_m,
           ST_Transform(ST_ClosestPoint(closest.geom, ST_SetSRID(ST_MakePoint(:x, :y), :srid)), 4326) AS lon_lat
    FROM (
        (
            SELECT part.feature_id, part.geom,
                   ST_Distance(part.geom, ST_SetSRID(ST_MakePoint(:x, :y), :srid)) AS distance_m
            FROM feature_part AS part
            WHERE part.layer_id = layer.id AND (layer.visibility = 'public' OR :staff) AND size.is_large
            ORDER BY part.geom <-> ST_SetSRID(ST_MakePoint(:x, :y), :srid)
            LIMIT 6
        )
        UNION ALL
        (
            SELECT part.feature_id, part.geom,
                   ST_Distance(part.geom, ST_SetSRID(ST_MakePoint(:x, :y), :srid)) AS distance_m
            FROM feature_part AS part
            WHERE part.layer_id = layer.id AND (layer.visibility = 'public' OR :staff) AND NOT size.is_large
            ORDER BY distance_m
            LIMIT 6
        )
    ) AS closest
    JOIN feature ON feature.id = closest.feature_id
    ORDER BY closest.distance_m, CASE WHEN ST_Dimension(closest.geom) = 2 THEN ST_Area(feature.geom) END, feature.id
    LIMIT 1
) AS near ON near.distance_m <= :within_m
ORDER BY layer.slug
