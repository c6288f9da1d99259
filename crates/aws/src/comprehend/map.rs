//! From the service's answers to the port's entities.

use std::ops::Range;

use aws_sdk_comprehendmedical::types;
use seva_model::{Attribute, Category, Concept, Trait, TraitName};
use seva_services::ports::FoundEntity;

/// Finds below this confidence are left out.
const MIN_SCORE: f32 = 0.5;
/// Codes of one entity.
const CONCEPTS: usize = 5;
/// Longest name of a kind or type.
const LONGEST_NAME: usize = 100;

/// A text by its code points.
pub(super) struct Points<'t> {
    text: &'t str,
    /// The first byte of each code point, and the end.
    bytes: Vec<usize>,
}

impl<'t> Points<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let starts = text.char_indices().map(|(at, _)| at);
        Self {
            text,
            bytes: starts.chain([text.len()]).collect(),
        }
    }

    fn slice(&self, points: &Range<usize>) -> Option<&'t str> {
        let (begin, end) = (self.bytes.get(points.start)?, self.bytes.get(points.end)?);
        self.text.get(*begin..*end)
    }
}

/// What is known of a text while its answers are put together.
pub(super) struct Reading<'t> {
    points: Points<'t>,
    entities: Vec<FoundEntity>,
    codes: Vec<Codes>,
    left_out: LeftOut,
}

/// How many finds were left out, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// Under one half.
    pub(super) unsure: usize,
    /// Their place in the text says something else.
    pub(super) misplaced: usize,
    /// Without a kind or a name that SEVA knows.
    pub(super) unknown: usize,
}

/// Codes of a stretch of text.
struct Codes {
    category: Category,
    points: Range<usize>,
    concepts: Vec<Concept>,
}

/// A stretch of text as the service names it.
struct Place<'a> {
    begin: Option<i32>,
    end: Option<i32>,
    text: Option<&'a str>,
}

