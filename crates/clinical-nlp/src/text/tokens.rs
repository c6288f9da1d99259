//! Tokens: words, numbers and the few signs that carry meaning in a dictation.

use super::folded_len;

/// What stands between a token and the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gap(u16);

impl Gap {
    pub(crate) const SPACE: Self = Self(1);
    pub(crate) const HYPHEN: Self = Self(1 << 1);
    pub(crate) const APOSTROPHE: Self = Self(1 << 2);
    pub(crate) const SLASH: Self = Self(1 << 3);
    pub(crate) const COMMA: Self = Self(1 << 4);
    pub(crate) const PERIOD: Self = Self(1 << 5);
    pub(crate) const LINE: Self = Self(1 << 6);
    pub(crate) const BRACKET: Self = Self(1 << 7);
    pub(crate) const COLON: Self = Self(1 << 8);
    pub(crate) const STOP: Self = Self(1 << 9);
    pub(crate) const QUESTION: Self = Self(1 << 10);
    pub(crate) const OTHER: Self = Self(1 << 11);

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }

    /// Nothing but what is in `allowed`.
    pub(crate) const fn only(self, allowed: Self) -> bool {
        self.0 & !allowed.0 == 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn of(c: char) -> Self {
        match c {
            ' ' => Self::SPACE,
            '\n' | '\r' => Self::LINE.or(Self::SPACE),
            '-' | '\u{2010}'..='\u{2015}' => Self::HYPHEN,
            '\'' | '\u{2019}' | '\u{2018}' => Self::APOSTROPHE,
            '/' => Self::SLASH,
            ',' => Self::COMMA,
            '.' => Self::PERIOD,
            '(' | ')' | '[' | ']' => Self::BRACKET,
            ':' => Self::COLON,
            '!' | ';' | '\u{0964}' => Self::STOP,
            '?' => Self::QUESTION,
            c if c.is_whitespace() => Self::SPACE,
            _ => Self::OTHER,
        }
    }
}

/// Word, figure or sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    /// Digits, with a decimal point or thousands separators.
    Number,
    /// One of % ½ ¼ ¾ ° + @ & × _ =
    Sign,
}

/// One token; offsets are bytes of the original text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    lower_start: u32,
    lower_len: u32,
    folded_len: u32,
    pub(crate) kind: Kind,
    /// What stands before it.
    pub(crate) gap: Gap,
    /// Letters that were dictated with dots, as in "p.o.".
    pub(crate) dotted: bool,
}

/// All tokens of a text.
#[derive(Debug)]
pub(crate) struct Tokens<'t> {
    pub(crate) text: &'t str,
    lower: String,
    all: Vec<Token>,
    /// What stands after the last token.
    pub(crate) tail: Gap,
}

