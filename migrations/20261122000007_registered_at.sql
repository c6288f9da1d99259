-- When the password that awaits its confirmation was registered: for a while
-- nobody else's password can take its place.
ALTER TABLE local_credentials ADD COLUMN registered_at timestamptz NOT NULL DEFAULT now();
