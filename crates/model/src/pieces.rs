//! Whether a medicine is counted in pieces: tablets, capsules, sachets.

use crate::MedicationLine;

/// Substances that are taken as tablets or capsules where nothing else is said, and
/// combinations of others that are; sorted. An inhaler, drops, a gel or a syrup in common use
/// keeps a substance out.
const TABLETS: &str = include_str!("tablets.txt");

/// Combinations that are sold as a syrup as much as in tablets, though each part alone is
/// usually a tablet.
const SYRUPS: &[&[&str]] = &[&["ibuprofen", "paracetamol"]];

/// A bare number above that counts milligrams or units rather than pieces.
const MOST: f64 = 4.0;

/// The same where only the substance tells that it comes in pieces: more may be millilitres.
const MOST_OF_NO_FORM: f64 = 2.0;

impl MedicationLine {
    /// So much a number without a unit may be and still count pieces. `None` where what is
    /// taken are units, puffs, drops or millilitres, or where nobody can tell.
    pub(crate) fn most_pieces(&self) -> Option<f64> {
        match self.comes_in_pieces() {
            Some(true) => Some(MOST),
            Some(false) => None,
            None => self.is_usually_a_tablet().then_some(MOST_OF_NO_FORM),
        }
    }

    /// Whether each form of the product is one that is counted; `None` where no form is
    /// written, or only how it releases the medicine.
    fn comes_in_pieces(&self) -> Option<bool> {
        let forms = self.form.to_lowercase();
        forms
            .split(',')
            .map(|form| form.trim().trim_end_matches('.'))
            .filter(|form| !form.is_empty() && !form.ends_with("release"))
            .map(is_piece)
            .reduce(|one, other| one && other)
    }

    /// By substance, route and strength: "250 mg/5 ml" is a syrup's, "1%" a gel's.
    fn is_usually_a_tablet(&self) -> bool {
        let route = self.route.trim().to_lowercase();
        let swallowed = matches!(
            route.as_str(),
            "" | "oral" | "by mouth" | "sublingual" | "buccal"
        );
        let strength = self.strength.to_lowercase();
        let of_liquid = strength.contains("ml") || strength.contains('%');
        swallowed && !of_liquid && self.is_of_tablets()
    }

    fn is_of_tablets(&self) -> bool {
        let substance = match self.generic.trim() {
            "" => self.name.trim(),
            generic => generic,
        };
        let substance = substance.to_lowercase();
        let mut parts: Vec<&str> = substance.split(" + ").collect();
        parts.sort_unstable();
        let is_syrup = SYRUPS.contains(&parts.as_slice());
        !is_syrup && (is_listed(&substance) || parts.into_iter().all(is_listed))
    }
}

fn is_listed(substance: &str) -> bool {
    TABLETS.lines().any(|listed| listed == substance)
}

/// Whether a form or a unit is one that is counted and handed out by the piece.
pub(crate) fn is_piece(unit: &str) -> bool {
    let unit = ["chewable ", "dispersible ", "effervescent ", "vaginal "]
        .into_iter()
        .find_map(|kind| unit.strip_prefix(kind))
        .unwrap_or(unit);
    matches!(
        unit,
        "tablet"
            | "tablets"
            | "tab"
            | "tabs"
            | "capsule"
            | "capsules"
            | "cap"
            | "caps"
            | "pill"
            | "pills"
            | "softgel"
            | "softgels"
            | "sachet"
            | "sachets"
            | "suppository"
            | "suppositories"
            | "pessary"
            | "pessaries"
            | "lozenge"
            | "lozenges"
            | "patch"
            | "patches"
            | "rotacap"
            | "rotacaps"
            | "respule"
            | "respules"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_without_doubles() {
        let listed: Vec<&str> = TABLETS.lines().collect();
        assert!(listed.is_sorted_by(|one, other| one < other));
    }

    #[test]
    fn a_bare_number_counts_pieces_of_what_is_known_to_come_in_them() {
        for (name, generic, form, route, strength, expected) in [
            ("Dolo 650", "paracetamol", "", "", "", Some(2.0)),
            ("Metformin", "", "", "oral", "500 mg", Some(2.0)),
            (
                "Augmentin",
                "amoxicillin + clavulanic acid",
                "",
                "",
                "625",
                Some(2.0),
            ),
            (
                "Glycomet SR",
                "metformin",
                "sustained release",
                "",
                "",
                Some(2.0),
            ),
            ("Any", "", "tablet", "", "", Some(4.0)),
            ("Dolo", "paracetamol", "syrup", "", "", None),
            ("Crocin", "paracetamol", "", "", "240 mg/5 ml", None),
            ("Perfalgan", "paracetamol", "", "intravenous", "1 g", None),
            ("Actrapid", "human insulin", "", "", "", None),
            ("Foracort", "formoterol + budesonide", "", "", "200", None),
            ("Asthalin", "salbutamol", "", "", "", None),
            (
                "Ascoril",
                "terbutaline + bromhexine + guaifenesin",
                "",
                "",
                "",
                None,
            ),
            ("Volini", "diclofenac", "", "", "", None),
            ("Metrogyl", "metronidazole", "", "", "1%", None),
            ("Metrogyl", "metronidazole", "", "", "400 mg", Some(2.0)),
            (
                "Dexorange",
                "iron + folic acid + cyanocobalamin",
                "",
                "",
                "",
                None,
            ),
            ("Iron", "", "", "", "", None),
            ("Zinc", "", "", "", "20 mg", None),
            ("Multivitamin", "", "", "", "", None),
            ("Becosules", "vitamin b complex", "", "", "", None),
            ("Phenergan", "promethazine", "", "", "", None),
            ("Meftal", "mefenamic acid", "", "", "", None),
            ("Ibugesic Plus", "ibuprofen + paracetamol", "", "", "", None),
            ("Ibugesic Plus", "paracetamol + ibuprofen", "", "", "", None),
            (
                "Combiflam",
                "ibuprofen + paracetamol",
                "tablet",
                "",
                "",
                Some(4.0),
            ),
            ("Moxicip", "moxifloxacin", "", "", "", None),
            ("Xyz", "", "", "", "", None),
            ("", "", "", "", "", None),
        ] {
            let line = MedicationLine {
                name: name.to_owned(),
                generic: generic.to_owned(),
                form: form.to_owned(),
                route: route.to_owned(),
                strength: strength.to_owned(),
                ..MedicationLine::default()
            };
            assert_eq!(line.most_pieces(), expected, "{name} {form} {route}");
        }
    }
}