impl<'t> Tokens<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let mut tokens = Self {
            text,
            lower: String::with_capacity(text.len()),
            all: Vec::new(),
            tail: Gap::default(),
        };
        tokens.all.reserve(text.len() / 5);
        tokens.scan();
        tokens
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Token> {
        self.all.get(index)
    }

    pub(crate) fn at(&self, index: usize) -> &Token {
        &self.all[index]
    }

    /// Lower case form; empty past the end, so that look-ahead needs no bounds.
    pub(crate) fn lower(&self, index: usize) -> &str {
        self.all.get(index).map_or("", |token| {
            let start = token.lower_start as usize;
            &self.lower[start..start + token.lower_len as usize]
        })
    }

    /// Lower case form without its plural ending.
    pub(crate) fn folded(&self, index: usize) -> &str {
        self.all.get(index).map_or("", |token| {
            let start = token.lower_start as usize;
            &self.lower[start..start + token.folded_len as usize]
        })
    }

    pub(crate) fn original(&self, index: usize) -> &'t str {
        self.all.get(index).map_or("", |token| {
            &self.text[token.start as usize..token.end as usize]
        })
    }

    pub(crate) fn is_number(&self, index: usize) -> bool {
        self.all
            .get(index)
            .is_some_and(|token| token.kind == Kind::Number)
    }

    pub(crate) fn is_capitalised(&self, index: usize) -> bool {
        self.original(index)
            .chars()
            .next()
            .is_some_and(char::is_uppercase)
    }

    pub(crate) fn is_upper(&self, index: usize) -> bool {
        let word = self.original(index);
        word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase)
    }

    /// What stands before token `index`; what ends the text past the last one.
    pub(crate) fn gap(&self, index: usize) -> Gap {
        self.all.get(index).map_or(self.tail, |token| token.gap)
    }

    /// Whether nothing but spaces and hyphens stands before token `index`.
    pub(crate) fn joined(&self, index: usize) -> bool {
        self.all
            .get(index)
            .is_some_and(|token| token.gap.only(Gap::SPACE.or(Gap::HYPHEN)))
    }

    /// Bytes from the first token to the last (inclusive).
    pub(crate) fn span(&self, first: usize, last: usize) -> (usize, usize) {
        (self.all[first].start as usize, self.all[last].end as usize)
    }

    fn scan(&mut self) {
        let text = self.text;
        let mut gap = Gap::default();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            if c.is_ascii_digit() {
                let end = number_end(text, at);
                self.push(at, end, Kind::Number, std::mem::take(&mut gap), false);
                at = end;
            } else if c.is_alphabetic() {
                let (end, dotted) = word_end(text, at);
                self.push(at, end, Kind::Word, std::mem::take(&mut gap), dotted);
                at = end;
                at += possessive(text, at);
            } else if is_sign(c) {
                let end = at + c.len_utf8();
                self.push(at, end, Kind::Sign, std::mem::take(&mut gap), false);
                at = end;
            } else {
                gap = gap.or(Gap::of(c));
                at += c.len_utf8();
            }
        }
        self.tail = gap;
    }

    fn push(&mut self, start: usize, end: usize, kind: Kind, gap: Gap, dotted: bool) {
        let lower_start = self.lower.len();
        let source = &self.text[start..end];
        if dotted {
            self.lower.extend(
                source
                    .chars()
                    .filter(|c| *c != '.')
                    .flat_map(char::to_lowercase),
            );
        } else if source.is_ascii() {
            self.lower.push_str(source);
            self.lower[lower_start..].make_ascii_lowercase();
        } else {
            self.lower
                .extend(source.chars().flat_map(char::to_lowercase));
        }
        let lower = &self.lower[lower_start..];
        let folded = if kind == Kind::Word {
            folded_len(lower)
        } else {
            lower.len()
        };
        // A text of 4 GiB is refused by every caller long before; cut off rather than wrap.
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.all.push(Token {
            start: narrow(start),
            end: narrow(end),
            lower_start: narrow(lower_start),
            lower_len: narrow(lower.len()),
            folded_len: narrow(folded),
            kind,
            gap,
            dotted,
        });
    }
}

fn is_sign(c: char) -> bool {
    matches!(
        c,
        '%' | '\u{bd}' | '\u{bc}' | '\u{be}' | '\u{b0}' | '+' | '@' | '&' | '\u{d7}' | '_' | '='
    )
}

/// Digits, and '.' or ',' when digits follow: "1,000", "98.7".
fn number_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    let mut point = false;
    while at < bytes.len() {
        let next_digit = bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        match bytes[at] {
            b'0'..=b'9' => at += 1,
            b'.' if next_digit && !point => {
                point = true;
                at += 1;
            }
            b',' if thousands(bytes, at) && !point => at += 1,
            _ => break,
        }
    }
    at
}

/// A comma with exactly two (lakh) or three digits before the next one or the end.
fn thousands(bytes: &[u8], comma: usize) -> bool {
    let digits = bytes[comma + 1..]
        .iter()
        .take(4)
        .take_while(|b| b.is_ascii_digit())
        .count();
    digits == 3 || (digits == 2 && bytes.get(comma + 3) == Some(&b','))
}

