-- How far a parcel's corner can move before the polygon may stop being one. Snapping to a tile's grid moves
-- corners by at most 0.71 units each, so a clearance over 1.42 units means that the snapped polygon is valid, keeps
-- its ring order and has an area, and none of that needs to be checked tile by tile (a check doubles the time).
ALTER TABLE parcel ADD COLUMN clearance_m double precision NOT NULL
    GENERATED ALWAYS AS (ST_MinimumClearance(geom)) STORED;

-- A geometry in the units of a tile (EXTENT 4096, y downward), valid by MVT 2.1 whatever the rounding does to it.
--   geom         in EPSG:3857
--   box, wide    the tile with its buffer; the square beyond which a geometry is cut to that box
--   west, north  the tile's corner in EPSG:3857; units_per_m its scale
-- NULL where nothing of the geometry lies in the box. What is smaller than a unit is drawn as one unit: it is there.
-- "Unsafe" keeps statements with it on one process: two processes take half as long again to put a tile together as
-- one does, and in another order each time.
CREATE FUNCTION tile_geometry(
    geom geometry, box geometry, wide geometry,
    west double precision, north double precision, units_per_m double precision
) RETURNS geometry LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL UNSAFE AS $$
DECLARE
    dimension integer := ST_Dimension(geom);
    scaled geometry;
    snapped geometry;
    x double precision;
    y double precision;
BEGIN
    IF NOT geom @ wide THEN
        geom := ST_ClipByBox2D(geom, box);
    END IF;
    scaled := ST_CollectionExtract(ST_TransScale(geom, -west, -north, units_per_m, -units_per_m), dimension + 1);
    IF scaled IS NULL OR ST_IsEmpty(scaled) THEN
        RETURN NULL;
    END IF;
    snapped := ST_SnapToGrid(scaled, 1);
    IF dimension = 2 THEN
        IF snapped IS NULL OR NOT ST_IsValid(snapped) THEN
            -- Mending costs a hundred times a look whether it is needed.
            snapped := scaled;
            IF NOT ST_IsValid(scaled) THEN
                snapped := ST_CollectionExtract(ST_MakeValid(scaled), 3);
            END IF;
            snapped := ST_ReducePrecision(snapped, 1);
        END IF;
        -- The y axis points down from here on: counter-clockwise by the numbers is clockwise to the eye.
        snapped := ST_ForcePolygonCCW(snapped);
    END IF;
    IF NOT ST_IsEmpty(snapped) THEN
        RETURN snapped;
    END IF;
    x := floor(ST_XMin(scaled));
    y := floor(ST_YMin(scaled));
    IF dimension = 2 THEN
        RETURN ST_ForcePolygonCCW(ST_MakeEnvelope(x, y, x + 1, y + 1));
    END IF;
    RETURN ST_MakeLine(ST_MakePoint(x, y), ST_MakePoint(x + 1, y));
END
$$;
