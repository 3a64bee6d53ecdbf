CREATE TABLE name_word (
    word text NOT NULL CONSTRAINT name_word_pkey PRIMARY KEY
);
CREATE INDEX name_word_word_idx ON name_word USING gin (word gin_trgm_ops);

-- Once per statement, so that an import of 100,000 names costs one pass over them. Words of names that are gone
-- stay: they find nothing, which does no harm. In order, so that two imports at once cannot wait for each other.
CREATE FUNCTION remember_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO name_word (word)
    SELECT DISTINCT word
    FROM written, regexp_split_to_table(written.name_folded, ' ') AS word
    WHERE length(word) BETWEEN 3 AND 40 AND word !~ '[0-9]'
    ORDER BY word
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE TRIGGER street_words_on_insert AFTER INSERT ON street
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION remember_words();
CREATE TRIGGER street_words_on_update AFTER UPDATE ON street
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION remember_words();
CREATE TRIGGER feature_words_on_insert AFTER INSERT ON feature
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION remember_words();
CREATE TRIGGER feature_words_on_update AFTER UPDATE ON feature
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION remember_words();

INSERT INTO name_word (word)
SELECT DISTINCT word
FROM (SELECT name_folded FROM street UNION ALL SELECT name_folded FROM feature WHERE name_folded <> '') AS named,
     regexp_split_to_table(named.name_folded, ' ') AS word
WHERE length(word) BETWEEN 3 AND 40 AND word !~ '[0-9]';
