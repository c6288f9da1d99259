-- Looked for every minute by what removes them for good.
CREATE INDEX prescriptions_deleted ON prescriptions (deleted_at) WHERE deleted_at IS NOT NULL;
