//! Which words a piece of a prescription line may begin with: most words of a text
//! begin none, and one look-up tells so.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::{amounts, forms, moments, routes, titration};
use crate::text::{Kind, Tokens};

/// First words that no list of phrases holds.
const WORDS: &str = "\
a ac affected afternoon after along an another around at bedtime before both by couple decimal \
divided during each eighth either evening every few fifth first for fourth half hundred if \
immediately in indefinitely into just left life lifelong lifetime long mon monday mondays morning night \
max maximum nil noon nought o oh om on once only os over pc per point post pre q quarter right sat saturday saturdays several \
shortly sixth some soon sun sunday sundays t tenth the third thousand throughout thrice thu thur thurs \
thursday thursdays till times to tue tues tuesday tuesdays twelfth twice unless until up upto wed wedne \
wednesday wednesdays when whenever with x your fri friday fridays second \
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen \
sixteen seventeen eighteen nineteen twenty thirty forty fourty fifty sixty seventy eighty ninety";

static STARTS: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    let mut starts: FxHashSet<&'static str> = WORDS.split_whitespace().collect();
    starts.extend(titration::CHANGES);
    starts.extend(moments::FIXED.first_words());
    starts.extend(forms::first_words());
    starts.extend(routes::first_words());
    starts.extend(amounts::IN_WORDS.first_words());
    starts
});

/// Whether a piece may begin at a token: figures and signs always, words of the list.
pub(super) fn may_start(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.get(at).is_none_or(|token| token.kind != Kind::Word) || {
        let word = tokens.lower(at);
        match word {
            // Most of them begin no ceiling.
            "no" | "not" => tokens.lower(at + 1) == "more",
            // "q6h" begins with its letter.
            _ => word.starts_with('q') || STARTS.contains(word),
        }
    }
}
