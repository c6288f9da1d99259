//! Abbreviations that a text defines: after "deep vein thrombosis (DVT)" every "DVT" is one.

use rustc_hash::FxHashMap;

use crate::lexicon::Entry;
use crate::matcher::Mention;
use crate::text::{Gap, Kind, Sentence, Tokens};

/// Abbreviations with what each stands for.
type Definitions<'t> = FxHashMap<&'t str, Entry>;

/// Adds a mention wherever an abbreviation stands that the text defines behind another mention.
pub(crate) fn add(tokens: &Tokens<'_>, sentences: &[Sentence], mentions: &mut Vec<Mention>) {
    let mut definitions = Definitions::default();
    for (short, entry) in mentions.iter().filter_map(|m| definition(tokens, m)) {
        // What was defined first stays.
        definitions.entry(short).or_insert(entry);
    }
    if definitions.is_empty() {
        return;
    }
    let mut merged = Vec::with_capacity(mentions.len() + definitions.len() * 2);
    let mut known = mentions.drain(..).peekable();
    for (index, sentence) in sentences.iter().enumerate() {
        let mut at = sentence.first;
        while at < sentence.end {
            if let Some(mention) = known.next_if(|mention| mention.first == at) {
                at = mention.end;
                merged.push(redefined(tokens, &definitions, mention));
                continue;
            }
            if let Some(entry) = defined(tokens, &definitions, at) {
                merged.push(Mention {
                    first: at,
                    end: at + 1,
                    entry,
                    sentence: index,
                    compound: false,
                    stranger: false,
                });
            }
            at += 1;
        }
    }
    drop(known);
    *mentions = merged;
}

/// What the text says an abbreviation is outweighs what the lexicon says.
fn redefined(tokens: &Tokens<'_>, definitions: &Definitions<'_>, mention: Mention) -> Mention {
    let single = mention.end == mention.first + 1;
    match defined(tokens, definitions, mention.first).filter(|_| single) {
        Some(entry) => Mention { entry, ..mention },
        None => mention,
    }
}

fn defined(tokens: &Tokens<'_>, definitions: &Definitions<'_>, at: usize) -> Option<Entry> {
    let word = tokens.original(at);
    let many = || definitions.get(word.strip_suffix('s')?);
    definitions.get(word).or_else(many).copied()
}

/// "(DVT)" right behind a mention, when its letters are those of the words before it.
fn definition<'t>(tokens: &Tokens<'t>, mention: &Mention) -> Option<(&'t str, Entry)> {
    let at = mention.end;
    let bracketed = tokens.gap(at).has(Gap::BRACKET) && tokens.gap(at + 1).has(Gap::BRACKET);
    if !bracketed || tokens.get(at)?.kind != Kind::Word {
        return None;
    }
    let word = tokens.original(at);
    let short = word
        .strip_suffix('s')
        .filter(|s| s.len() >= 2)
        .unwrap_or(word);
    let capitals = short.chars().filter(char::is_ascii_uppercase).count();
    let shaped = short.is_ascii() && (2..=7).contains(&short.len()) && capitals >= 2;
    // "acute renal failure (ARF)" where the mention is "renal failure".
    let least = mention.first.saturating_sub(2);
    let stands = (least..=mention.first)
        .rev()
        .any(|first| abbreviates(tokens, short, first, at));
    (shaped && stands).then_some((short, mention.entry))
}

/// Whether the letters stand in this order in the words, the first of both being the same.
fn abbreviates(tokens: &Tokens<'_>, short: &str, first: usize, end: usize) -> bool {
    let mut letters = short
        .bytes()
        .filter(u8::is_ascii_alphabetic)
        .map(|b| b.to_ascii_lowercase())
        .peekable();
    if tokens.lower(first).as_bytes().first() != letters.peek() {
        return false;
    }
    for at in first..end {
        for byte in tokens.lower(at).bytes() {
            letters.next_if_eq(&byte);
        }
    }
    letters.peek().is_none()
}

#[cfg(test)]
mod tests {
    use crate::{Category, Extractor};

    fn conditions(text: &str) -> Vec<String> {
        let entities = Extractor::embedded().extract(text);
        let kept = entities
            .into_iter()
            .filter(|e| e.category == Category::MedicalCondition);
        kept.map(|e| e.text).collect()
    }

    #[test]
    fn an_abbreviation_that_the_text_defines_is_found_everywhere() {
        assert_eq!(
            conditions("She had drug induced hypothermia (DIH). Two weeks later the DIH was gone."),
            ["hypothermia", "DIH", "DIH"]
        );
    }

    #[test]
    fn brackets_with_other_letters_define_nothing() {
        assert!(!conditions("He has gout (XQZ). XQZ is his clinic.").contains(&"XQZ".to_owned()));
    }
}
