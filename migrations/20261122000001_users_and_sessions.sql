-- People, their credentials with the embedded identity provider, and sessions.

CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$;

CREATE TABLE users (
    id                  uuid PRIMARY KEY,
    -- The identity provider's own name for the person (Cognito's sub).
    subject             text NOT NULL UNIQUE CHECK (length(subject) BETWEEN 1 AND 255),
    email               text NOT NULL UNIQUE CHECK (email = lower(email) AND length(email) <= 254),
    full_name           text NOT NULL CHECK (length(full_name) BETWEEN 1 AND 255),
    qualification       text NOT NULL DEFAULT '' CHECK (length(qualification) <= 255),
    registration_number text NOT NULL DEFAULT '' CHECK (length(registration_number) <= 64),
    clinic_name         text NOT NULL DEFAULT '' CHECK (length(clinic_name) <= 255),
    clinic_address      text NOT NULL DEFAULT '' CHECK (length(clinic_address) <= 1000),
    clinic_phone        text NOT NULL DEFAULT '' CHECK (length(clinic_phone) <= 64),
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER users_touch BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Only the embedded identity provider writes here.
CREATE TABLE local_credentials (
    user_id       uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    password_hash text NOT NULL,
    confirmed_at  timestamptz,
    updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER local_credentials_touch BEFORE UPDATE ON local_credentials
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE local_codes (
    user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose    text NOT NULL CHECK (purpose IN ('CONFIRM_EMAIL', 'RESET_PASSWORD')),
    code_hash  bytea NOT NULL,
    tries_left smallint NOT NULL CHECK (tries_left >= 0),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, purpose)
);

-- The payload is sealed with AES-256-GCM before it gets here. The id is a
-- digest of what the cookie holds, so that a copy of the table opens nothing.
CREATE TABLE sessions (
    id_hash    bytea PRIMARY KEY CHECK (length(id_hash) = 32),
    user_id    uuid REFERENCES users (id) ON DELETE CASCADE,
    payload    bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
CREATE INDEX sessions_user_id ON sessions (user_id);
