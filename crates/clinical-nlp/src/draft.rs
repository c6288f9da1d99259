//! From finds in tokens to entities in code points.

use crate::codes;
use crate::context::Subject;
use crate::dosage;
use crate::extractor::Reading;
use crate::findings::{self, Detail};
use crate::lexicon::{Lexicon, TermKind};
use crate::matcher::Mention;
use crate::offsets::Offsets;
use crate::phi;
use crate::prescription;
use crate::score;
use crate::times;
use crate::types::{
    Attribute, AttributeType, Category, Concept, Entity, EntityType, Trait, TraitName,
};

/// An entity before it has a number and offsets in code points.
struct Draft {
    first: usize,
    end: usize,
    category: Category,
    entity_type: EntityType,
    score: f32,
    traits: Vec<(TraitName, f32)>,
    details: Vec<(Detail, f32)>,
    icd10: Vec<Concept>,
    rxnorm: Vec<Concept>,
}

impl Draft {
    fn new(
        first: usize,
        end: usize,
        category: Category,
        entity_type: EntityType,
        score: f32,
    ) -> Self {
        Self {
            first,
            end,
            category,
            entity_type,
            score,
            traits: Vec::new(),
            details: Vec::new(),
            icd10: Vec::new(),
            rxnorm: Vec::new(),
        }
    }
}

pub(crate) struct Drafts<'r, 't> {
    reading: &'r Reading<'t>,
    lexicon: &'r Lexicon,
    all: Vec<Draft>,
    /// Tokens that belong to an entity or a detail of a medicine.
    taken: Vec<bool>,
    /// Tokens of the details of medicines.
    detailed: Vec<bool>,
}

impl<'r, 't> Drafts<'r, 't> {
    pub(crate) fn new(reading: &'r Reading<'t>, lexicon: &'r Lexicon) -> Self {
        let mut taken = vec![false; reading.tokens.len()];
        for mention in &reading.mentions {
            taken[mention.first..mention.end].fill(true);
        }
        let detailed = vec![false; reading.tokens.len()];
        Self {
            reading,
            lexicon,
            all: Vec::new(),
            taken,
            detailed,
        }
    }

    pub(crate) fn medicines(&mut self) {
        for line in prescription::lines(self.reading) {
            let mention = &self.reading.mentions[line.mention];
            let entity_type = match mention.kind() {
                TermKind::Brand => EntityType::BrandName,
                _ => EntityType::GenericName,
            };
            let mut draft = self.draft(
                mention,
                Category::Medication,
                entity_type,
                Subject::Medicine,
            );
            draft.rxnorm = codes::rxnorm(self.lexicon, mention);
            if mention.stranger {
                draft.traits.push((TraitName::LowConfidence, 0.9));
            }
            for (detail, _) in &line.details {
                self.taken[detail.first..detail.end].fill(true);
                self.detailed[detail.first..detail.end].fill(true);
            }
            draft.details = line.details;
            self.all.push(draft);
        }
    }

    pub(crate) fn findings(&mut self) {
        for (index, mention) in self.reading.mentions.iter().enumerate() {
            let draft = match mention.kind() {
                TermKind::Generic | TermKind::Brand => continue,
                // "by mouth", "in both eyes": part of a medicine's details.
                TermKind::Anatomy if self.detailed[mention.first] => continue,
                TermKind::Anatomy => Draft::new(
                    mention.first,
                    mention.end,
                    Category::Anatomy,
                    EntityType::SystemOrganSite,
                    score::mention(mention),
                ),
                TermKind::Diagnosis | TermKind::Symptom | TermKind::Sign => self.condition(mention),
                _ => self.test(index, mention),
            };
            self.all.push(draft);
        }
    }

    fn draft(
        &self,
        mention: &Mention,
        category: Category,
        entity_type: EntityType,
        subject: Subject,
    ) -> Draft {
        let mut draft = Draft::new(
            mention.first,
            mention.end,
            category,
            entity_type,
            score::mention(mention),
        );
        draft.traits =
            self.reading
                .scopes
                .traits(mention.sentence, mention.first, mention.end, subject);
        draft
    }

    fn condition(&self, mention: &Mention) -> Draft {
        let sites = self
            .reading
            .mentions_of(mention.sentence)
            .iter()
            .filter(|m| m.kind() == TermKind::Anatomy);
        let anatomy: Vec<(usize, usize)> = sites.map(|m| (m.first, m.end)).collect();
        let mut draft = self.draft(
            mention,
            Category::MedicalCondition,
            EntityType::DxName,
            Subject::Condition,
        );
        let kind = match mention.kind() {
            TermKind::Symptom => TraitName::Symptom,
            TermKind::Sign => TraitName::Sign,
            _ => TraitName::Diagnosis,
        };
        draft.traits.insert(0, (kind, 0.9));
        let sentence = &self.reading.sentences[mention.sentence];
        let tokens = &self.reading.tokens;
        let details = findings::condition_details(tokens, sentence, mention, &anatomy);
        draft.icd10 = codes::icd10(self.lexicon, tokens, mention, &details);
        draft.details = details.into_iter().map(|detail| (detail, 0.9)).collect();
        draft
    }

