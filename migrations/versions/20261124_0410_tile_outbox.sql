-- One row: tiles of a source, from one zoom to another, that an edit touched. Without a box: all of them.
--   xid            the edit's transaction: readers tell by it what they have seen (numbers are given out before commits,
--                  so that a later number may become visible first)
--   to_generalise  what is drawn from afar is still to be made anew of what lies in the box
CREATE TABLE tile_outbox (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT tile_outbox_pkey PRIMARY KEY,
    xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    source text NOT NULL,
    min_zoom smallint NOT NULL DEFAULT 0,
    max_zoom smallint NOT NULL DEFAULT 30,
    west double precision,
    south double precision,
    east double precision,
    north double precision,
    to_generalise boolean NOT NULL DEFAULT false
);
CREATE INDEX tile_outbox_xid_idx ON tile_outbox (xid);
CREATE INDEX tile_outbox_to_generalise_idx ON tile_outbox (id) WHERE to_generalise;

-- The transaction that raised the revision last: one edit raises it once, however many statements it has.
ALTER TABLE source_revision ADD COLUMN bumped_in bigint;

-- A statement on a table that tiles show: boxes (EPSG:3857) of rows as they were and as they are, apart.
-- The first argument are the columns that the drawing depends on; a row in which none of them changed is passed over.
-- The second asks for the sources that show a row r: source, min_zoom, max_zoom, to_generalise.
--   up to 32 rows      a box each; a large one in pieces, for the box of a long diagonal street is half a city
--   more               a box for all rows of a grid cell of half a kilometre (up to 5,000 rows) or two
--   more than 512 boxes  one box for all
CREATE FUNCTION note_touched_tiles() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched text := format(CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT %1$s FROM new_rows'
        WHEN 'DELETE' THEN 'SELECT %1$s FROM old_rows'
        ELSE '(SELECT %1$s FROM old_rows EXCEPT SELECT %1$s FROM new_rows) UNION ALL
              (SELECT %1$s FROM new_rows EXCEPT SELECT %1$s FROM old_rows)'
    END, TG_ARGV[0]);
    amount bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT count(*) INTO amount FROM old_rows;
    ELSE
        SELECT count(*) INTO amount FROM new_rows;
    END IF;
    IF amount = 0 THEN
        RETURN NULL;
    ELSIF amount <= 32 THEN
        EXECUTE format($few$
            WITH touched AS MATERIALIZED (
                SELECT s.*, r.geom_3857 AS geom,
                       greatest(ST_XMax(r.geom_3857) - ST_XMin(r.geom_3857), ST_YMax(r.geom_3857) - ST_YMin(r.geom_3857))
                           > 4000 AS is_long
                FROM (%s) AS r
                CROSS JOIN LATERAL (%s) AS s (source, min_zoom, max_zoom, to_generalise)
            ), pieces AS (
                SELECT source, min_zoom, max_zoom, to_generalise, geom FROM touched WHERE NOT is_long
                UNION ALL
                SELECT source, min_zoom, max_zoom, to_generalise, cell.geom
                FROM touched, ST_SquareGrid(2446.0, touched.geom) AS cell
                WHERE is_long AND ST_Intersects(cell.geom, touched.geom)
            )
            INSERT INTO tile_outbox (source, min_zoom, max_zoom, to_generalise, west, south, east, north)
            SELECT source, min_zoom, max_zoom, to_generalise, ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom)
            FROM pieces
        $few$, touched, TG_ARGV[1]);
    ELSE
        EXECUTE format($many$
            WITH boxes AS (
                SELECT s.source, s.min_zoom, s.max_zoom, s.to_generalise,
                       min(ST_XMin(r.geom_3857)) AS west, min(ST_YMin(r.geom_3857)) AS south,
                       max(ST_XMax(r.geom_3857)) AS east, max(ST_YMax(r.geom_3857)) AS north,
                       count(*) OVER () AS crowd
                FROM (%s) AS r
                CROSS JOIN LATERAL (%s) AS s (source, min_zoom, max_zoom, to_generalise)
                GROUP BY s.source, s.min_zoom, s.max_zoom, s.to_generalise,
                         floor(ST_XMin(r.geom_3857) / %3$s), floor(ST_YMin(r.geom_3857) / %3$s)
            )
            INSERT INTO tile_outbox (source, min_zoom, max_zoom, to_generalise, west, south, east, north)
            SELECT source, min_zoom, max_zoom, to_generalise, west, south, east, north FROM boxes WHERE crowd <= 512
            UNION ALL
            SELECT source, min_zoom, max_zoom, to_generalise, min(west), min(south), max(east), max(north)
            FROM boxes WHERE crowd > 512 GROUP BY source, min_zoom, max_zoom, to_generalise
        $many$, touched, TG_ARGV[1], CASE WHEN amount <= 5000 THEN 611.5 ELSE 2446.0 END);
    END IF;
    RETURN NULL;
