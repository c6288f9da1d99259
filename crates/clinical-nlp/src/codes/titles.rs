//! ICD-10-CM titles compared by their words: for what no list of synonyms holds, and for
//! the codes beside the one that fits.

use std::sync::{LazyLock, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::lexicon::Lexicon;
use crate::text::Tokens;

/// A title by its row, and how alike it is, 0 to 1.
pub(super) type Ranked = (u32, f32);

/// Words that tell no two illnesses apart.
const EMPTY: &[&str] = &[
    "a",
    "an",
    "and",
    "by",
    "classified",
    "disease",
    "due",
    "elsewhere",
    "for",
    "in",
    "not",
    "of",
    "on",
    "or",
    "other",
    "specified",
    "the",
    "to",
    "unspecified",
    "with",
    "without",
];

/// Which titles have a word.
struct Titles {
    numbers: FxHashMap<Box<str>, u32>,
    having: Vec<Vec<u32>>,
    /// Of each word: the rarer, the more it tells.
    weights: Vec<f32>,
    /// Of each title: the sum over its words.
    sums: Vec<f32>,
}

static TITLES: LazyLock<Titles> = LazyLock::new(|| Titles::new(Lexicon::embedded()));

/// For each code, the codes of its category that are most like it; worked out when asked for.
static NEIGHBOURS: LazyLock<Vec<OnceLock<Box<[Ranked]>>>> = LazyLock::new(|| {
    let count = Lexicon::embedded().icd10_rows().len();
    std::iter::repeat_with(OnceLock::new).take(count).collect()
});

impl Titles {
    fn new(lexicon: &Lexicon) -> Self {
        let mut numbers: FxHashMap<Box<str>, u32> = FxHashMap::default();
        let mut having: Vec<Vec<u32>> = Vec::new();
        let rows = lexicon.icd10_rows();
        for (row, (_, title)) in (0_u32..).zip(rows) {
            for word in words(title) {
                let next = having.len();
                let number = *numbers
                    .entry(word.into_boxed_str())
                    .or_insert_with(|| u32::try_from(next).unwrap_or(0));
                if number as usize == next {
                    having.push(Vec::new());
                }
                having[number as usize].push(row);
            }
        }
        let count = rows.len() as f32;
        let weights: Vec<f32> = having
            .iter()
            .map(|rows| (count / rows.len() as f32).ln_1p())
            .collect();
        let mut sums = vec![0.0; rows.len()];
        for (rows, weight) in having.iter().zip(&weights) {
            rows.iter().for_each(|row| sums[*row as usize] += weight);
        }
        Self {
            numbers,
            having,
            weights,
            sums,
        }
    }

    /// Titles by the weight of the words that they share with `query`, the likest first.
    fn like(&self, query: &FxHashSet<String>, least: f32) -> Vec<Ranked> {
        let number = |word: &String| self.numbers.get(word.as_str()).map(|n| *n as usize);
        let mut known: Vec<usize> = query.iter().filter_map(number).collect();
        // The rarest first: few titles have it, and it tells most.
        known.sort_by(|a, b| self.weights[*b].total_cmp(&self.weights[*a]).then(a.cmp(b)));
        let mut left: f32 = known.iter().map(|word| self.weights[*word]).sum();
        // A word that no title has is as telling as the rarest.
        let strange = (query.len() - known.len()) as f32 * (self.sums.len() as f32).ln_1p();
        let asked = left + strange;
        // A title is at least as long as what it shares, so that it has to share so much.
        let needed = least * asked / (2.0 - least);
        let mut shared: FxHashMap<u32, f32> = FxHashMap::default();
        for word in known {
            let (weight, rows) = (self.weights[word], &self.having[word]);
            if left + 0.001 >= needed {
                for row in rows {
                    *shared.entry(*row).or_default() += weight;
                }
            } else {
                // Too little is left for a title that has none of the rarer words.
                for (row, both) in &mut shared {
                    if rows.binary_search(row).is_ok() {
                        *both += weight;
                    }
                }
            }
            left -= weight;
        }
        let likeness = |row: u32, both: f32| 2.0 * both / (asked + self.sums[row as usize]);
        let all = shared
            .into_iter()
            .map(|(row, both)| (row, likeness(row, both)));
        let mut found: Vec<Ranked> = all.filter(|(_, alike)| *alike >= least).collect();
        sort(&mut found);
        found
    }
}

fn sort(found: &mut [Ranked]) {
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
}

/// The telling words of a text, folded, in the spelling of the titles.
pub(super) fn words(text: &str) -> FxHashSet<String> {
    let tokens = Tokens::new(text);
    let telling = (0..tokens.len()).filter(|at| EMPTY.binary_search(&tokens.lower(*at)).is_err());
    telling.map(|at| spelling(tokens.folded(at))).collect()
}

/// "oedema" as "edema", "haemorrhage" as "hemorrhage", "ache" as "pain".
fn spelling(word: &str) -> String {
    if word == "ache" {
        return "pain".to_owned();
    }
    if !["ae", "oe", "mour"].iter().any(|part| word.contains(part)) {
        return word.to_owned();
    }
    word.replace("ae", "e")
        .replace("oe", "e")
        .replace("mour", "mor")
}

/// Titles like the words, the likest first.
pub(super) fn like(lexicon: &Lexicon, query: &FxHashSet<String>) -> Vec<Ranked> {
    let mut found = TITLES.like(query, 0.6);
    found.retain(|(row, _)| is_whole(lexicon, *row as usize));
    found.truncate(super::MOST);
    found
}

/// Whether a code is one that is given, not the heading of those behind it.
fn is_whole(lexicon: &Lexicon, row: usize) -> bool {
    let rows = lexicon.icd10_rows();
    let code = rows.get(row).map_or("", |(code, _)| *code);
    rows.get(row + 1)
        .is_none_or(|(next, _)| !next.starts_with(code))
}

/// The codes of the same category whose titles are most like that of `row`.
pub(super) fn neighbours(lexicon: &Lexicon, row: usize) -> &'static [Ranked] {
    let Some(cell) = NEIGHBOURS.get(row) else {
        return &[];
    };
    cell.get_or_init(|| {
        let rows = lexicon.icd10_rows();
        let category = |code: &'static str| code.get(..3).unwrap_or(code);
        let own = category(rows[row].0);
        let first = rows.partition_point(|(code, _)| category(code) < own);
        let end = rows.partition_point(|(code, _)| category(code) <= own);
        let words_of_row = words(rows[row].1);
        let mut found: Vec<Ranked> = (first..end)
            .filter(|other| *other != row && is_whole(lexicon, *other))
            .map(|other| {
                (
                    u32::try_from(other).unwrap_or(0),
                    alike(&words_of_row, &words(rows[other].1)),
                )
            })
            .filter(|(_, alike)| *alike >= 0.3)
            .collect();
        sort(&mut found);
        found.truncate(super::MOST);
        found.into_boxed_slice()
    })
}

