-- What was made for a request that names a key, so that the same request sent again
-- makes nothing more. A line is written in the transaction that makes the row.
CREATE TABLE idempotency_keys (
    user_id     uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Digest of the key, which only its caller knows.
    key_hash    bytea NOT NULL CHECK (length(key_hash) = 32),
    -- Digest of the key and the request: without the key, nobody can try out what
    -- the request said.
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
    -- HTTP status of the answer, and the row that the answer named.
    status      smallint NOT NULL CHECK (status BETWEEN 200 AND 299),
    entity_id   uuid NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key_hash)
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
