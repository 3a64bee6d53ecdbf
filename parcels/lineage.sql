-- What a parcel came of and what it became, generation by generation, no further than :most of them.
-- A parcel that is reached over two ways is told once for each.
WITH RECURSIVE up AS (
    SELECT parent_id AS id, child_id AS of_id, kind, recorded_on, 1 AS generation
    FROM parcel_lineage WHERE child_id = :parcel_id
    UNION
    SELECT above.parent_id, above.child_id, above.kind, above.recorded_on, up.generation + 1
    FROM parcel_lineage AS above JOIN up ON above.child_id = up.id WHERE up.generation < :most
), down AS (
    SELECT child_id AS id, parent_id AS of_id, kind, recorded_on, 1 AS generation
    FROM parcel_lineage WHERE parent_id = :parcel_id
    UNION
    SELECT below.child_id, below.parent_id, below.kind, below.recorded_on, down.generation + 1
    FROM parcel_lineage AS below JOIN down ON below.parent_id = down.id WHERE down.generation < :most
)
SELECT parcel.number, kin.kind, kin.recorded_on, kin.is_parent, kin.generation, kin.id, kin.of_id,
       parcel.area_m2, parcel.valid_from, parcel.valid_to
FROM (SELECT up.*, true AS is_parent FROM up UNION ALL SELECT down.*, false FROM down) AS kin
JOIN parcel ON parcel.id = kin.id
ORDER BY kin.is_parent DESC, kin.generation, parcel.number, kin.id, kin.of_id
LIMIT :rows
