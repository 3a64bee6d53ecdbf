-- Zones as they are drawn from afar, one row per zone and band of zooms (named by its first); see docs/adr/0007.
CREATE TABLE zone_generalised (
    zone_id bigint NOT NULL,
    zoom smallint NOT NULL,
    geom_3857 geometry(GEOMETRY, 3857) NOT NULL,
    CONSTRAINT zone_generalised_pkey PRIMARY KEY (zone_id, zoom),
    CONSTRAINT zone_generalised_zone_id_fkey FOREIGN KEY (zone_id) REFERENCES zone (id) ON DELETE CASCADE
);

-- What was made of a zone's old shape is gone with the edit itself: until it is made anew the exact shape is drawn.
CREATE FUNCTION forget_generalised_zone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM zone_generalised WHERE zone_id = OLD.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER zone_forget_generalised AFTER UPDATE ON zone FOR EACH ROW
    WHEN (OLD.plan <> NEW.plan OR OLD.recorded <> NEW.recorded
          OR ST_AsBinary(OLD.geom) <> ST_AsBinary(NEW.geom))
    EXECUTE FUNCTION forget_generalised_zone();

CREATE TRIGGER zone_generalised_tiles_on_insert AFTER INSERT ON zone_generalised
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'zone_id, zoom, geom_3857',
        'SELECT ''zoning'', r.zoom, r.zoom + 1, false');
CREATE TRIGGER zone_generalised_tiles_on_update AFTER UPDATE ON zone_generalised
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'zone_id, zoom, geom_3857',
        'SELECT ''zoning'', r.zoom, r.zoom + 1, false');
CREATE TRIGGER zone_generalised_tiles_on_delete AFTER DELETE ON zone_generalised
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'zone_id, zoom, geom_3857',
        'SELECT ''zoning'', r.zoom, r.zoom + 1, false');
CREATE TRIGGER zone_generalised_tiles_on_truncate AFTER TRUNCATE ON zone_generalised
    FOR EACH STATEMENT EXECUTE FUNCTION note_whole_source('zoning');
