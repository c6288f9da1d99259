//! Medical entities of a version of a transcript.

use seva_model::{Attribute, Concept, Entity, Trait, TranscriptionId, UserId};
use sqlx::{PgConnection, types::Json};

use crate::{
    Result, StoreError, edits,
    rows::{count, parse},
};

/// Puts what was found in the current text in the place of what was found
/// before. `None` says that extraction failed: the text is good, its entities
/// are unknown, and a retry is offered.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::WrongState`] unless the dictation is
/// complete; [`StoreError::StaleVersion`] unless `transcript_version` is the
/// current one.
pub async fn replace(
    connection: &mut PgConnection,
    user: UserId,
    id: TranscriptionId,
    transcript_version: i32,
    entities: Option<&[Entity]>,
) -> Result<()> {
    if edits::lock_current_version(connection, user, id).await? != transcript_version {
        return Err(StoreError::StaleVersion);
    }
    write(
        connection,
        user,
        id,
        transcript_version,
        entities.unwrap_or_default(),
    )
    .await?;
    sqlx::query!(
        "UPDATE transcriptions SET extraction_failed = $3, version = version + 1
          WHERE id = $1 AND user_id = $2",
        id.as_uuid(),
        user.as_uuid(),
        entities.is_none(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes what is stored for the version and stores these. An entity that is
/// named twice is stored once.
pub(crate) async fn write(
    connection: &mut PgConnection,
    user: UserId,
    id: TranscriptionId,
    transcript_version: i32,
    entities: &[Entity],
) -> Result<()> {
    sqlx::query!(
        "DELETE FROM medical_entities
          WHERE transcription_id = $1 AND user_id = $2 AND transcript_version = $3",
        id.as_uuid(),
        user.as_uuid(),
        transcript_version,
    )
    .execute(&mut *connection)
    .await?;
    if entities.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO medical_entities
             (id, transcription_id, user_id, transcript_version, text, category, type,
              confidence_score, begin_offset, end_offset, traits, attributes, icd10cm, rxnorm)
         SELECT e.id, $1, $2, $3, e.text, e.category, e.type, e.confidence_score,
                e.begin_offset, e.end_offset, e.traits, e.attributes, e.icd10, e.rxnorm
           FROM jsonb_to_recordset($4) AS e
                (id uuid, text text, category text, type text, confidence_score real,
                 begin_offset integer, end_offset integer,
                 traits jsonb, attributes jsonb, icd10 jsonb, rxnorm jsonb)
         ON CONFLICT (transcription_id, transcript_version, category, begin_offset, end_offset)
         DO NOTHING",
        id.as_uuid(),
        user.as_uuid(),
        transcript_version,
        Json(entities) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The entities of a version, ordered by offset.
pub(crate) async fn read(
    connection: &mut PgConnection,
    user: UserId,
    id: TranscriptionId,
    transcript_version: i32,
) -> Result<Vec<Entity>> {
    let rows = sqlx::query!(
        r#"SELECT id, text, category, type AS entity_type, confidence_score,
                  begin_offset, end_offset,
                  traits AS "traits: Json<Vec<Trait>>",
                  attributes AS "attributes: Json<Vec<Attribute>>",
                  icd10cm AS "icd10: Json<Vec<Concept>>",
                  rxnorm AS "rxnorm: Json<Vec<Concept>>"
             FROM medical_entities
            WHERE transcription_id = $1 AND user_id = $2 AND transcript_version = $3
            ORDER BY begin_offset, end_offset, category"#,
        id.as_uuid(),
        user.as_uuid(),
        transcript_version,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Entity {
                id: row.id.into(),
                text: row.text,
                category: parse(&row.category, "entity category")?,
                entity_type: row.entity_type,
                score: row.confidence_score,
                begin_offset: count(row.begin_offset),
                end_offset: count(row.end_offset),
                traits: row.traits.0,
                attributes: row.attributes.0,
                icd10: row.icd10.0,
                rxnorm: row.rxnorm.0,
            })
        })
        .collect()
}
