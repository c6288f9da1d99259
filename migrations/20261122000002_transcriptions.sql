-- Dictations, what was heard, what was found, and the queue that moves them.

CREATE TABLE transcriptions (
    id                 uuid PRIMARY KEY,
    user_id            uuid NOT NULL REFERENCES users (id),
    status             text NOT NULL DEFAULT 'PENDING'
        CHECK (status IN ('PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')),
    stage              text NOT NULL DEFAULT 'QUEUED'
        CHECK (stage IN ('QUEUED', 'TRANSCRIBING', 'EXTRACTING', 'DONE')),
    progress           smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    -- Which try this is. Every write of a worker names it, so that a worker that
    -- lost its lease can no longer write.
    attempt            integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    -- Number of the latest change: the id of the event stream's messages.
    version            bigint NOT NULL DEFAULT 1,
    failure_code       text,
    failure_message    text,
    failure_may_retry  boolean NOT NULL DEFAULT false,
    extraction_failed  boolean NOT NULL DEFAULT false,
    specialty          text NOT NULL DEFAULT 'PRIMARYCARE' CHECK (specialty IN
        ('PRIMARYCARE', 'CARDIOLOGY', 'NEUROLOGY', 'ONCOLOGY', 'RADIOLOGY', 'UROLOGY')),
    language_code      text NOT NULL DEFAULT 'en-US' CHECK (length(language_code) <= 10),
    patient_name       text CHECK (length(patient_name) BETWEEN 1 AND 255),
    file_name          text NOT NULL CHECK (length(file_name) <= 255),
    audio_key          text NOT NULL UNIQUE CHECK (length(audio_key) <= 512),
    audio_mime         text NOT NULL,
    audio_bytes        bigint NOT NULL CHECK (audio_bytes > 0),
    audio_sha256       bytea NOT NULL CHECK (length(audio_sha256) = 32),
    duration_seconds   double precision NOT NULL CHECK (duration_seconds > 0),
    -- What the engine heard; edits are in transcript_edits.
    transcript_text    text,
    created_at         timestamptz NOT NULL DEFAULT now(),
    updated_at         timestamptz NOT NULL DEFAULT now(),
    transcribing_at    timestamptz,
    extracting_at      timestamptz,
    completed_at       timestamptz,
    deleted_at         timestamptz,
    CHECK ((status = 'FAILED') = (failure_code IS NOT NULL)),
    CHECK (status <> 'COMPLETED' OR transcript_text IS NOT NULL)
);
CREATE INDEX transcriptions_of_user ON transcriptions (user_id, created_at DESC, id DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX transcriptions_deleted ON transcriptions (deleted_at)
    WHERE deleted_at IS NOT NULL;
CREATE TRIGGER transcriptions_touch BEFORE UPDATE ON transcriptions
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Tells every listening process, when the change commits, that a dictation has
-- a new version. Ids only: whoever may see the row reads it.
CREATE FUNCTION notify_of_dictation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('dictations', NEW.id || ':' || NEW.version);
    RETURN NULL;
END $$;
CREATE TRIGGER transcriptions_notify_insert AFTER INSERT ON transcriptions
    FOR EACH ROW EXECUTE FUNCTION notify_of_dictation();
CREATE TRIGGER transcriptions_notify_update AFTER UPDATE ON transcriptions
    FOR EACH ROW WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION notify_of_dictation();

CREATE TABLE transcript_segments (
    transcription_id uuid NOT NULL REFERENCES transcriptions (id) ON DELETE CASCADE,
    user_id          uuid NOT NULL REFERENCES users (id),
    index            integer NOT NULL CHECK (index >= 0),
    -- transcriptions.version of the change that added it.
    version          bigint NOT NULL,
    start_seconds    double precision NOT NULL CHECK (start_seconds >= 0),
    end_seconds      double precision NOT NULL CHECK (end_seconds >= start_seconds),
    text             text NOT NULL,
    PRIMARY KEY (transcription_id, index)
);

CREATE TABLE transcript_words (
    transcription_id uuid NOT NULL,
    user_id          uuid NOT NULL REFERENCES users (id),
    -- Place in the whole transcript.
    index            integer NOT NULL CHECK (index >= 0),
    segment_index    integer NOT NULL,
    text             text NOT NULL,
    start_seconds    double precision NOT NULL CHECK (start_seconds >= 0),
    end_seconds      double precision NOT NULL CHECK (end_seconds >= start_seconds),
    confidence       real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    PRIMARY KEY (transcription_id, index),
    FOREIGN KEY (transcription_id, segment_index)
        REFERENCES transcript_segments (transcription_id, index) ON DELETE CASCADE
);
CREATE INDEX transcript_words_of_segment ON transcript_words (transcription_id, segment_index);
-- What the list of dictations counts as unsure.
CREATE INDEX transcript_words_unsure ON transcript_words (transcription_id)
    WHERE confidence < 0.5::real;

-- The doctor's edits of the text; the original stays in transcriptions.
CREATE TABLE transcript_edits (
    transcription_id uuid NOT NULL REFERENCES transcriptions (id) ON DELETE CASCADE,
    user_id          uuid NOT NULL REFERENCES users (id),
    version          integer NOT NULL CHECK (version >= 1),
    text             text NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (transcription_id, version)
);

CREATE TABLE medical_entities (
    id               uuid PRIMARY KEY,
    transcription_id uuid NOT NULL REFERENCES transcriptions (id) ON DELETE CASCADE,
    user_id          uuid NOT NULL REFERENCES users (id),
    -- 0 for what was heard, else the edit it was found in.
    transcript_version integer NOT NULL DEFAULT 0,
    text             text NOT NULL CHECK (length(text) BETWEEN 1 AND 512),
    category         text NOT NULL CHECK (length(category) <= 100),
    type             text NOT NULL CHECK (length(type) <= 100),
    confidence_score real NOT NULL CHECK (confidence_score BETWEEN 0 AND 1),
    -- Unicode code points, the end exclusive.
    begin_offset     integer NOT NULL CHECK (begin_offset >= 0),
    end_offset       integer NOT NULL CHECK (end_offset > begin_offset),
    traits           jsonb NOT NULL DEFAULT '[]',
    attributes       jsonb NOT NULL DEFAULT '[]',
    icd10cm          jsonb NOT NULL DEFAULT '[]',
    rxnorm           jsonb NOT NULL DEFAULT '[]',
    created_at       timestamptz NOT NULL DEFAULT now(),
    UNIQUE (transcription_id, transcript_version, category, begin_offset, end_offset)
);

-- The queue. A row lives as long as there is work; its lease belongs to the
-- worker that names the token.
CREATE TABLE jobs (
    transcription_id uuid PRIMARY KEY REFERENCES transcriptions (id) ON DELETE CASCADE,
    user_id          uuid NOT NULL REFERENCES users (id),
    enqueued_at      timestamptz NOT NULL DEFAULT now(),
    run_after        timestamptz NOT NULL DEFAULT now(),
    lease_token      uuid,
    lease_until      timestamptz,
    -- Times a worker took it and did not come back.
    crashes          smallint NOT NULL DEFAULT 0,
    cancel_requested boolean NOT NULL DEFAULT false,
    CHECK ((lease_token IS NULL) = (lease_until IS NULL))
);
CREATE INDEX jobs_in_order ON jobs (enqueued_at, transcription_id);
