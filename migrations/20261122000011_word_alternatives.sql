-- What a word may have been instead: a list of strings, empty where the engine
-- knows none.
ALTER TABLE transcript_words
    ADD COLUMN alternatives jsonb NOT NULL DEFAULT '[]'
        CHECK (jsonb_typeof(alternatives) = 'array');