impl<'t> Reading<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            points: Points::new(text),
            entities: Vec::new(),
            codes: Vec::new(),
            left_out: LeftOut::default(),
        }
    }

    /// Takes over what was found in a piece that begins at a code point.
    pub(super) fn add_entities(&mut self, begin: usize, found: Vec<types::Entity>) {
        for entity in found {
            let entity = self.entity(begin, entity);
            self.entities.extend(entity);
        }
    }

    /// Takes over the codes of medicines in a piece.
    pub(super) fn add_rxnorm(&mut self, begin: usize, found: Vec<types::RxNormEntity>) {
        for entity in found {
            let place = Place {
                begin: entity.begin_offset,
                end: entity.end_offset,
                text: entity.text.as_deref(),
            };
            let concepts = entity.rx_norm_concepts.unwrap_or_default();
            let concepts = concepts
                .into_iter()
                .filter_map(|found| concept(found.code, found.description, found.score));
            self.add_codes(Category::Medication, begin, entity.score, &place, concepts);
        }
    }

    /// Takes over the codes of conditions in a piece.
    pub(super) fn add_icd10(&mut self, begin: usize, found: Vec<types::Icd10CmEntity>) {
        for entity in found {
            let place = Place {
                begin: entity.begin_offset,
                end: entity.end_offset,
                text: entity.text.as_deref(),
            };
            let concepts = entity.icd10_cm_concepts.unwrap_or_default();
            let concepts = concepts
                .into_iter()
                .filter_map(|found| concept(found.code, found.description, found.score));
            let category = Category::MedicalCondition;
            self.add_codes(category, begin, entity.score, &place, concepts);
        }
    }

    /// The entities with their codes, ordered by offset.
    pub(super) fn finish(mut self) -> (Vec<FoundEntity>, LeftOut) {
        for entity in &mut self.entities {
            let points = entity.begin_offset as usize..entity.end_offset as usize;
            let found = self.codes.iter().filter(|codes| {
                codes.category == entity.category && overlap(&codes.points, &points)
            });
            let concepts = best(
                found
                    .flat_map(|codes| codes.concepts.iter().cloned())
                    .collect(),
            );
            match entity.category {
                Category::Medication => entity.rxnorm = concepts,
                _ => entity.icd10 = concepts,
            }
        }
        self.entities
            .sort_by_key(|entity| (entity.begin_offset, entity.end_offset, entity.category));
        (self.entities, self.left_out)
    }

    fn entity(&mut self, begin: usize, found: types::Entity) -> Option<FoundEntity> {
        let score = self.sure(found.score)?;
        let place = Place {
            begin: found.begin_offset,
            end: found.end_offset,
            text: found.text.as_deref(),
        };
        let (points, text) = self.placed(begin, &place)?;
        let category = found.category.as_ref().map(types::EntityType::as_str);
        let Some(category) = category.and_then(|name| name.parse().ok()) else {
            self.unknown("category", category);
            return None;
        };
        let kind = found.r#type.as_ref().map(types::EntitySubType::as_str);
        let Some(entity_type) = kind.filter(|name| is_name(name)) else {
            self.unknown("type", None);
            return None;
        };
        let traits = found.traits.unwrap_or_default();
        let attributes = found.attributes.unwrap_or_default();
        Some(FoundEntity {
            text,
            category,
            entity_type: entity_type.to_owned(),
            score,
            begin_offset: offset(points.start),
            end_offset: offset(points.end),
            traits: traits
                .into_iter()
                .filter_map(|said| self.said(&said))
                .collect(),
            attributes: attributes
                .into_iter()
                .filter_map(|found| self.attribute(begin, &found))
                .collect(),
            icd10: Vec::new(),
            rxnorm: Vec::new(),
        })
    }

    /// A new trait changes nothing of what is known of the entity.
    fn said(&mut self, said: &types::Trait) -> Option<Trait> {
        let name = said.name.as_ref().map(types::AttributeName::as_str);
        let Some(known) = name.and_then(|name| name.parse::<TraitName>().ok()) else {
            self.unknown("trait", name);
            return None;
        };
        Some(Trait {
            name: known,
            score: part(said.score),
        })
    }

    fn attribute(&mut self, begin: usize, found: &types::Attribute) -> Option<Attribute> {
        let score = self.sure(found.score)?;
        // That it belongs to another medicine would be worse than none.
        let relationship_score = self.sure(found.relationship_score.or(found.score))?;
        let place = Place {
            begin: found.begin_offset,
            end: found.end_offset,
            text: found.text.as_deref(),
        };
        let (points, text) = self.placed(begin, &place)?;
        let kind = found.r#type.as_ref().map(types::EntitySubType::as_str);
        let Some(attribute_type) = kind.filter(|name| is_name(name)) else {
            self.unknown("attribute", None);
            return None;
        };
        Some(Attribute {
            // The service has two names for it.
            attribute_type: match attribute_type {
                "TEST_UNITS" => "TEST_UNIT".to_owned(),
                other => other.to_owned(),
            },
            text,
            begin_offset: offset(points.start),
            end_offset: offset(points.end),
            score,
            relationship_score,
            normalized: None,
        })
    }

    fn add_codes(
        &mut self,
        category: Category,
        begin: usize,
        score: Option<f32>,
        place: &Place<'_>,
        concepts: impl Iterator<Item = Concept>,
    ) {
        if self.sure(score).is_none() {
            return;
        }
        if let Some((points, _)) = self.placed(begin, place) {
            self.codes.push(Codes {
                category,
                points,
                concepts: concepts.collect(),
            });
        }
    }

    /// The stretch in the whole text, if it says there what the service read.
    fn placed(&mut self, begin: usize, place: &Place<'_>) -> Option<(Range<usize>, String)> {
        let shifted = |offset: Option<i32>| begin.checked_add(usize::try_from(offset?).ok()?);
        let placed = shifted(place.begin)
            .zip(shifted(place.end))
            .map(|(begin, end)| begin..end)
            .filter(|points| !points.is_empty())
            .and_then(|points| {
                let there = self.points.slice(&points)?;
                (Some(there) == place.text).then(|| (points, there.to_owned()))
            });
        if placed.is_none() {
            self.left_out.misplaced += 1;
        }
        placed
    }

    fn sure(&mut self, score: Option<f32>) -> Option<f32> {
        let sure = score.filter(|score| *score >= MIN_SCORE);
        if sure.is_none() {
            self.left_out.unsure += 1;
        }
        sure.map(|score| score.min(1.0))
    }

    /// Counts it, and tells its name if it looks like one and not like a text.
    fn unknown(&mut self, what: &'static str, name: Option<&str>) {
        self.left_out.unknown += 1;
        let name = name.filter(|name| is_name(name));
        tracing::warn!(what, name, "the service gave a name that is not known");
    }
}

fn concept(
    code: Option<String>,
    description: Option<String>,
    score: Option<f32>,
) -> Option<Concept> {
    let code = code.filter(|code| !code.is_empty())?;
    let description = description.unwrap_or_default();
    let plain = |text: &str| !text.chars().any(char::is_control);
    (plain(&code) && plain(&description)).then(|| Concept {
        code,
        description,
        score: part(score),
    })
}

/// The best codes, each once, best first.
fn best(mut concepts: Vec<Concept>) -> Vec<Concept> {
    concepts.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| a.code.cmp(&b.code))
    });
    let mut kept: Vec<Concept> = Vec::with_capacity(CONCEPTS);
    for concept in concepts {
        if kept.len() < CONCEPTS && kept.iter().all(|other| other.code != concept.code) {
            kept.push(concept);
        }
    }
    kept
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// A score that can be stored: between 0 and 1, and a number.
fn part(score: Option<f32>) -> f32 {
    score
        .filter(|score| !score.is_nan())
        .unwrap_or_default()
        .clamp(0.0, 1.0)
}

fn is_name(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(letter)
}

/// No text is longer: the database holds it whole.
fn offset(points: usize) -> u32 {
    u32::try_from(points).unwrap_or(u32::MAX)
}
