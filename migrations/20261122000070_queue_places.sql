-- A page of the list shows many places in the queue: they are counted in one
-- pass over those that wait, not once for each row. A job waits as long as no
-- worker has it: the dictation's status says PENDING as long as there is no lease.
CREATE INDEX jobs_waiting ON jobs (enqueued_at, transcription_id) WHERE lease_token IS NULL;

CREATE VIEW queue_places AS
SELECT j.transcription_id,
       (row_number() OVER (ORDER BY j.enqueued_at, j.transcription_id) - 1)::integer AS ahead
  FROM jobs j
 WHERE j.lease_token IS NULL
   AND NOT EXISTS (SELECT FROM transcriptions t
                    WHERE t.id = j.transcription_id AND t.deleted_at IS NOT NULL);
