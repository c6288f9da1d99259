-- Tries of mailed codes are counted for each account and purpose over a day as
-- well, however many codes are sent: six digits may not be guessed bit by bit.
ALTER TABLE local_codes
    -- Tries since then that could have been right.
    ADD COLUMN guesses       integer NOT NULL DEFAULT 0 CHECK (guesses >= 0),
    ADD COLUMN guesses_since timestamptz NOT NULL DEFAULT now();
