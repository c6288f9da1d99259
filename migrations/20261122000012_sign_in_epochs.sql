-- Each new password begins an epoch of its person's sign-ins. A session of an
-- earlier one is over, even one that is stored only after that: whoever was
-- signing in with the old password at the time gains nothing.
ALTER TABLE users ADD COLUMN sign_in_epoch bigint NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN sign_in_epoch bigint NOT NULL DEFAULT 0;

-- A password that awaits its confirmation gives way to a mailed code and to
-- nothing else, however old it is.
ALTER TABLE local_credentials DROP COLUMN registered_at;
