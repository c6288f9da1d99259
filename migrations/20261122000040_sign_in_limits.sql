-- How often something was tried in the name of an account, or from an address, while
-- its window lasts: passwords, sign-ins, codes that are asked for. What is counted is
-- named by a keyed digest alone, so that the table tells nobody's address.
--
-- Unlogged: a row costs no write-ahead log, and a crash of the database only begins
-- all windows anew.
CREATE UNLOGGED TABLE sign_in_limits (
    name_hash bytea PRIMARY KEY CHECK (length(name_hash) = 32),
    times     integer NOT NULL CHECK (times > 0),
    ends_at   timestamptz NOT NULL
);
CREATE INDEX sign_in_limits_ends_at ON sign_in_limits (ends_at);
