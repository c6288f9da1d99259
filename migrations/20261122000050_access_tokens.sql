-- Access tokens: what a program shows instead of a person's session. The secret itself
-- is not kept: it has 256 random bits, so its digest neither is guessed nor needs salt.
CREATE TABLE access_tokens (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The owner's own word for it.
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    -- SHA-256 of the secret.
    token_hash   bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    scopes       text[] NOT NULL CHECK (
        cardinality(scopes) >= 1
        AND scopes <@ ARRAY['read:dictations', 'write:dictations', 'read:prescriptions',
                            'write:prescriptions', 'sign:prescriptions']),
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    -- Written down once an hour at most.
    last_used_at timestamptz,
    -- The row stays, so that whoever still shows the token is told why it is refused.
    revoked_at   timestamptz,
    CHECK (expires_at > created_at AND expires_at <= created_at + interval '366 days')
);
CREATE INDEX access_tokens_of_user ON access_tokens (user_id, created_at) WHERE revoked_at IS NULL;