END
$$;

-- All tiles of the sources named, or of every layer's and the base map.
CREATE FUNCTION note_whole_source() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_NARGS > 0 THEN
        INSERT INTO tile_outbox (source) SELECT unnest(TG_ARGV);
    ELSE
        INSERT INTO tile_outbox (source) SELECT slug FROM layer UNION ALL SELECT 'base';
    END IF;
    RETURN NULL;
END
$$;

-- The code of a class is what its zones' tiles say; its rules and colours are no part of them.
CREATE FUNCTION note_zone_class() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tile_outbox (source) VALUES ('zoning');
    RETURN NULL;
END
$$;

-- A layer renamed, removed, or taken into the base map or out of it.
CREATE FUNCTION note_layer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.slug <> NEW.slug THEN
        INSERT INTO tile_outbox (source) VALUES (OLD.slug);
        IF TG_OP = 'UPDATE' THEN
            INSERT INTO tile_outbox (source) VALUES (NEW.slug);
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.base_role IS NOT NULL THEN
            INSERT INTO tile_outbox (source) VALUES ('base');
        END IF;
    ELSIF OLD.base_role IS DISTINCT FROM NEW.base_role THEN
        INSERT INTO tile_outbox (source) VALUES ('base');
    END IF;
    RETURN NULL;
END
$$;

-- At the commit: every source touched gets its next revision (an open map learns by it that it is behind; all of them
-- at once and in order, so that two commits never wait for each other), and the listeners are woken.
CREATE FUNCTION announce_touched_tiles() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mine bigint := pg_current_xact_id()::text::bigint;
BEGIN
    IF EXISTS (SELECT FROM source_revision WHERE source = NEW.source AND bumped_in = mine) THEN
        RETURN NULL;
    END IF;
    INSERT INTO source_revision AS r (source, revision, bumped_in)
    SELECT DISTINCT source, 1, mine FROM tile_outbox WHERE xid = mine ORDER BY source
    ON CONFLICT (source) DO UPDATE SET
        revision = r.revision + (r.bumped_in IS DISTINCT FROM mine)::int, bumped_in = mine, updated_on = CURRENT_DATE;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER tile_outbox_announce AFTER INSERT ON tile_outbox
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION announce_touched_tiles();

CREATE FUNCTION wake_tile_listeners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('tile_outbox', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER tile_outbox_wake AFTER INSERT ON tile_outbox
    FOR EACH STATEMENT EXECUTE FUNCTION wake_tile_listeners();

CREATE TRIGGER zone_class_tiles AFTER UPDATE OF code ON zone_class
    FOR EACH ROW WHEN (OLD.code <> NEW.code) EXECUTE FUNCTION note_zone_class();
CREATE TRIGGER layer_tiles AFTER UPDATE OF slug, base_role OR DELETE ON layer
    FOR EACH ROW EXECUTE FUNCTION note_layer();
CREATE TRIGGER city_tiles AFTER INSERT OR DELETE OR UPDATE OF boundary, name_fa, name_en ON city
    FOR EACH STATEMENT EXECUTE FUNCTION note_whole_source('base');

CREATE TRIGGER parcel_tiles_on_insert AFTER INSERT ON parcel
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'id, number, land_use, valid_to, geom_3857',
        'SELECT ''parcels'', 14, 16, true WHERE r.valid_to IS NULL');
CREATE TRIGGER parcel_tiles_on_update AFTER UPDATE ON parcel
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'id, number, land_use, valid_to, geom_3857',
        'SELECT ''parcels'', 14, 16, true WHERE r.valid_to IS NULL');
CREATE TRIGGER parcel_tiles_on_delete AFTER DELETE ON parcel
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'id, number, land_use, valid_to, geom_3857',
        'SELECT ''parcels'', 14, 16, true WHERE r.valid_to IS NULL');
