//! British spellings as American ones: by rule and by stem, for the words that clinical
//! speech is made of.

/// Beginnings of words.
const STEMS: [(&str, &str); 36] = [
    ("anaesthe", "anesthe"),
    ("anaem", "anem"),
    ("aetiolog", "etiolog"),
    ("behaviour", "behavior"),
    ("caesar", "cesar"),
    ("centre", "center"),
    ("centimetre", "centimeter"),
    ("colour", "color"),
    ("counsell", "counsel"),
    ("diarrhoea", "diarrhea"),
    ("faec", "fec"),
    ("faeces", "feces"),
    ("favour", "favor"),
    ("fibre", "fiber"),
    ("foetal", "fetal"),
    ("foetus", "fetus"),
    ("gynaecolog", "gynecolog"),
    ("haemat", "hemat"),
    ("haemo", "hemo"),
    ("haemorrh", "hemorrh"),
    ("labell", "label"),
    ("labour", "labor"),
    ("leukaem", "leukem"),
    ("kilometre", "kilometer"),
    ("litre", "liter"),
    ("manoeuvr", "maneuver"),
    ("millilitre", "milliliter"),
    ("neighbour", "neighbor"),
    ("oesoph", "esoph"),
    ("oestrogen", "estrogen"),
    ("orthopaed", "orthoped"),
    ("paediatric", "pediatric"),
    ("practise", "practice"),
    ("programme", "program"),
    ("travell", "travel"),
    ("tumour", "tumor"),
];
/// Whole words.
const WORDS: [(&str, &str); 10] = [
    ("grey", "gray"),
    ("metre", "meter"),
    ("metres", "meters"),
    ("mould", "mold"),
    ("odour", "odor"),
    ("plough", "plow"),
    ("rigour", "rigor"),
    ("sceptical", "skeptical"),
    ("sulphur", "sulfur"),
    ("tyre", "tire"),
];
const ENDINGS: [(&str, &str); 10] = [
    ("isation", "ization"),
    ("isations", "izations"),
    ("ise", "ize"),
    ("ised", "ized"),
    ("ises", "izes"),
    ("ising", "izing"),
    ("yse", "yze"),
    ("ysed", "yzed"),
    ("yses", "yzes"),
    ("ysing", "yzing"),
];
/// What comes before "-ise" in words that everybody writes so.
const ALWAYS_S: [&str; 26] = [
    "adv", "ar", "appra", "br", "compr", "comprom", "conc", "dem", "desp", "dev", "disgu",
    "enterpr", "exc", "exerc", "expert", "improv", "no", "otherw", "po", "prec", "pra", "prem",
    "prom", "ra", "rev", "superv",
];

/// The American spelling of a word in small letters.
pub(crate) fn american(word: &str) -> String {
    if let Some((_, american)) = WORDS.iter().find(|(british, _)| *british == word) {
        return (*american).to_owned();
    }
    if let Some((british, american)) = STEMS.iter().find(|(stem, _)| word.starts_with(stem)) {
        return word.replacen(british, american, 1);
    }
    for (british, american) in ENDINGS {
        if let Some(stem) = word.strip_suffix(british) {
            // "disease", "rise", "wise" and "likewise" are no verbs of this kind either.
            let is_verb = stem.len() >= 4 && !stem.ends_with('w') && !ALWAYS_S.contains(&stem);
            if is_verb && !word.ends_with("analyses") {
                return format!("{stem}{american}");
            }
        }
    }
    word.to_owned()
}
