-- By which access token somebody's program did it: NULL for what a person did in a session,
-- and for what the system did by itself. No foreign key: a token is removed some time after
-- its end, and what was done by it stays known.
ALTER TABLE audit_events ADD COLUMN token_id uuid,
    ADD CONSTRAINT audit_events_token_of_user CHECK (token_id IS NULL OR user_id IS NOT NULL);
CREATE INDEX audit_events_of_token ON audit_events (token_id, occurred_at)
    WHERE token_id IS NOT NULL;
