CREATE TABLE prescriptions (
    id                uuid PRIMARY KEY,
    user_id           uuid NOT NULL REFERENCES users (id),
    transcription_id  uuid REFERENCES transcriptions (id) ON DELETE SET NULL,
    copied_from       uuid REFERENCES prescriptions (id) ON DELETE SET NULL,
    status            text NOT NULL DEFAULT 'DRAFT' CHECK (status IN ('DRAFT', 'FINALIZED')),
    version           integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    patient_name      text NOT NULL DEFAULT '' CHECK (length(patient_name) <= 255),
    patient_age       smallint CHECK (patient_age BETWEEN 0 AND 150),
    patient_gender    text NOT NULL DEFAULT '' CHECK (length(patient_gender) <= 20),
    -- Lists of seva-model's Diagnosis and MedicationLine, each with its source.
    diagnoses         jsonb NOT NULL DEFAULT '[]',
    medications       jsonb NOT NULL DEFAULT '[]',
    instructions      text NOT NULL DEFAULT '',
    follow_up         text NOT NULL DEFAULT '',
    verification_code text UNIQUE,
    pdf_key           text CHECK (length(pdf_key) <= 512),
    pdf_sha256        bytea CHECK (length(pdf_sha256) = 32),
    -- Who signed, as the paper says it; a later change of the profile changes
    -- no paper.
    signer_name         text,
    signer_registration text,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    finalized_at      timestamptz,
    deleted_at        timestamptz,
    -- A signed prescription has its paper, its code, a patient and a medicine.
    CHECK (status = 'DRAFT' OR (
        pdf_key IS NOT NULL AND pdf_sha256 IS NOT NULL AND verification_code IS NOT NULL
        AND finalized_at IS NOT NULL AND signer_name IS NOT NULL
        AND signer_registration IS NOT NULL AND patient_name <> ''
        AND jsonb_array_length(medications) > 0 AND deleted_at IS NULL))
);
CREATE INDEX prescriptions_of_user ON prescriptions (user_id, created_at DESC, id DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX prescriptions_of_transcription ON prescriptions (transcription_id)
    WHERE deleted_at IS NULL;
-- Two tabs that ask for the draft of a dictation at once get the same one.
CREATE UNIQUE INDEX prescriptions_one_draft ON prescriptions (transcription_id)
    WHERE status = 'DRAFT' AND deleted_at IS NULL;
CREATE TRIGGER prescriptions_touch BEFORE UPDATE ON prescriptions
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Signed means signed, whatever a program tries.
CREATE FUNCTION refuse_change_of_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'FINALIZED' THEN
        -- The dictation it came from may be deleted; nothing else may change.
        IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'transcription_id' - 'copied_from' - 'updated_at'
            = to_jsonb(OLD) - 'transcription_id' - 'copied_from' - 'updated_at' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a signed prescription cannot change' USING ERRCODE = 'SV001';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER prescriptions_signed BEFORE UPDATE OR DELETE ON prescriptions
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_signed();

-- What the doctor sees of a dictation in a list, with what is counted from
-- other tables. Each sum is worked out only for the rows that are shown.
CREATE VIEW dictations AS
SELECT
    t.*,
    COALESCE(edit.version, 0) AS transcript_version,
    COALESCE(edit.text, t.transcript_text) AS current_text,
    (SELECT count(DISTINCT lower(e.text)) FROM medical_entities e
      WHERE e.transcription_id = t.id
        AND e.transcript_version = COALESCE(edit.version, 0)
        AND e.category = 'MEDICATION'
        AND NOT EXISTS (
            SELECT FROM jsonb_array_elements(e.traits) AS said
             WHERE said ->> 'name'
                IN ('NEGATION', 'PAST_HISTORY', 'PERTAINS_TO_FAMILY', 'HYPOTHETICAL'))
    )::integer AS medicine_count,
    (SELECT count(*) FROM transcript_words w
      WHERE w.transcription_id = t.id AND w.confidence < 0.5::real)::integer AS unsure_count,
    CASE WHEN t.status = 'PENDING' THEN (
        SELECT count(*) FROM jobs mine, jobs other
          JOIN transcriptions o ON o.id = other.transcription_id
         WHERE mine.transcription_id = t.id
           AND (other.enqueued_at, other.transcription_id)
             < (mine.enqueued_at, mine.transcription_id)
           AND o.status = 'PENDING' AND o.deleted_at IS NULL)::integer
    END AS queue_ahead,
    made.id AS prescription_id,
    made.status AS prescription_status
FROM transcriptions t
LEFT JOIN LATERAL (
    SELECT e.version, e.text FROM transcript_edits e
     WHERE e.transcription_id = t.id ORDER BY e.version DESC LIMIT 1
) edit ON true
LEFT JOIN LATERAL (
    SELECT p.id, p.status FROM prescriptions p
     WHERE p.transcription_id = t.id AND p.deleted_at IS NULL
     ORDER BY p.created_at DESC, p.id DESC LIMIT 1
) made ON true
WHERE t.deleted_at IS NULL;
