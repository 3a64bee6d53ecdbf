-- What lies over a piece of ground (overlays: each feature, with how much of the ground it covers) and what passes by
-- it (networks: the nearest feature within :within_m of its border). Of the public's layers only.
-- Both go by the index on (layer_id, geom); most overlays cover a parcel wholly, and telling that is much cheaper than
-- cutting one polygon by the other.
SELECT layer.slug, found.name_fa, found.name_en, found.kind, found.area_m2, found.distance_m, found.bearing,
       ST_X(found.lon_lat) AS lon, ST_Y(found.lon_lat) AS lat
FROM layer
CROSS JOIN LATERAL (
    SELECT feature.id, feature.name_fa, feature.name_en, feature.kind, cut.area_m2,
           NULL::float8 AS distance_m, NULL::float8 AS bearing, NULL::geometry AS lon_lat
    FROM feature
    CROSS JOIN LATERAL (
        SELECT CASE WHEN ST_Dimension(feature.geom) < 2 OR ST_Dimension(CAST(:shape AS geometry)) < 2 THEN NULL
                    WHEN ST_Covers(feature.geom, CAST(:shape AS geometry)) THEN ST_Area(CAST(:shape AS geometry))
                    ELSE ST_Area(ST_Intersection(feature.geom, CAST(:shape AS geometry))) END AS area_m2
    ) AS cut
    WHERE layer.place_role = 'overlay' AND feature.layer_id = layer.id
          AND feature.geom && ST_Expand(CAST(:shape AS geometry), :border_m)
          -- Of two polygons ST_DWithin compares every side with every other: minutes, for a flood zone on a river bank.
          AND CASE WHEN ST_Dimension(CAST(:shape AS geometry)) < 2
                   THEN ST_DWithin(feature.geom, CAST(:shape AS geometry), :border_m)
                   ELSE ST_Intersects(feature.geom, CAST(:shape AS geometry)) END
          AND coalesce(cut.area_m2, :least_m2) >= :least_m2
    UNION ALL
    (
        SELECT near.id, near.name_fa, near.name_en, near.kind, NULL, ST_Length(near.way),
               degrees(ST_Azimuth(ST_Transform(ST_StartPoint(near.way), 4326)::geography,
                                  ST_Transform(ST_EndPoint(near.way), 4326)::geography)),
               ST_Transform(ST_EndPoint(near.way), 4326)
        FROM (
            SELECT feature.id, feature.name_fa, feature.name_en, feature.kind,
                   ST_ShortestLine(CAST(:shape AS geometry), feature.geom) AS way
            FROM feature
            WHERE layer.place_role = 'network' AND feature.layer_id = layer.id
                  AND ST_DWithin(feature.geom, CAST(:shape AS geometry), :within_m)
            ORDER BY ST_Distance(feature.geom, CAST(:shape AS geometry)), feature.id
            LIMIT 1
        ) AS near
    )
) AS found
WHERE layer.visibility = 'public' AND layer.place_role IN ('overlay', 'network')
ORDER BY layer.slug, found.area_m2 DESC NULLS LAST, found.id
