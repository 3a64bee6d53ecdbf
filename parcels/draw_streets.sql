-- Each street of the dictionary lies where the features of its names lie, and nowhere if no layer says so any more.
WITH drawn AS (
    SELECT named.street_id, ST_Multi(ST_LineMerge(ST_CollectionExtract(ST_Collect(f.geom), 2))) AS geom
    FROM street_names_staging named
    JOIN feature f ON f.name_fa = named.name_fa AND f.name_en = named.name_en
    JOIN layer l ON l.id = f.layer_id AND l.base_role = 'street'
    WHERE f.name_folded <> ''
    GROUP BY named.street_id
)
UPDATE street
SET geom = (SELECT CASE WHEN NOT ST_IsEmpty(drawn.geom) THEN drawn.geom END FROM drawn WHERE drawn.street_id = street.id)
