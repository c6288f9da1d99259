//! What the engine heard, with times: segments and their words.

use seva_model::{Segment, TranscriptionId, UserId, Word};
use sqlx::{PgConnection, types::Json};

use crate::{
    Result,
    rows::{count, index},
};

/// Segments whose version is above `after_version`, in order, with their words.
pub(crate) async fn read(
    connection: &mut PgConnection,
    user: UserId,
    id: TranscriptionId,
    after_version: i64,
) -> Result<Vec<Segment>> {
    let mut segments: Vec<Segment> = sqlx::query!(
        "SELECT index, start_seconds, end_seconds, text FROM transcript_segments
          WHERE transcription_id = $1 AND user_id = $2 AND version > $3 ORDER BY index",
        id.as_uuid(),
        user.as_uuid(),
        after_version,
    )
    .map(|row| Segment {
        index: count(row.index),
        start: row.start_seconds,
        end: row.end_seconds,
        text: row.text,
        words: Vec::new(),
    })
    .fetch_all(&mut *connection)
    .await?;
    let words = sqlx::query!(
        r#"SELECT w.segment_index, w.text, w.start_seconds, w.end_seconds, w.confidence,
                w.alternatives AS "alternatives: Json<Vec<String>>"
           FROM transcript_words w JOIN transcript_segments s
             ON s.transcription_id = w.transcription_id AND s.index = w.segment_index
          WHERE w.transcription_id = $1 AND w.user_id = $2 AND s.version > $3
          ORDER BY w.segment_index, w.index"#,
        id.as_uuid(),
        user.as_uuid(),
        after_version,
    )
    .fetch_all(connection)
    .await?;
    // Both lists are ordered by segment, so one walk hands the words out.
    let mut rest = segments.iter_mut().peekable();
    for row in words {
        let segment_index = count(row.segment_index);
        while rest.next_if(|s| s.index < segment_index).is_some() {}
        if let Some(segment) = rest.peek_mut().filter(|s| s.index == segment_index) {
            segment.words.push(Word {
                text: row.text,
                start: row.start_seconds,
                end: row.end_seconds,
                confidence: row.confidence,
                alternatives: row.alternatives.0,
            });
        }
    }
    Ok(segments)
}

/// Makes the stored segments exactly these. Those at the beginning that are
/// stored as they are stay untouched; from the first difference on, all are
/// written anew as news of `version`.
pub(crate) async fn settle(
    connection: &mut PgConnection,
    user: UserId,
    id: TranscriptionId,
    version: i64,
    segments: &[Segment],
) -> Result<()> {
    let stored = read(connection, user, id, 0).await?;
    let same = stored
        .iter()
        .zip(segments)
        .take_while(|(stored, segment)| **stored == as_stored(segment))
        .count();
    if same < stored.len() {
        // Words are numbered through, so what follows a change goes as well.
        sqlx::query!(
            "DELETE FROM transcript_segments WHERE transcription_id = $1 AND index >= $2",
            id.as_uuid(),
            index(stored[same].index),
        )
        .execute(&mut *connection)
        .await?;
    }
    append(connection, user, id, version, &segments[same..]).await
}

/// A segment as it reads back.
fn as_stored(segment: &Segment) -> Segment {
    let (start, end) = span(segment.start, segment.end);
    let words = segment.words.iter().map(|word| {
        let (start, end) = span(word.start, word.end);
        Word {
            text: word.text.clone(),
            start,
            end,
            confidence: certainty(word.confidence),
            alternatives: word.alternatives.clone(),
        }
    });
    Segment {
        index: segment.index,
        start,
        end,
        text: segment.text.clone(),
        words: words.collect(),
    }
}

/// Removes all segments and, with them, their words.
pub(crate) async fn clear(connection: &mut PgConnection, id: TranscriptionId) -> Result<()> {
    sqlx::query!(
        "DELETE FROM transcript_segments WHERE transcription_id = $1",
        id.as_uuid(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Adds segments in order; one whose index is stored already is left as it is.
/// `version` is the change of the dictation they belong to.
pub(crate) async fn append(
    connection: &mut PgConnection,
    user: UserId,
    id: TranscriptionId,
    version: i64,
    segments: &[Segment],
) -> Result<()> {
    for segment in segments {
        let (start, end) = span(segment.start, segment.end);
        let added = sqlx::query!(
            "INSERT INTO transcript_segments
                 (transcription_id, user_id, index, version, start_seconds, end_seconds, text)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (transcription_id, index) DO NOTHING",
            id.as_uuid(),
            user.as_uuid(),
            index(segment.index),
            version,
            start,
            end,
            segment.text,
        )
        .execute(&mut *connection)
        .await?;
        if added.rows_affected() == 1 && !segment.words.is_empty() {
            append_words(connection, user, id, segment).await?;
        }
    }
    Ok(())
}

async fn append_words(
    connection: &mut PgConnection,
    user: UserId,
    id: TranscriptionId,
    segment: &Segment,
) -> Result<()> {
    let texts: Vec<String> = segment.words.iter().map(|w| w.text.clone()).collect();
    let (starts, ends): (Vec<f64>, Vec<f64>) = segment
        .words
        .iter()
        .map(|word| span(word.start, word.end))
        .unzip();
    let confidences: Vec<f32> = segment
        .words
        .iter()
        .map(|word| certainty(word.confidence))
        .collect();
    // Lists of different lengths fit into no array of arrays.
    let alternatives: Vec<serde_json::Value> = segment
        .words
        .iter()
        .map(|word| word.alternatives.as_slice().into())
        .collect();
    sqlx::query!(
        "INSERT INTO transcript_words
             (transcription_id, user_id, index, segment_index, text,
              start_seconds, end_seconds, confidence, alternatives)
         SELECT $1, $2, known.words + word.place - 1, $3, word.text,
                word.start_seconds, word.end_seconds, word.confidence, word.alternatives
           FROM (SELECT count(*)::integer AS words FROM transcript_words
                  WHERE transcription_id = $1) AS known,
                UNNEST($4::text[], $5::float8[], $6::float8[], $7::real[], $8::jsonb[])
                    WITH ORDINALITY
                    AS word (text, start_seconds, end_seconds, confidence, alternatives, place)",
        id.as_uuid(),
        user.as_uuid(),
        index(segment.index),
        &texts,
        &starts,
        &ends,
        &confidences,
        &alternatives,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Times as the schema wants them: an engine's rounding may put an end a hair
/// before its start, and that must not cost a dictation.
fn span(start: f64, end: f64) -> (f64, f64) {
    // `max` with a number also removes NaN.
    let start = start.max(0.0);
    (start, end.max(start))
}

fn certainty(confidence: f32) -> f32 {
    if confidence.is_nan() {
        0.0
    } else {
        confidence.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_numbers_of_an_engine_become_valid_ones() {
        assert_eq!(span(-0.1, 1.0), (0.0, 1.0));
        assert_eq!(span(2.0, 1.9), (2.0, 2.0));
        assert_eq!(span(f64::NAN, f64::NAN), (0.0, 0.0));
        assert_eq!(certainty(1.000_001), 1.0);
        assert_eq!(certainty(f32::NAN), 0.0);
    }
}
