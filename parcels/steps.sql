-- The parcels one comes to from a spot: in each of eight directions the first that a straight line meets, then those
-- that touch the parcel of the spot (:shape, null where the spot lies in none) without lying on one of the lines.
-- The lines are laid by true north, as the map is drawn and a compass shows it, not by the grid's.
WITH start AS (
    SELECT ST_SetSRID(ST_MakePoint(:x, :y), :srid) AS spot,
           ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography AS lon_lat,
           coalesce(CAST(:shape AS geometry), ST_SetSRID(ST_MakePoint(:x, :y), :srid)) AS own
), ray AS (
    SELECT way.rank, way.rank * 45.0 AS bearing, start.*,
           ST_MakeLine(start.spot, ST_Transform(
               ST_Project(start.lon_lat, :reach_m, radians(way.rank * 45.0))::geometry, :srid)) AS line
    FROM start CROSS JOIN generate_series(0, 7) AS way (rank)
), first_met AS (
    SELECT first.id, ray.bearing, ray.rank, ray.spot, ray.own, first.geom, first.at
    FROM ray
    CROSS JOIN LATERAL (
        SELECT parcel.id, parcel.geom, ST_ClosestPoint(ST_Intersection(parcel.geom, ray.line), ray.spot) AS at
        FROM parcel
        WHERE ST_Intersects(parcel.geom, ray.line)
          AND parcel.valid_from <= :day AND (parcel.valid_to IS NULL OR parcel.valid_to > :day)
          AND parcel.id IS DISTINCT FROM CAST(:parcel_id AS bigint)
        ORDER BY ST_Distance(ST_Intersection(parcel.geom, ray.line), ray.spot), parcel.id
        LIMIT 1
    ) AS first
), met AS (
    -- Each of the four main directions leads somewhere, be it to the same parcel; those between them only to others.
    SELECT DISTINCT ON (first_met.id, CASE WHEN first_met.rank % 2 = 0 THEN first_met.rank END) first_met.*
    FROM first_met
    WHERE first_met.rank % 2 = 0
       OR first_met.id NOT IN (SELECT main.id FROM first_met AS main WHERE main.rank % 2 = 0)
    ORDER BY first_met.id, CASE WHEN first_met.rank % 2 = 0 THEN first_met.rank END, first_met.rank
), touching AS (
    SELECT parcel.id, parcel.geom, start.spot, start.own, start.lon_lat
    FROM start
    JOIN parcel ON ST_DWithin(parcel.geom, CAST(:shape AS geometry), :touching_m)
    WHERE parcel.valid_from <= :day AND (parcel.valid_to IS NULL OR parcel.valid_to > :day)
      AND parcel.id IS DISTINCT FROM CAST(:parcel_id AS bigint)
      AND parcel.id NOT IN (SELECT met.id FROM met)
      -- What became of a closed parcel lies in its place and not beside it.
      AND NOT ST_Intersects(parcel.geom, start.spot)
    ORDER BY parcel.number
    LIMIT :most
), found AS (
    SELECT met.id, met.bearing, true AS is_straight, met.geom, met.own, met.spot, met.at FROM met
    UNION ALL
    SELECT touching.id,
           degrees(ST_Azimuth(touching.lon_lat, ST_Transform(ST_PointOnSurface(touching.geom), 4326)::geography)),
           false, touching.geom, touching.own, touching.spot, touching.spot
    FROM touching
)
SELECT parcel.number, parcel.address, coalesce(street.name_fa, ''), coalesce(street.name_en, ''),
       parcel.house_number, found.bearing, ST_Distance(found.own, found.geom) AS gap_m, found.is_straight,
       coalesce(across.name_fa, ''), coalesce(across.name_en, ''),
       ST_X(inside.lon_lat), ST_Y(inside.lon_lat)
FROM found
JOIN parcel ON parcel.id = found.id
LEFT JOIN street ON street.id = parcel.street_id
LEFT JOIN LATERAL (
    SELECT crossed.name_fa, crossed.name_en
    FROM street AS crossed
    WHERE found.is_straight AND ST_Distance(found.own, found.geom) > 0.5
      AND ST_Intersects(crossed.geom, ST_MakeLine(found.spot, found.at))
    ORDER BY ST_Distance(crossed.geom, found.spot), crossed.id
    LIMIT 1
) AS across ON true
CROSS JOIN LATERAL (SELECT ST_Transform(ST_PointOnSurface(found.geom), 4326) AS lon_lat) AS inside
ORDER BY found.is_straight DESC, found.bearing, parcel.number
