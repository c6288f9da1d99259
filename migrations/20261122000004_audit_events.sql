-- Who did what to which row, and when. Written in the transaction of the change
-- itself; holds ids only, never what was said.
CREATE TABLE audit_events (
    id          uuid PRIMARY KEY,
    -- NULL for what the system did by itself.
    user_id     uuid REFERENCES users (id),
    action      text NOT NULL CHECK (length(action) BETWEEN 1 AND 100),
    entity_type text NOT NULL CHECK (length(entity_type) BETWEEN 1 AND 100),
    entity_id   uuid NOT NULL,
    occurred_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_events_of_entity ON audit_events (entity_type, entity_id, occurred_at);
CREATE INDEX audit_events_of_user ON audit_events (user_id, occurred_at);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'SV002';
END $$;
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
