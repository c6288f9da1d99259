-- Dictations of which a provider of speech may keep something: a job, a transcript,
-- a copy of the recording. The line is written before anything is sent and goes
-- when the provider says that nothing is left. It outlives the dictation, and so
-- refers to no row.
CREATE TABLE speech_traces (
    transcription_id uuid PRIMARY KEY,
    -- Since when nobody needs it any more; none while a try may.
    forget_after     timestamptz,
    -- Times the provider was told to remove it.
    tries            integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    -- Whoever is telling it to. Meanwhile no new try begins.
    lease_token      uuid,
    lease_until      timestamptz,
    CHECK ((lease_token IS NULL) = (lease_until IS NULL))
);
CREATE INDEX speech_traces_due ON speech_traces (forget_after) WHERE forget_after IS NOT NULL;
