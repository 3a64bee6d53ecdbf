-- The features of layer :layer become what layer_staging holds, by key. Two geometries are the same when nothing of
-- either is further than a millimetre from the other: the same file through another grid is no change.
WITH differing AS (
    SELECT f.id, s.*
    FROM layer_staging s
    JOIN feature f ON f.layer_id = :layer AND f.key = s.key
    WHERE f.name_fa <> s.name_fa OR f.name_en <> s.name_en OR f.kind <> s.kind OR f.properties <> s.properties
       OR CASE WHEN ST_AsBinary(f.geom) = ST_AsBinary(s.geom) THEN false
               ELSE ST_HausdorffDistance(f.geom, s.geom) > 0.001 END
), updated AS (
    UPDATE feature f
    SET name_fa = d.name_fa, name_en = d.name_en, kind = d.kind, properties = d.properties, geom = d.geom,
        version = f.version + 1
    FROM differing d
    WHERE f.id = d.id
    RETURNING 1
), gone AS (
    SELECT f.id
    FROM feature f
    WHERE f.layer_id = :layer AND NOT EXISTS (SELECT FROM layer_staging s WHERE s.key = f.key)
), removed AS (
    DELETE FROM feature f USING gone WHERE f.id = gone.id AND NOT :keep_gone RETURNING 1
), added AS (
    -- Laid down along the Hilbert curve, so that a tile's features lie on few pages.
    INSERT INTO feature (layer_id, key, name_fa, name_en, kind, properties, geom)
    SELECT :layer, s.key, s.name_fa, s.name_en, s.kind, s.properties, s.geom
    FROM layer_staging s
    WHERE NOT EXISTS (SELECT FROM feature f WHERE f.layer_id = :layer AND f.key = s.key)
    ORDER BY s.geom
    RETURNING 1
)
SELECT (SELECT count(*) FROM added) AS added,
       (SELECT count(*) FROM updated) AS changed,
       (SELECT count(*) FROM layer_staging) - (SELECT count(*) FROM added) - (SELECT count(*) FROM updated) AS unchanged,
       (SELECT count(*) FROM gone) AS gone,
       (SELECT count(*) FROM removed) AS removed
