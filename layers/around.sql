-- What lies over a piece of ground (overlays: each feature, with how much of the ground it covers) and what passes by
-- it (networks: the nearest feature within :within_m of its border). Of the public's layers, for the :staff of theirs, too.
-- Measured by the pieces that features are cut into, none of which overlaps another of its feature: each is found by the index on
-- (layer_id, geom). Most pieces cover a parcel wholly or not at all, and telling that is much cheaper than cutting.
SELECT layer.slug, feature.name_fa, feature.name_en, feature.kind, found.area_m2, found.distance_m, found.bearing,
       ST_X(found.lon_lat) AS lon, ST_Y(found.lon_lat) AS lat
FROM layer
CROSS JOIN LATERAL (
    SELECT part.feature_id,
           sum(CASE WHEN ST_Dimension(part.geom) < 2 OR ST_Dimension(CAST(:shape AS geometry)) < 2 THEN NULL
                    WHEN ST_Covers(part.geom, CAST(:shape AS geometry)) THEN ST_Area(CAST(:shape AS geometry))
                    ELSE ST_Area(ST_Intersection(part.geom, CAST(:shape AS geometry))) END) AS area_m2,
           NULL::float8 AS distance_m, NULL::float8 AS bearing, NULL::geometry AS lon_lat
    FROM feature_part AS part
    WHERE layer.place_role = 'overlay' AND part.layer_id = layer.id
          AND part.geom && ST_Expand(CAST(:shape AS geometry), :border_m)
          -- Of two polygons ST_DWithin would compare every side with every other.
          AND CASE WHEN ST_Dimension(CAST(:shape AS geometry)) < 2
                   THEN ST_DWithin(part.geom, CAST(:shape AS geometry), :border_m)
                   ELSE ST_Intersects(part.geom, CAST(:shape AS geometry)) END
    GROUP BY part.feature_id
    UNION ALL
    (
        SELECT near.feature_id, NULL, ST_Length(near.way),
               degrees(ST_Azimuth(ST_Transform(ST_StartPoint(near.way), 4326)::geography,
                                  ST_Transform(ST_EndPoint(near.way), 4326)::geography)),
               ST_Transform(ST_EndPoint(near.way), 4326)
        FROM (
            SELECT part.feature_id, ST_ShortestLine(CAST(:shape AS geometry), part.geom) AS way
            FROM feature_part AS part
            WHERE layer.place_role = 'network' AND part.layer_id = layer.id
                  AND ST_DWithin(part.geom, CAST(:shape AS geometry), :within_m)
            ORDER BY ST_Distance(part.geom, CAST(:shape AS geometry)), part.feature_id
            LIMIT 1
        ) AS near
    )
) AS found
JOIN feature ON feature.id = found.feature_id
WHERE (layer.visibility = 'public' OR :staff) AND layer.place_role IN ('overlay', 'network')
      AND coalesce(found.area_m2, :least_m2) >= :least_m2
ORDER BY layer.slug, found.area_m2 DESC NULLS LAST, feature.id
