-- The SQL twin of core.text.fold_sound: the consonants that a name is heard by, words run together.
CREATE FUNCTION fold_sound(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(translate(
        regexp_replace(regexp_replace(regexp_replace(
            replace(replace(replace(replace(replace(replace(replace(
                ' ' || fold_text($1) || ' ',
                ' ye ', ' '), 'kh', 'x'), 'gh', 'g'), 'sh', 'S'), 'ch', 'C'), 'zh', 'J'), 'ph', 'f'),
            ' [vwو]', ' V', 'g'), ' [yی]', ' Y', 'g'), '[hهح] ', ' ', 'g'),
        'qcjبپتطثسصجچحهخدذزضظرژشغقفکگلمنaeiouvwyاویعء 0123456789',
        'gkJbpttsssJChhxdzzzzrJSggfkglmn'),
        '(.)\1+', '\1', 'g')
$$;

ALTER TABLE street ADD COLUMN name_sound text NOT NULL
    GENERATED ALWAYS AS (fold_sound(name_fa) || ' ' || fold_sound(name_en)) STORED;
CREATE INDEX street_name_sound_idx ON street USING gin (name_sound gin_trgm_ops);

ALTER TABLE feature ADD COLUMN name_sound text NOT NULL
    GENERATED ALWAYS AS (fold_sound(name_fa) || ' ' || fold_sound(name_en)) STORED;
CREATE INDEX feature_name_sound_idx ON feature USING gin (name_sound gin_trgm_ops) WHERE name_folded <> '';

ALTER TABLE name_word ADD COLUMN sound text COLLATE "C" NOT NULL GENERATED ALWAYS AS (fold_sound(word)) STORED;
CREATE INDEX name_word_sound_idx ON name_word (sound);

-- The zones of a class, which is what a search for its code leads to.
CREATE INDEX zone_class_id_idx ON zone (class_id);
