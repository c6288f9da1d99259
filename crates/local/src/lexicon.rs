//! Names of medicines, and how advice is worded.

use seva_clinical_nlp::{
    AdviceKind, Evidence, Extractor, MedicineHit as Hit, MedicineKind as Kind,
};
use seva_model::{AdviceText, MedicineHit, MedicineKind};
use seva_services::ports::{Beside, Lexicon};

/// The lexicon that is compiled into the product.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmbeddedLexicon;

impl EmbeddedLexicon {
    /// The names prescribed most often, for telling a speech engine what to expect.
    #[must_use]
    pub fn prompt_terms(&self, limit: usize) -> Vec<String> {
        let terms = Extractor::embedded().prompt_terms(limit);
        terms.into_iter().map(str::to_owned).collect()
    }
}

impl Lexicon for EmbeddedLexicon {
    fn search_medicines(&self, query: &str, limit: usize) -> Vec<MedicineHit> {
        let hits = Extractor::embedded().search_medicines(query, limit);
        hits.into_iter().map(hit).collect()
    }

    fn suggest_medicines(
        &self,
        heard: &str,
        beside: &Beside<'_>,
        limit: usize,
    ) -> Vec<MedicineHit> {
        let extractor = Extractor::embedded();
        let evidence = Evidence {
            dose: Some(beside.dose).filter(|dose| !dose.is_empty()),
            conditions: beside.conditions,
        };
        extractor
            .suggest_for(heard, &evidence, limit)
            .into_iter()
            // Suggestions know the name only; the search knows the rest of it.
            .filter_map(|suggestion| {
                let hits = extractor.search_medicines(&suggestion.name, 1);
                hits.into_iter().next().map(hit)
            })
            .collect()
    }

    fn mistaken_for(&self, name: &str) -> Vec<String> {
        Extractor::embedded().asked_about(name)
    }

    fn advice(&self, text: &str) -> AdviceText {
        let spans = Extractor::embedded().advice(text);
        let lines = |kind: AdviceKind| {
            let texts = spans.iter().filter(|span| span.kind == kind);
            let texts: Vec<_> = texts.map(|span| sentence(&span.text)).collect();
            texts.join("\n")
        };
        AdviceText {
            advice: lines(AdviceKind::Advice),
            follow_up: lines(AdviceKind::FollowUp),
        }
    }
}

fn hit(found: Hit) -> MedicineHit {
    MedicineHit {
        kind: match found.kind {
            Kind::Generic => MedicineKind::Generic,
            _ => MedicineKind::Brand,
        },
        name: found.name,
        generic: found.generic,
        rxnorm: found.rxnorm,
    }
}

/// A part of a sentence as a line of its own.
fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medicines_are_found_while_they_are_typed_and_when_they_are_misspelled() {
        let typed = EmbeddedLexicon.search_medicines("metf", 5);
        assert!(
            typed
                .iter()
                .any(|hit| hit.name.eq_ignore_ascii_case("metformin"))
        );
        let alone = Beside::default();
        let misheard = EmbeddedLexicon.suggest_medicines("metfromin", &alone, 3);
        assert!(
            misheard
                .iter()
                .any(|hit| hit.name.eq_ignore_ascii_case("metformin"))
        );
        assert_eq!(
            EmbeddedLexicon.suggest_medicines("metformin", &alone, 3),
            []
        );
        assert!(!EmbeddedLexicon.prompt_terms(60).is_empty());
    }

    #[test]
    fn what_was_said_beside_a_name_speaks_for_a_candidate() {
        let first = |beside: &Beside<'_>| {
            let hits = EmbeddedLexicon.suggest_medicines("hydroxyzin", beside, 3);
            hits.into_iter().next().map(|hit| hit.name)
        };
        let itching = Beside {
            dose: "25 mg",
            conditions: &["itching"],
        };
        assert_eq!(first(&itching).as_deref(), Some("hydroxyzine"));
    }

    #[test]
    fn names_taken_for_one_another_are_known_with_a_strength_behind_them_too() {
        for name in ["Celebrex", "celebrex 200 mg"] {
            let others = EmbeddedLexicon.mistaken_for(name);
            assert!(others.contains(&"Celexa".to_owned()), "{name}: {others:?}");
        }
        assert!(EmbeddedLexicon.mistaken_for("semaglutide").is_empty());
    }

    #[test]
    fn advice_and_follow_up_become_lines() {
        let said = EmbeddedLexicon.advice(
            "Start metformin 500 mg twice daily. Drink plenty of water. Review after two weeks.",
        );
        assert!(said.advice.contains("water"), "{said:?}");
        assert!(
            said.follow_up.to_lowercase().contains("two weeks"),
            "{said:?}"
        );
        assert!(!said.advice.contains("metformin"), "{said:?}");
    }
}
