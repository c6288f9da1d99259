//! Medical entities by Amazon Comprehend Medical.

mod chunks;
mod map;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use aws_sdk_comprehendmedical::{Client, types};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use seva_services::ports::{EntityExtractor, FoundEntity, PortError};

use crate::{AwsClients, call::Service};
use chunks::{Chunk, chunks};
use map::Reading;

/// Its messages may quote the text they are about.
const SERVICE: Service = Service::private("comprehend");

/// Most bytes of a text to find entities in.
const ENTITIES_LIMIT: usize = 20_000;
/// Most bytes of a text to find codes for.
const CODES_LIMIT: usize = 10_000;
/// Calls for one text at a time: others want entities too.
const AT_ONCE: usize = 2;

/// Finds entities with DetectEntitiesV2, and their codes with InferRxNorm and
/// InferICD10CM.
#[derive(Clone, Debug)]
pub struct ComprehendMedical {
    client: Client,
}

/// A call to make.
enum Question<'t> {
    Entities(Chunk<'t>),
    Medicines(Chunk<'t>),
    Conditions(Chunk<'t>),
}

/// What came back, and the code point its text begins at.
enum Answer {
    Entities(usize, Vec<types::Entity>),
    Medicines(usize, Vec<types::RxNormEntity>),
    Conditions(usize, Vec<types::Icd10CmEntity>),
}

impl ComprehendMedical {
    /// An extractor that uses these clients.
    #[must_use]
    pub fn new(clients: &AwsClients) -> Self {
        Self {
            client: clients.comprehend.clone(),
        }
    }

    /// Makes each of the three calls once, with words of no patient: they tell
    /// whether the region has the service and the role may use all of it. Costs
    /// about a cent.
    ///
    /// # Errors
    /// As the calls of any text.
    pub async fn check(&self) -> Result<(), PortError> {
        self.extract("No fever today.").await.map(drop)
    }

    async fn ask(&self, question: Question<'_>) -> Result<Answer, PortError> {
        match question {
            Question::Entities(chunk) => {
                let call = self.client.detect_entities_v2().text(chunk.text).send();
                let answer = SERVICE.call("DetectEntitiesV2", call).await?;
                Ok(Answer::Entities(chunk.begin, answer.entities))
            }
            Question::Medicines(chunk) => {
                let call = self.client.infer_rx_norm().text(chunk.text).send();
                let answer = SERVICE.call("InferRxNorm", call).await?;
                Ok(Answer::Medicines(chunk.begin, answer.entities))
            }
            Question::Conditions(chunk) => {
                let call = self.client.infer_icd10_cm().text(chunk.text).send();
                let answer = SERVICE.call("InferICD10CM", call).await?;
                Ok(Answer::Conditions(chunk.begin, answer.entities))
            }
        }
    }
}

#[async_trait]
impl EntityExtractor for ComprehendMedical {
    async fn extract(&self, text: &str) -> Result<Vec<FoundEntity>, PortError> {
        let calls: Vec<_> = questions(text).map(|asked| self.ask(asked)).collect();
        let answers: Vec<Answer> = stream::iter(calls).buffered(AT_ONCE).try_collect().await?;
        let mut reading = Reading::new(text);
        for answer in answers {
            match answer {
                Answer::Entities(begin, found) => reading.add_entities(begin, found),
                Answer::Medicines(begin, found) => reading.add_rxnorm(begin, found),
                Answer::Conditions(begin, found) => reading.add_icd10(begin, found),
            }
        }
        let (found, left_out) = reading.finish();
        if left_out.misplaced + left_out.unknown > 0 {
            tracing::warn!(
                service = "comprehend",
                kept = found.len(),
                unsure = left_out.unsure,
                misplaced = left_out.misplaced,
                unknown = left_out.unknown,
                "finds were left out"
            );
        }
        Ok(found)
    }
}

/// Every call that a text needs, each with as much of it as the operation takes.
fn questions(text: &str) -> impl Iterator<Item = Question<'_>> {
    let codes = chunks(text, CODES_LIMIT);
    let entities = chunks(text, ENTITIES_LIMIT).into_iter();
    entities
        .map(Question::Entities)
        .chain(codes.clone().into_iter().map(Question::Medicines))
        .chain(codes.into_iter().map(Question::Conditions))
}
