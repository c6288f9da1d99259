//! Endings by which international names of medicines are made, so that a name too new for
//! any list is still seen: "zavegliptin". Whatever is found so is marked as doubtful.

/// Endings of three to eight letters that everyday words do not have, by their last letter.
fn endings(last: u8) -> &'static [&'static str] {
    match last {
        b'b' => &[
            "zumab", "ximab", "tumab", "limab", "numab", "kimab", "tinib", "rafenib", "ciclib",
            "zomib", "citinib", "coxib",
        ],
        b'd' => &["trexed"],
        b'e' => &[
            "prazole",
            "conazole",
            "nidazole",
            "bendazole",
            "pristone",
            "glutide",
            "dipine",
            "caine",
            "oxetine",
            "tapine",
            "peridone",
            "pramine",
            "triptyline",
            "dronate",
            "thiazide",
            "semide",
            "stigmine",
            "quinine",
            "cycline",
            "trexate",
            "vudine",
            "zolamide",
            "phylline",
            "metasone",
            "nisone",
            "nisolone",
            "glitazone",
            "mustine",
            "azoline",
            "lamide",
        ],
        b'l' => &[
            "olol", "barbital", "afil", "grel", "meterol", "buterol", "acterol", "taxel",
        ],
        b'm' => &[
            "azepam", "azolam", "pidem", "penem", "racetam", "tropium", "bactam", "curonium",
        ],
        b'n' => &[
            "sartan",
            "cillin",
            "mycin",
            "oxacin",
            "gliptin",
            "gliflozin",
            "vastatin",
            "triptan",
            "setron",
            "profen",
            "xaban",
            "gatran",
            "parin",
            "ulosin",
            "azosin",
            "platin",
            "rubicin",
            "fungin",
            "gabalin",
            "bactin",
        ],
        b'r' => &[
            "navir", "buvir", "ciclovir", "cyclovir", "tegravir", "previr", "asvir", "amivir",
        ],
        b't' => &["gepant", "lukast", "vaptan"],
        _ => &[],
    }
}

/// Whether a word (lower case) is made like a medicine's name.
pub(crate) fn is_made_like_a_medicine(word: &str) -> bool {
    let bytes = word.as_bytes();
    if bytes.len() < 7 || !bytes.is_ascii() {
        return false;
    }
    let ending = endings(bytes[bytes.len() - 1]).iter();
    let with_stem = ending
        .filter(|e| word.len() >= e.len() + 2)
        .any(|e| word.ends_with(e));
    with_stem || (word.starts_with("cef") && word.len() >= 8)
}

#[cfg(test)]
mod tests {
    use super::is_made_like_a_medicine;

    #[test]
    fn names_that_no_list_has_are_known_by_their_endings() {
        for name in [
            "zavegliptin",
            "nolupril",
            "tirabrutinib",
            "cefiderocol",
            "brelovastatin",
        ] {
            assert_eq!(is_made_like_a_medicine(name), name != "nolupril", "{name}");
        }
        for word in [
            "medicine",
            "april",
            "cholesterol",
            "statin",
            "machine",
            "control",
            "captain",
            "equine",
            "certain",
        ] {
            assert!(!is_made_like_a_medicine(word), "{word}");
        }
    }
}
