-- The register is read newest first, all of it, of a type or of a state, from any row on.
CREATE INDEX permit_published_at_idx ON permit (published_at, id) WHERE published_at IS NOT NULL;
CREATE INDEX permit_type_code_published_at_idx ON permit (type_code, published_at, id) WHERE published_at IS NOT NULL;
CREATE INDEX permit_state_published_at_idx ON permit (state, published_at, id) WHERE published_at IS NOT NULL;

-- A case is on the map from the day it is published, and its mark changes with its state.
CREATE TRIGGER permit_tiles_on_insert AFTER INSERT ON permit
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'id, reference, type_code, state, published_at, geom_3857',
        'SELECT ''permits'', 8, 16, false WHERE r.published_at IS NOT NULL AND r.geom_3857 IS NOT NULL');
CREATE TRIGGER permit_tiles_on_update AFTER UPDATE ON permit
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'id, reference, type_code, state, published_at, geom_3857',
        'SELECT ''permits'', 8, 16, false WHERE r.published_at IS NOT NULL AND r.geom_3857 IS NOT NULL');
CREATE TRIGGER permit_tiles_on_delete AFTER DELETE ON permit
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_touched_tiles(
        'id, reference, type_code, state, published_at, geom_3857',
        'SELECT ''permits'', 8, 16, false WHERE r.published_at IS NOT NULL AND r.geom_3857 IS NOT NULL');
CREATE TRIGGER permit_tiles_on_truncate AFTER TRUNCATE ON permit
    FOR EACH STATEMENT EXECUTE FUNCTION note_whole_source('permits');
