//! The medicines by name: for codes, for search as one types, for suggestions.

/// Where a name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MedicineKind {
    /// Generic name.
    Generic,
    /// Trade name of the United States or of several countries.
    Brand,
    /// Trade name sold in India.
    IndianBrand,
}

/// One row of the medicines' table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Medicine {
    /// In lower case.
    pub(crate) name: &'static str,
    pub(crate) kind: MedicineKind,
    /// Generic names joined with " + "; empty for a generic.
    pub(crate) generic: &'static str,
    pub(crate) rxcui: &'static str,
    /// 1 is the most often prescribed; `u32::MAX` when unknown.
    pub(crate) rank: u32,
}

impl Medicine {
    /// Its own generic name, in one word: neither a synonym nor a misspelling of another.
    fn is_plain_generic(&self) -> bool {
        self.kind == MedicineKind::Generic
            && self.generic.is_empty()
            && self.name.chars().all(char::is_alphabetic)
    }
}

/// Sorted by name.
#[derive(Debug)]
pub(crate) struct Medicines {
    rows: Vec<Medicine>,
    /// Generic names of one word with a rank, one for each rank, the most often prescribed first.
    frequent: Vec<u32>,
}

impl Medicines {
    pub(crate) fn parse(table: &'static str) -> Self {
        let rows: Vec<Medicine> = table.lines().filter_map(parse_row).collect();
        let mut frequent: Vec<u32> = (0..rows.len())
            .filter(|i| rows[*i].rank != u32::MAX && rows[*i].is_plain_generic())
            .filter_map(|i| u32::try_from(i).ok())
            .collect();
        frequent.sort_by_key(|i| rows[*i as usize].rank);
        frequent.dedup_by_key(|i| rows[*i as usize].rank);
        Self { rows, frequent }
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Medicine> {
        self.rows.get(index)
    }

    pub(crate) fn all(&self) -> &[Medicine] {
        &self.rows
    }

    pub(crate) fn frequent(&self) -> impl Iterator<Item = &Medicine> {
        self.frequent.iter().map(|i| &self.rows[*i as usize])
    }

    /// The row with exactly this name.
    pub(crate) fn named(&self, name: &str) -> Option<&Medicine> {
        let at = self.rows.binary_search_by(|row| row.name.cmp(name)).ok()?;
        self.rows.get(at)
    }
}

fn parse_row(line: &'static str) -> Option<Medicine> {
    let mut cells = line.split('\t');
    let name = cells.next()?;
    let kind = match cells.next()? {
        "g" => MedicineKind::Generic,
        "i" => MedicineKind::IndianBrand,
        _ => MedicineKind::Brand,
    };
    let generic = cells.next()?;
    let rxcui = cells.next()?;
    let rank = cells
        .next()
        .and_then(|r| r.parse().ok())
        .unwrap_or(u32::MAX);
    Some(Medicine {
        name,
        kind,
        generic,
        rxcui,
        rank,
    })
}
