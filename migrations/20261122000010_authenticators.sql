-- Authenticator apps (RFC 6238) of the embedded identity provider. A secret is
-- sealed with AES-256-GCM before it gets here.
CREATE TABLE local_authenticators (
    user_id     uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- Asked for at every sign-in.
    secret      bytea,
    -- Takes the place of the other when a code that it shows was entered.
    new_secret  bytea,
    -- The last time step whose code was accepted: no code counts twice.
    last_step   bigint NOT NULL DEFAULT 0,
    -- Codes that were tried since then.
    tries       integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    tries_since timestamptz NOT NULL DEFAULT now(),
    CHECK (secret IS NOT NULL OR new_secret IS NOT NULL)
);
