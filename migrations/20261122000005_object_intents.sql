-- Objects that were announced and belong to no row yet. A line is written before
-- the object is stored and removed by the transaction that stores the row which
-- owns it, so whatever a killed process left behind is known, and is removed.
CREATE TABLE object_intents (
    key        text PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 512),
    user_id    uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX object_intents_created_at ON object_intents (created_at);
CREATE INDEX prescriptions_pdf_key ON prescriptions (pdf_key) WHERE pdf_key IS NOT NULL;
