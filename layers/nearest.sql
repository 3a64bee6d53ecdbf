-- For each layer: whether it holds data at the spot, and its feature nearest to the spot within :within_m (none of a
-- layer that the public does not see).
-- Each layer is one descent of the index on (layer_id, geom), which is taken only when nothing but the distance
-- is asked for in ORDER BY. Of several at the same distance (a neighbourhood inside its district, both under the
-- spot) the smallest is the most telling: hence a handful first, then the best of them.
SELECT layer.slug, layer.name_fa, layer.name_en, layer.domain, layer.geometry_kind,
       layer.place_role, layer.visibility = 'public' AS is_public,
       coalesce(ST_Intersects(layer.coverage, ST_SetSRID(ST_MakePoint(:x, :y), :srid)), false) AS is_covered,
       near.name_fa AS near_name_fa, near.name_en AS near_name_en, near.kind, near.distance_m,
       ST_X(near.lon_lat) AS lon, ST_Y(near.lon_lat) AS lat,
       degrees(ST_Azimuth(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography, near.lon_lat::geography)) AS bearing
FROM layer
LEFT JOIN LATERAL (
    SELECT closest.name_fa, closest.name_en, closest.kind, closest.distance_m,
           ST_Transform(ST_ClosestPoint(closest.geom, ST_SetSRID(ST_MakePoint(:x, :y), :srid)), 4326) AS lon_lat
    FROM (
        SELECT feature.id, feature.name_fa, feature.name_en, feature.kind, feature.geom,
               ST_Distance(feature.geom, ST_SetSRID(ST_MakePoint(:x, :y), :srid)) AS distance_m
        FROM feature
        WHERE feature.layer_id = layer.id AND layer.visibility = 'public'
        ORDER BY feature.geom <-> ST_SetSRID(ST_MakePoint(:x, :y), :srid)
        LIMIT 4
    ) AS closest
    ORDER BY closest.distance_m, ST_Area(closest.geom), closest.id
    LIMIT 1
) AS near ON near.distance_m <= :within_m
ORDER BY layer.slug
