-- Features and coverages cut into small pieces, for questions about a spot. A ring road of three thousand corners
-- meets the box of every spot in the city, and each question would unpack it and measure to all of its corners.
CREATE TABLE feature_part (
    feature_id bigint NOT NULL CONSTRAINT feature_part_feature_id_fkey REFERENCES feature (id) ON DELETE CASCADE,
    layer_id integer NOT NULL,
    geom geometry(Geometry, :srid) NOT NULL
);
CREATE INDEX feature_part_feature_id_idx ON feature_part (feature_id);
CREATE INDEX feature_part_layer_id_idx ON feature_part (layer_id);
CREATE INDEX feature_part_layer_id_geom_idx ON feature_part USING gist (layer_id, geom);

CREATE TABLE coverage_part (
    layer_id integer NOT NULL CONSTRAINT coverage_part_layer_id_fkey REFERENCES layer (id) ON DELETE CASCADE,
    geom geometry(Geometry, :srid) NOT NULL
);
CREATE INDEX coverage_part_layer_id_idx ON coverage_part (layer_id);
CREATE INDEX coverage_part_geom_idx ON coverage_part USING gist (geom);

-- Pieces of a geometry with at most so many corners; what cannot be cut stays whole.
CREATE FUNCTION parts_of(geom geometry) RETURNS SETOF geometry LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    IF ST_NPoints(geom) <= 64 THEN
        RETURN NEXT geom;
    ELSE
        RETURN QUERY SELECT ST_Subdivide(geom, 64);
    END IF;
EXCEPTION WHEN internal_error THEN
    RETURN NEXT geom;
END
$$;

CREATE FUNCTION cut_features() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO feature_part (feature_id, layer_id, geom)
    SELECT written.id, written.layer_id, part FROM written, LATERAL parts_of(written.geom) AS part;
    RETURN NULL;
END
$$;
CREATE FUNCTION cut_features_anew() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved bigint[] := (SELECT array_agg(written.id) FROM written JOIN former ON former.id = written.id
                       WHERE written.layer_id <> former.layer_id
                          OR ST_AsBinary(written.geom) <> ST_AsBinary(former.geom));
BEGIN
    DELETE FROM feature_part WHERE feature_id = ANY(moved);
    INSERT INTO feature_part (feature_id, layer_id, geom)
    SELECT written.id, written.layer_id, part FROM written, LATERAL parts_of(written.geom) AS part
    WHERE written.id = ANY(moved);
    RETURN NULL;
END
$$;
CREATE FUNCTION cut_coverage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM coverage_part WHERE layer_id = NEW.id;
    INSERT INTO coverage_part (layer_id, geom) SELECT NEW.id, parts_of(NEW.coverage);
    RETURN NULL;
END
$$;

-- Once per statement, so that an import of 100,000 features costs one pass over them.
CREATE TRIGGER feature_parts_on_insert AFTER INSERT ON feature
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION cut_features();
CREATE TRIGGER feature_parts_on_update AFTER UPDATE ON feature
    REFERENCING OLD TABLE AS former NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION cut_features_anew();
CREATE TRIGGER layer_parts AFTER INSERT OR UPDATE OF coverage ON layer
    FOR EACH ROW EXECUTE FUNCTION cut_coverage();

INSERT INTO feature_part (feature_id, layer_id, geom)
SELECT id, layer_id, part FROM feature, LATERAL parts_of(geom) AS part;
INSERT INTO coverage_part (layer_id, geom) SELECT id, part FROM layer, LATERAL parts_of(coverage) AS part;