    fn test(&self, index: usize, mention: &Mention) -> Draft {
        let entity_type = match mention.kind() {
            TermKind::Procedure => EntityType::ProcedureName,
            TermKind::Treatment => EntityType::TreatmentName,
            _ => EntityType::TestName,
        };
        let category = Category::TestTreatmentProcedure;
        let mut draft = self.draft(mention, category, entity_type, Subject::Test);
        if mention.kind().is_test() {
            let next = self
                .reading
                .mentions
                .get(index + 1)
                .map_or(usize::MAX, |next| next.first);
            let sentence = &self.reading.sentences[mention.sentence];
            draft.details = findings::values(&self.reading.tokens, sentence, mention, next)
                .into_iter()
                .filter(|detail| !self.detailed[detail.first])
                .map(|detail| (detail, 0.93))
                .collect();
            // A value in hand is of the present and was taken.
            if !draft.details.is_empty() {
                let moot = [TraitName::Future, TraitName::Negation];
                draft.traits.retain(|(name, _)| !moot.contains(name));
            }
        }
        draft
    }

    pub(crate) fn private(&mut self) {
        let found = {
            let taken = &self.taken;
            phi::private(&self.reading.tokens, &self.reading.sentences, |at| {
                taken.get(at) == Some(&true)
            })
        };
        for private in found {
            if self.taken[private.first..private.end]
                .iter()
                .any(|taken| *taken)
            {
                continue;
            }
            self.taken[private.first..private.end].fill(true);
            let category = Category::ProtectedHealthInformation;
            self.all.push(Draft::new(
                private.first,
                private.end,
                category,
                private.kind,
                private.score,
            ));
        }
    }

    /// Time expressions, typed by the nearest finding of their sentence.
    pub(crate) fn times(&mut self) {
        for (index, sentence) in self.reading.sentences.iter().enumerate() {
            let mentions = self.reading.mentions_of(index);
            if mentions.is_empty() {
                continue;
            }
            let taken = &self.taken;
            for span in times::times(&self.reading.tokens, sentence, |at| taken[at]) {
                let Some(kind) = nearest(mentions, span.first, span.end) else {
                    continue;
                };
                self.all.push(Draft::new(
                    span.first,
                    span.end,
                    Category::TimeExpression,
                    kind,
                    0.85,
                ));
            }
        }
    }

    /// Entities in order, numbered, in code points.
    pub(crate) fn finish(mut self) -> Vec<Entity> {
        self.all.sort_by_key(|draft| (draft.first, draft.end));
        let offsets = Offsets::new(self.reading.tokens.text);
        let reading = self.reading;
        let numbers = 0_u32..;
        self.all
            .into_iter()
            .zip(numbers)
            .map(|(draft, id)| entity(reading, &offsets, draft, id))
            .collect()
    }
}

fn nearest(mentions: &[Mention], first: usize, end: usize) -> Option<EntityType> {
    let near = mentions
        .iter()
        .filter(|m| m.kind() != TermKind::Anatomy)
        .min_by_key(|m| {
            if m.end <= first {
                first - m.end
            } else {
                m.first.saturating_sub(end) + 1
            }
        })?;
    Some(match near.kind() {
        TermKind::Generic | TermKind::Brand => EntityType::TimeToMedicationName,
        TermKind::Procedure => EntityType::TimeToProcedureName,
        TermKind::Treatment => EntityType::TimeToTreatmentName,
        TermKind::Vital | TermKind::Lab | TermKind::Test => EntityType::TimeToTestName,
        _ => EntityType::TimeToDxName,
    })
}

fn entity(reading: &Reading<'_>, offsets: &Offsets<'_>, draft: Draft, id: u32) -> Entity {
    let (from, to) = reading.tokens.span(draft.first, draft.end - 1);
    let traits = draft
        .traits
        .into_iter()
        .map(|(name, score)| Trait { name, score })
        .collect();
    let attributes = draft
        .details
        .into_iter()
        .map(|(detail, sure)| attribute(reading, offsets, detail, sure))
        .collect();
    Entity {
        id,
        begin_offset: offsets.points(from),
        end_offset: offsets.points(to),
        text: reading.tokens.text[from..to].to_owned(),
        category: draft.category,
        entity_type: draft.entity_type,
        score: draft.score,
        traits,
        attributes,
        icd10: draft.icd10,
        rxnorm: draft.rxnorm,
    }
}

fn attribute(reading: &Reading<'_>, offsets: &Offsets<'_>, detail: Detail, sure: f32) -> Attribute {
    let (from, to) = reading.tokens.span(detail.first, detail.end - 1);
    // ".25 mg": without its point the text would be read as a hundred times as much.
    let from = from - usize::from(dosage::opens_with_point(&reading.tokens, detail.first));
    let score = match detail.kind {
        AttributeType::Dosage | AttributeType::Strength | AttributeType::Frequency => 0.97,
        AttributeType::TestValue | AttributeType::TestUnit => 0.95,
        _ => 0.93,
    };
    Attribute {
        attribute_type: detail.kind,
        begin_offset: offsets.points(from),
        end_offset: offsets.points(to),
        text: reading.tokens.text[from..to].to_owned(),
        score,
        relationship_score: sure,
        normalized: detail.normalized,
    }
}
