//! As many dictations as a clinic has after years, made by the database itself.

use sqlx::PgPool;

/// How many dictations there are to be.
#[derive(Clone, Copy, Debug)]
pub struct Many {
    /// Complete ones: four segments, twenty words and two entities each.
    pub completed: i32,
    /// Ones that wait in the queue.
    pub waiting: i32,
}

const DICTATIONS: &str = "
    INSERT INTO transcriptions
           (id, user_id, status, stage, progress, attempt, version, patient_name, file_name,
            audio_key, audio_mime, audio_bytes, audio_sha256, duration_seconds, transcript_text,
            created_at, completed_at)
    SELECT gen_random_uuid(), u.id, 'COMPLETED', 'DONE', 100, 1, 5,
           'Patient ' || n, 'visit-' || n || '.m4a', 'audio/' || u.id || '/many-' || n || '.m4a',
           'audio/mp4', 700000, decode(repeat('00', 32), 'hex'), 40,
           'Start metformin 500 mg, daily. Denies chest pain. Review after two weeks. '
               || 'Drink more water. Walk.',
           now() - make_interval(mins => n), now() - make_interval(mins => n)
      FROM users u, generate_series(1, $2) n WHERE u.email = $1";

const WAITING: &str = "
    WITH made AS (
        INSERT INTO transcriptions
               (id, user_id, patient_name, file_name, audio_key, audio_mime, audio_bytes,
                audio_sha256, duration_seconds, created_at)
        SELECT gen_random_uuid(), u.id, 'Waiting ' || n, 'waiting-' || n || '.m4a',
               'audio/' || u.id || '/waiting-' || n || '.m4a', 'audio/mp4', 700000,
               decode(repeat('00', 32), 'hex'), 40, now()
          FROM users u, generate_series(1, $2) n WHERE u.email = $1
        RETURNING id, user_id)
    INSERT INTO jobs (transcription_id, user_id) SELECT id, user_id FROM made";

const SEGMENTS: &str = "
    INSERT INTO transcript_segments
           (transcription_id, user_id, index, version, start_seconds, end_seconds, text)
    SELECT t.id, t.user_id, s, 5, s * 10, s * 10 + 9,
           (ARRAY['Start metformin 500 mg, daily.', 'Denies chest pain.',
                  'Review after two weeks.', 'Drink more water. Walk.'])[s + 1]
      FROM transcriptions t, generate_series(0, 3) s WHERE t.status = 'COMPLETED'";

const WORDS: &str = "
    INSERT INTO transcript_words
           (transcription_id, user_id, index, segment_index, text, start_seconds, end_seconds,
            confidence)
    SELECT t.id, t.user_id, w, w / 5,
           (ARRAY['Start', 'metformin', '500', 'mg,', 'daily.'])[w % 5 + 1],
           w * 2, w * 2 + 1, CASE WHEN w % 9 = 0 THEN 0.4 ELSE 0.95 END
      FROM transcriptions t, generate_series(0, 19) w WHERE t.status = 'COMPLETED'";

const ENTITIES: &str = "
    INSERT INTO medical_entities
           (id, transcription_id, user_id, text, category, type, confidence_score, begin_offset,
            end_offset)
    SELECT gen_random_uuid(), t.id, t.user_id, e.text, e.category, e.type, 0.9, e.first, e.past
      FROM transcriptions t,
           (VALUES ('metformin', 'MEDICATION', 'GENERIC_NAME', 6, 15),
                   ('chest pain', 'MEDICAL_CONDITION', 'DX_NAME', 38, 48))
               AS e (text, category, type, first, past)
     WHERE t.status = 'COMPLETED'";

/// Makes dictations of the person with this address, newest first, a minute apart.
///
/// # Errors
/// The database refuses, or there is nobody with the address, which makes nothing.
pub async fn dictate_many(pool: &PgPool, email: &str, many: Many) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin().await?;
    // Nobody waits for news of them, and each would be one.
    sqlx::raw_sql("ALTER TABLE transcriptions DISABLE TRIGGER transcriptions_notify_insert")
        .execute(&mut *tx)
        .await?;
    for (statement, count) in [(DICTATIONS, many.completed), (WAITING, many.waiting)] {
        sqlx::query(statement)
            .bind(email)
            .bind(count)
            .execute(&mut *tx)
            .await?;
    }
    for statement in [SEGMENTS, WORDS, ENTITIES] {
        sqlx::query(statement).execute(&mut *tx).await?;
    }
    sqlx::raw_sql("ALTER TABLE transcriptions ENABLE TRIGGER transcriptions_notify_insert")
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    sqlx::raw_sql("VACUUM ANALYZE").execute(pool).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::TestDatabase;

    #[tokio::test]
    async fn they_are_what_the_product_makes_of_dictations() {
        let database = TestDatabase::new().await;
        sqlx::query(
            "INSERT INTO users (id, subject, email, full_name)
             VALUES (gen_random_uuid(), 's', 'a@b.example', 'N')",
        )
        .execute(database.pool())
        .await
        .unwrap();
        let many = Many {
            completed: 30,
            waiting: 3,
        };
        dictate_many(database.pool(), "a@b.example", many)
            .await
            .unwrap();
        for (table, expected) in [
            ("SELECT count(*) FROM transcriptions", 33_i64),
            ("SELECT count(*) FROM jobs", 3),
            ("SELECT count(*) FROM transcript_segments", 120),
            ("SELECT count(*) FROM transcript_words", 600),
            (
                "SELECT count(*) FROM medical_entities e JOIN transcriptions t
                    ON t.id = e.transcription_id
                 WHERE substring(t.transcript_text FROM e.begin_offset + 1
                                 FOR e.end_offset - e.begin_offset) = e.text",
                60,
            ),
        ] {
            let count: i64 = sqlx::query_scalar(table)
                .fetch_one(database.pool())
                .await
                .unwrap();
            assert_eq!(count, expected, "{table}");
        }
    }
}
