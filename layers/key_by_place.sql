-- The same shape twice is told apart by its turn in the file. A centimetre's grid, so that rounding makes no new key.
UPDATE layer_staging s SET key = numbered.key
FROM (
    SELECT feature, shape || '-' || row_number() OVER (PARTITION BY shape ORDER BY feature) AS key
    FROM (SELECT feature, md5(ST_AsBinary(ST_SnapToGrid(geom, 0.01))) AS shape FROM layer_staging) AS hashed
) AS numbered
WHERE numbered.feature = s.feature
