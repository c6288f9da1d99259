//! The embedded faces. Nothing is read from the system, so every machine draws the same page.

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

macro_rules! font_files {
    ($($name:literal),* $(,)?) => {
        [$(include_bytes!(concat!("../assets/fonts/", $name, ".ttf")) as &'static [u8]),*]
    };
}

/// Mukta draws Latin and Devanagari. The rest is for names and advice in other Indian scripts and
/// for symbols; the template lists the families in the same order.
static FILES: [&[u8]; 13] = font_files![
    "Mukta-Regular",
    "Mukta-SemiBold",
    "NotoSans-Regular",
    "NotoSansArabic-Regular",
    "NotoSansBengali-Regular",
    "NotoSansGujarati-Regular",
    "NotoSansGurmukhi-Regular",
    "NotoSansKannada-Regular",
    "NotoSansMalayalam-Regular",
    "NotoSansMath-Regular",
    "NotoSansOriya-Regular",
    "NotoSansTamil-Regular",
    "NotoSansTelugu-Regular",
];

/// The parsed faces and the index that the layout engine searches.
pub(crate) struct Fonts {
    pub(crate) faces: Vec<Font>,
    pub(crate) book: LazyHash<FontBook>,
}

impl Fonts {
    /// Parses the embedded files.
    pub(crate) fn load() -> Self {
        let faces: Vec<Font> = FILES
            .iter()
            .flat_map(|file| Font::iter(Bytes::new(*file)))
            .collect();
        let book = LazyHash::new(FontBook::from_fonts(&faces));
        Self { faces, book }
    }

    /// Whether some face has a glyph for `c`.
    pub(crate) fn covers(&self, c: char) -> bool {
        self.faces
            .iter()
            .any(|face| face.info().coverage.contains(u32::from(c)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_font() {
        assert_eq!(Fonts::load().faces.len(), FILES.len());
    }

    #[test]
    fn latin_devanagari_and_the_signs_of_medicine_are_drawn() {
        let fonts = Fonts::load();
        for c in "Az09éñकक्षज्ञ₹µμ°½⅓≤≥×→℞\u{200c}\u{200d}\u{fffd}".chars()
        {
            assert!(fonts.covers(c), "U+{:04X}", u32::from(c));
        }
        assert!(!fonts.covers('\u{1f48a}'));
    }
}
