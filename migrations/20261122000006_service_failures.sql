-- Failures of a service in the stage that a job is in. A worker that starts again
-- goes on counting.
ALTER TABLE jobs ADD COLUMN service_failures smallint NOT NULL DEFAULT 0
    CHECK (service_failures >= 0);
