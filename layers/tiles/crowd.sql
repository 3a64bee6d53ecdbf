-- A layer that has more features in a cell than can be told apart: all of a kind that lie in a square of 2 to the power
-- of :square_bits pixels are one mark, drawn as the pixels that they touch, with their count. Nothing is left out, and however many
-- there are, a tile has only so many pixels.
WITH here AS (
    -- In the order of its bytes, which is as good as any and sorted in a third of the time.
    SELECT id, kind COLLATE "C" AS kind, ST_Dimension(geom_3857) AS dimension,
           CASE WHEN geom_3857 @ ST_MakeEnvelope(:left - :more, :bottom - :more, :right + :more, :top + :more, 3857)
                THEN geom_3857
                ELSE ST_ClipByBox2D(geom_3857, ST_MakeEnvelope(:left - :more, :bottom - :more, :right + :more,
                                                               :top + :more, 3857))
           END AS geom
    FROM feature
    WHERE layer_id = :layer_id
      AND geom_3857 && ST_MakeEnvelope(:left - :more, :bottom - :more, :right + :more, :top + :more, 3857)
), sized AS (
    SELECT *, dimension = 2 AND greatest(ST_XMax(geom) - ST_XMin(geom), ST_YMax(geom) - ST_YMin(geom)) >= 2 * :pixel
              AS is_large
    FROM here
), touched AS (
    -- A feature counts where its first pixel is, so that all counts together are all features.
    SELECT kind, dimension, path <@ ARRAY[1] AS is_first, id,
           CAST(floor((ST_X(point) - :west) / :pixel) AS integer) AS x,
           CAST(floor((:north - ST_Y(point)) / :pixel) AS integer) AS y
    FROM sized, LATERAL ST_DumpPoints(
        CASE dimension WHEN 0 THEN sized.geom WHEN 1 THEN ST_Segmentize(sized.geom, :pixel)
                       ELSE ST_Centroid(ST_Envelope(sized.geom)) END
    ) AS dumped (path, point)
    WHERE NOT is_large
), pixels AS (
    SELECT kind, dimension, x, y, count(*) FILTER (WHERE is_first) AS features, min(id) FILTER (WHERE is_first) AS id
    FROM touched
    GROUP BY kind, dimension, x, y
), numbered AS (
    -- Pixels side by side are one run of their row; points stay points.
    SELECT *, CASE dimension WHEN 0 THEN x ELSE x - row_number() OVER (
        PARTITION BY kind, dimension, y ORDER BY x) END AS run
    FROM pixels
), runs AS (
    SELECT kind, dimension, x >> :square_bits AS square_x, y >> :square_bits AS square_y, sum(features) AS features, min(id) AS id,
           :west + min(x) * :pixel AS west, :west + (max(x) + 1) * :pixel AS east, :north - y * :pixel AS north
    FROM numbered
    GROUP BY kind, dimension, square_x, square_y, y, run
), marks AS (
    SELECT kind, min(id) AS id, sum(features) AS features,
           CASE dimension
               WHEN 0 THEN ST_Collect(ST_MakePoint((west + east) / 2, north - :pixel / 2))
               WHEN 1 THEN ST_Collect(ST_MakeLine(ST_MakePoint(west, north - :pixel / 2),
                                                  ST_MakePoint(east, north - :pixel / 2)))
               ELSE ST_UnaryUnion(ST_Collect(ST_MakeEnvelope(west, north - :pixel, east, north)))
           END AS geom
    FROM runs
    GROUP BY kind, dimension, square_x, square_y
    UNION ALL
    SELECT kind, min(id), count(*), picture
    FROM sized, LATERAL ST_SetSRID(ST_SnapToGrid(geom, :pixel), 0) AS picture
    WHERE is_large
    GROUP BY kind, picture
)
SELECT marks.id,
       CASE WHEN marks.features = 1 THEN nullif(feature.name_fa, '') END AS name_fa,
       CASE WHEN marks.features = 1 THEN nullif(feature.name_en, '') END AS name_en,
       nullif(marks.kind, '') AS kind,
       CASE WHEN marks.features > 1 THEN CAST(marks.features AS bigint) END AS count,
       ST_SetSRID(marks.geom, 3857) AS geom
FROM marks
LEFT JOIN feature ON marks.features = 1 AND feature.id = marks.id
