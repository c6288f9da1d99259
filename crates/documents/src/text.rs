//! From whatever somebody typed or dictated to text that can be printed.

use crate::fonts::Fonts;

/// Shown for a character that no embedded face can draw, so that a loss is seen and not hidden.
const REPLACEMENT: char = '\u{fffd}';

/// More marks than any script stacks on one letter only draw over the neighbouring lines.
const MAX_STACKED_MARKS: usize = 3;

/// Opens a stretch of text whose direction is its own, and closes it.
const ISOLATE: [char; 2] = ['\u{2068}', '\u{2069}'];

/// [`clean`] text that can stand beside other text: what is written from right to left is set apart,
/// or a name in Urdu would change places with the age that follows it.
pub(crate) fn printable(raw: &str, fonts: &Fonts) -> String {
    let text = clean(raw, fonts);
    if text.chars().any(is_right_to_left) {
        let [open, close] = ISOLATE;
        format!("{open}{text}{close}")
    } else {
        text
    }
}

/// Like [`printable`], with nothing left meaning nothing said.
pub(crate) fn printable_opt(raw: Option<&str>, fonts: &Fonts) -> Option<String> {
    raw.map(|raw| printable(raw, fonts))
        .filter(|text| !text.is_empty())
}

/// Makes `raw` one line of text that the embedded faces can draw.
///
/// White space of every kind becomes single spaces; control characters and invisible marks that
/// could reorder or hide digits go; what cannot be drawn becomes U+FFFD, one for each run.
/// The result is a fixed point: cleaning it again changes nothing.
fn clean(raw: &str, fonts: &Fonts) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut pending_space = false;
    let mut marks = 0;
    for c in raw.chars() {
        if c.is_whitespace() {
            pending_space = true;
            continue;
        }
        if c.is_control() || is_invisible(c) {
            continue;
        }
        let c = if fonts.covers(c) && !is_private(c) {
            c
        } else {
            REPLACEMENT
        };
        if is_stacking_mark(c) {
            marks += 1;
            if marks > MAX_STACKED_MARKS {
                continue;
            }
        } else {
            marks = 0;
        }
        if pending_space && !out.is_empty() {
            out.push(' ');
        } else if c == REPLACEMENT && out.ends_with(REPLACEMENT) {
            continue;
        }
        pending_space = false;
        out.push(c);
    }
    out
}

/// Letters of the only right-to-left scripts that a face could cover.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

/// Format characters without a shape. The two joiners stay: Indian scripts spell with them.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Private use means nothing to the next reader, and PDF/A forbids it.
fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

fn is_stacking_mark(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}'
            | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
    )
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    static FONTS: LazyLock<Fonts> = LazyLock::new(Fonts::load);

    fn cleaned(raw: &str) -> String {
        clean(raw, &FONTS)
    }

    #[test]
    fn white_space_becomes_single_spaces() {
        assert_eq!(
            cleaned("  take\r\n\twith\u{a0}\u{2028}water  "),
            "take with water"
        );
    }

    #[test]
    fn control_characters_go_and_join_nothing_across_a_space() {
        assert_eq!(cleaned("Para\0ceta\u{7f}mol \u{1b} 500"), "Paracetamol 500");
    }

    #[test]
    fn marks_that_reorder_digits_go() {
        assert_eq!(
            cleaned("\u{202e}10 mg\u{202c} \u{200f}1\u{200b}0"),
            "10 mg 10"
        );
    }

    #[test]
    fn joiners_of_indian_scripts_stay() {
        assert_eq!(cleaned("क्\u{200d}ष र्\u{200c}य"), "क्\u{200d}ष र्\u{200c}य");
    }

    #[test]
    fn what_cannot_be_drawn_is_seen_to_be_missing() {
        assert_eq!(
            cleaned("take \u{1f48a}\u{1f48a} now 汉字"),
            "take \u{fffd} now \u{fffd}"
        );
        assert_eq!(cleaned("\u{e000}x\u{10fffd}"), "\u{fffd}x\u{fffd}");
    }

    #[test]
    fn towers_of_marks_are_cut() {
        let tower = format!("a{}b", "\u{301}".repeat(300));
        assert_eq!(cleaned(&tower).chars().count(), 2 + MAX_STACKED_MARKS);
    }

    #[test]
    fn right_to_left_text_is_set_apart() {
        assert_eq!(printable("عائشة", &FONTS), "\u{2068}عائشة\u{2069}");
        assert_eq!(printable("आशा Asha 45", &FONTS), "आशा Asha 45");
    }

    #[test]
    fn nothing_left_is_nothing_said() {
        assert_eq!(printable_opt(Some(" \0\u{200b} "), &FONTS), None);
        assert_eq!(printable_opt(None, &FONTS), None);
        assert_eq!(
            printable_opt(Some(" 5 days"), &FONTS).as_deref(),
            Some("5 days")
        );
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(raw in any::<String>()) {
            let once = cleaned(&raw);
            prop_assert_eq!(cleaned(&once), once);
        }

        #[test]
        fn everything_left_can_be_drawn_on_one_line(raw in any::<String>()) {
            let out = cleaned(&raw);
            prop_assert_eq!(out.trim(), out.as_str());
            prop_assert!(!out.contains("  "));
            for c in out.chars() {
                prop_assert!(FONTS.covers(c) && !c.is_control() && !is_invisible(c));
            }
        }

        #[test]
        fn plain_words_are_never_touched(raw in "[!-~\u{904}-\u{939}]{1,12}( [!-~]{1,12}){0,6}") {
            prop_assert_eq!(cleaned(&raw), raw);
        }
    }
}