fn alike(a: &FxHashSet<String>, b: &FxHashSet<String>) -> f32 {
    let shared = a.iter().filter(|word| b.contains(*word)).count();
    2.0 * shared as f32 / (a.len() + b.len()).max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every title against the query, without leaving any out beforehand.
    fn compared(query: &FxHashSet<String>, least: f32) -> Vec<u32> {
        let rows = Lexicon::embedded().icd10_rows();
        let weight = |word: &String| match TITLES.numbers.get(word.as_str()) {
            Some(number) => TITLES.weights[*number as usize],
            None => (rows.len() as f32).ln_1p(),
        };
        let asked: f32 = query.iter().map(weight).sum();
        let likeness = |title: &str| {
            let title = words(title);
            let both: f32 = title.intersection(query).map(weight).sum();
            2.0 * both / (asked + title.iter().map(weight).sum::<f32>())
        };
        (0_u32..)
            .zip(rows)
            .filter(|(_, (_, title))| likeness(title) >= least)
            .map(|(row, _)| row)
            .collect()
    }

    #[test]
    fn no_title_that_is_alike_is_left_out_beforehand() {
        for text in [
            "pain in the left knee",
            "acute bronchitis",
            "chronic kidney disease stage 3",
            "haemorrhage of the unheard-of organ",
            "pain",
        ] {
            let query = words(text);
            // Not at the edge, where the order of adding decides.
            let mut found: Vec<u32> = TITLES
                .like(&query, 0.6003)
                .into_iter()
                .map(|(row, _)| row)
                .collect();
            found.sort_unstable();
            assert_eq!(found, compared(&query, 0.6003), "{text}");
        }
    }
}
