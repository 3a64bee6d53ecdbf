-- What lies in lines passes by; of everything else the nearest is told. Overlays are said to be such by hand.
ALTER TABLE layer
    ADD COLUMN place_role text NOT NULL DEFAULT 'facility',
    ADD COLUMN visibility text NOT NULL DEFAULT 'public',
    ADD CONSTRAINT layer_place_role_check CHECK (place_role IN ('facility', 'network', 'overlay')),
    ADD CONSTRAINT layer_visibility_check CHECK (visibility IN ('public', 'staff'));
UPDATE layer SET place_role = 'network' WHERE geometry_kind = 'line';

-- Tiles made while everyone might see them must go with that, wherever they are kept.
CREATE FUNCTION note_layer_visibility() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tile_outbox (source) VALUES (NEW.slug);
    IF NEW.base_role IS NOT NULL THEN
        INSERT INTO tile_outbox (source) VALUES ('base');
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER layer_visibility_tiles AFTER UPDATE OF visibility ON layer
    FOR EACH ROW WHEN (OLD.visibility <> NEW.visibility) EXECUTE FUNCTION note_layer_visibility();