CREATE TRIGGER parcel_tiles_on_truncate AFTER TRUNCATE ON parcel
    FOR EACH STATEMENT EXECUTE FUNCTION note_whole_source('parcels');

CREATE TRIGGER parcel_block_tiles_on_insert AFTER INSERT ON parcel_block
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'cell_x, cell_y, land_use, geom_3857',
        'SELECT ''parcels'', 12, 13, false');
CREATE TRIGGER parcel_block_tiles_on_update AFTER UPDATE ON parcel_block
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'cell_x, cell_y, land_use, geom_3857',
        'SELECT ''parcels'', 12, 13, false');
CREATE TRIGGER parcel_block_tiles_on_delete AFTER DELETE ON parcel_block
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'cell_x, cell_y, land_use, geom_3857',
        'SELECT ''parcels'', 12, 13, false');
CREATE TRIGGER parcel_block_tiles_on_truncate AFTER TRUNCATE ON parcel_block
    FOR EACH STATEMENT EXECUTE FUNCTION note_whole_source('parcels');

CREATE TRIGGER parcel_mosaic_tiles_on_insert AFTER INSERT ON parcel_mosaic
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'zoom, cell_x, cell_y, land_use, geom_3857',
        'SELECT ''parcels'', r.zoom, r.zoom, false');
CREATE TRIGGER parcel_mosaic_tiles_on_update AFTER UPDATE ON parcel_mosaic
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'zoom, cell_x, cell_y, land_use, geom_3857',
        'SELECT ''parcels'', r.zoom, r.zoom, false');
CREATE TRIGGER parcel_mosaic_tiles_on_delete AFTER DELETE ON parcel_mosaic
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'zoom, cell_x, cell_y, land_use, geom_3857',
        'SELECT ''parcels'', r.zoom, r.zoom, false');
CREATE TRIGGER parcel_mosaic_tiles_on_truncate AFTER TRUNCATE ON parcel_mosaic
    FOR EACH STATEMENT EXECUTE FUNCTION note_whole_source('parcels');

CREATE TRIGGER zone_tiles_on_insert AFTER INSERT ON zone
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'id, class_id, plan, valid, recorded, geom_3857',
        'SELECT ''zoning'', 8, 16, false');
CREATE TRIGGER zone_tiles_on_update AFTER UPDATE ON zone
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'id, class_id, plan, valid, recorded, geom_3857',
        'SELECT ''zoning'', 8, 16, false');
CREATE TRIGGER zone_tiles_on_delete AFTER DELETE ON zone
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'id, class_id, plan, valid, recorded, geom_3857',
        'SELECT ''zoning'', 8, 16, false');
CREATE TRIGGER zone_tiles_on_truncate AFTER TRUNCATE ON zone
    FOR EACH STATEMENT EXECUTE FUNCTION note_whole_source('zoning');

CREATE TRIGGER feature_tiles_on_insert AFTER INSERT ON feature
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'id, layer_id, name_fa, name_en, kind, geom_3857',
        'SELECT shown.source, 8, 16, false FROM layer AS l
         CROSS JOIN LATERAL (VALUES (l.slug), (CASE WHEN l.base_role IS NOT NULL THEN ''base'' END)) AS shown (source)
         WHERE l.id = r.layer_id AND shown.source IS NOT NULL');
CREATE TRIGGER feature_tiles_on_update AFTER UPDATE ON feature
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'id, layer_id, name_fa, name_en, kind, geom_3857',
        'SELECT shown.source, 8, 16, false FROM layer AS l
         CROSS JOIN LATERAL (VALUES (l.slug), (CASE WHEN l.base_role IS NOT NULL THEN ''base'' END)) AS shown (source)
         WHERE l.id = r.layer_id AND shown.source IS NOT NULL');
CREATE TRIGGER feature_tiles_on_delete AFTER DELETE ON feature
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'id, layer_id, name_fa, name_en, kind, geom_3857',
        'SELECT shown.source, 8, 16, false FROM layer AS l
         CROSS JOIN LATERAL (VALUES (l.slug), (CASE WHEN l.base_role IS NOT NULL THEN ''base'' END)) AS shown (source)
         WHERE l.id = r.layer_id AND shown.source IS NOT NULL');
CREATE TRIGGER feature_tiles_on_truncate AFTER TRUNCATE ON feature
    FOR EACH STATEMENT EXECUTE FUNCTION note_whole_source();