/// Letters and the digits after them; letters with dots between count as one word. The "x"
/// of "x5d" is one of its own: it means "for".
fn word_end(text: &str, start: usize) -> (usize, bool) {
    let bytes = text.as_bytes();
    if matches!(bytes[start], b'x' | b'X') && bytes.get(start + 1).is_some_and(u8::is_ascii_digit) {
        return (start + 1, false);
    }
    let dotted = dotted_end(text, start);
    if dotted > start {
        return (dotted, true);
    }
    // Most words are ASCII to their end.
    let rest = &text[start..];
    let plain = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    if rest.as_bytes().get(plain).is_none_or(u8::is_ascii) {
        return (start + plain, false);
    }
    let length = rest
        .char_indices()
        .find(|(_, c)| !(c.is_alphanumeric() || is_mark(*c)))
        .map_or(rest.len(), |(index, _)| index);
    (start + length, false)
}

/// Combining signs (Devanagari vowels among them) belong to the word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{955}'..='\u{957}')
}

/// "p.o", "b.i.d": single ASCII letters joined by dots; `start` when it is none.
fn dotted_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
    let mut end = start;
    let mut at = start;
    while letter(at) && bytes.get(at + 1) == Some(&b'.') && letter(at + 2) {
        let after = bytes.get(at + 3).copied().unwrap_or(b' ');
        if after.is_ascii_alphanumeric() || after >= 0x80 {
            return start;
        }
        end = at + 3;
        at += 2;
    }
    end
}

/// Bytes of a possessive ending, which belongs to no token.
fn possessive(text: &str, at: usize) -> usize {
    // An apostrophe, or the first byte of the curved one.
    if !matches!(text.as_bytes().get(at), Some(b'\'' | 0xe2)) {
        return 0;
    }
    for ending in ["'s", "\u{2019}s", "'S"] {
        if let Some(rest) = text[at..].strip_prefix(ending)
            && !rest.chars().next().is_some_and(char::is_alphanumeric)
        {
            return ending.len();
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let tokens = Tokens::new(text);
        (0..tokens.len())
            .map(|i| tokens.lower(i).to_owned())
            .collect()
    }

    #[test]
    fn figures_part_from_their_units() {
        assert_eq!(
            words("500mg, 2.5 ml and 1,000 IU"),
            ["500", "mg", "2.5", "ml", "and", "1,000", "iu"]
        );
        assert_eq!(words("60,000 or 1,00,000"), ["60,000", "or", "1,00,000"]);
    }

    #[test]
    fn letters_with_dots_are_one_word() {
        assert_eq!(
            words("Tab. X b.i.d. p.o. for 5 days."),
            ["tab", "x", "bid", "po", "for", "5", "days"]
        );
    }

    #[test]
    fn digits_stay_with_letters_before_them() {
        assert_eq!(words("vitamin B12, HbA1c"), ["vitamin", "b12", "hba1c"]);
        assert_eq!(words("BD x5d, X-ray"), ["bd", "x", "5", "d", "x", "ray"]);
    }

    #[test]
    fn words_run_on_over_letters_of_other_alphabets() {
        assert_eq!(
            words("naïve B\u{e9}b\u{e9}, बुखार5mg\u{201c}x\u{201d} \u{b5}g"),
            ["naïve", "b\u{e9}b\u{e9}", "बुखार5mg", "x", "\u{b5}g"]
        );
    }

    #[test]
    fn possessives_are_dropped() {
        assert_eq!(words("Parkinson's disease"), ["parkinson", "disease"]);
        assert_eq!(
            words("Parkinson\u{2019}s disease"),
            ["parkinson", "disease"]
        );
        assert_eq!(words("don't"), ["don", "t"]);
    }

    #[test]
    fn gaps_tell_what_was_between() {
        let tokens = Tokens::new("1-0-1, then");
        assert!(tokens.gap(1).only(Gap::HYPHEN));
        assert!(tokens.gap(3).has(Gap::COMMA));
    }
}
