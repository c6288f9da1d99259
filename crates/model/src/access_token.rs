//! Access tokens: what a program shows instead of a person's session.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{AccessTokenId, ValueError, names::names};

/// Most characters of a token's name.
const MAX_NAME: usize = 100;

names!(
    /// What a token lets its holder do, in its owner's name.
    Scope {
        /// Read and follow dictations, hear them, and take them out as files.
        ReadDictations = "read:dictations",
        /// Begin, change and delete dictations.
        WriteDictations = "write:dictations",
        /// Read prescriptions and their papers.
        ReadPrescriptions = "read:prescriptions",
        /// Write, change and delete drafts.
        WritePrescriptions = "write:prescriptions",
        /// Sign prescriptions in the doctor's name.
        SignPrescriptions = "sign:prescriptions",
    }
);

/// Scopes, each once, in the order of [`Scope::ALL`]. There is at least one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<Scope>")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Reads their names. One that comes twice counts once.
    ///
    /// # Errors
    /// There is none, or one that does not exist.
    pub fn parse<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Result<Self, ValueError> {
        let mut scopes = Vec::new();
        for name in names {
            scopes.push(
                name.as_ref().parse::<Scope>().map_err(|_| {
                    refuse("scopes", format!("Choose among these: {}.", all_names()))
                })?,
            );
        }
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            return Err(refuse(
                "scopes",
                "Choose at least one thing that the token may do.".to_owned(),
            ));
        }
        Ok(Self(scopes))
    }

    /// Whether one of them is this.
    #[must_use]
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// Their names.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.iter().map(|scope| scope.as_str().to_owned()).collect()
    }
}

fn all_names() -> String {
    let names: Vec<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    names.join(", ")
}

impl TryFrom<Vec<String>> for Scopes {
    type Error = ValueError;

    fn try_from(names: Vec<String>) -> Result<Self, ValueError> {
        Self::parse(names)
    }
}

impl From<Scopes> for Vec<Scope> {
    fn from(scopes: Scopes) -> Self {
        scopes.0
    }
}

/// What a token is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccessToken {
    /// What its owner calls it, 1 to 100 characters.
    pub name: String,
    /// What it lets its holder do.
    pub scopes: Scopes,
    /// Days until it ends, 1 to [`NewAccessToken::MAX_DAYS`].
    pub days: u16,
}

impl NewAccessToken {
    /// The longest that a token may live, in days.
    pub const MAX_DAYS: u16 = 365;

    /// Checks what was asked for.
    ///
    /// # Errors
    /// Everything that is wrong, by field.
    pub fn check<T: AsRef<str>>(
        name: &str,
        scopes: impl IntoIterator<Item = T>,
        days: i64,
    ) -> Result<Self, Vec<ValueError>> {
        let name = crate::values::single_line("name", name, MAX_NAME, "a name for the token");
        let scopes = Scopes::parse(scopes);
        let days = match u16::try_from(days) {
            Ok(days @ 1..=Self::MAX_DAYS) => Ok(days),
            _ => Err(refuse(
                "expires_in_days",
                format!("Choose 1 to {} days.", Self::MAX_DAYS),
            )),
        };
        match (name, scopes, days) {
            (Ok(name), Ok(scopes), Ok(days)) => Ok(Self { name, scopes, days }),
            (name, scopes, days) => {
                let wrong = [name.err(), scopes.err(), days.err()];
                Err(wrong.into_iter().flatten().collect())
            }
        }
    }
}

fn refuse(field: &'static str, message: String) -> ValueError {
    ValueError { field, message }
}

/// A token as its owner sees it: everything but the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessToken {
    /// Row id; not the secret.
    pub id: AccessTokenId,
    /// What its owner calls it.
    pub name: String,
    /// What it lets its holder do.
    pub scopes: Scopes,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it ends.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// When it was last used, to the hour or so.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
    /// Whether it has ended by itself.
    pub expired: bool,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn fields(name: &str, scopes: &[&str], days: i64) -> Vec<&'static str> {
        let checked = NewAccessToken::check(name, scopes, days);
        let wrong = checked.err().unwrap_or_default();
        wrong.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn everything_that_is_wrong_with_a_new_token_is_named() {
        assert_eq!(fields("Sync", &["read:dictations"], 365), [""; 0]);
        assert_eq!(fields("", &[], 0), ["name", "scopes", "expires_in_days"]);
        assert_eq!(fields("a\u{202e}b", &["read:dictations"], 1), ["name"]);
        assert_eq!(fields(&"x".repeat(101), &["read:dictations"], 1), ["name"]);
        for days in [-1, 366, 65_537, i64::MAX, i64::MIN] {
            assert_eq!(
                fields("Sync", &["read:dictations"], days),
                ["expires_in_days"]
            );
        }
    }

    #[test]
    fn scopes_travel_by_their_names() {
        let json = r#"["sign:prescriptions","read:dictations"]"#;
        let scopes: Scopes = serde_json::from_str(json).unwrap();
        let back = r#"["read:dictations","sign:prescriptions"]"#;
        assert_eq!(serde_json::to_string(&scopes).unwrap(), back);
        for bad in [
            "[]",
            r#"["read"]"#,
            r#"["READ:DICTATIONS"]"#,
            r#""read:dictations""#,
        ] {
            assert!(serde_json::from_str::<Scopes>(bad).is_err(), "{bad}");
        }
    }

    fn known() -> impl Strategy<Value = Vec<Scope>> {
        prop::collection::vec(prop::sample::select(Scope::ALL), 1..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn known_scopes_are_read_whatever_their_order_and_number(given in known()) {
            let scopes = Scopes::parse(given.iter().map(|scope| scope.as_str())).unwrap();
            for scope in Scope::ALL {
                prop_assert_eq!(scopes.contains(*scope), given.contains(scope));
            }
            let names = scopes.names();
            prop_assert_eq!(Scopes::parse(&names).unwrap(), scopes.clone());
            prop_assert!(scopes.iter().is_sorted(), "{:?}", names);
            prop_assert_eq!(scopes.iter().count(), names.len());
        }

        #[test]
        fn one_unknown_scope_spoils_all(given in known(), other in "\\PC{0,30}", at in 0_usize..12) {
            prop_assume!(other.parse::<Scope>().is_err());
            let mut names: Vec<String> =
                given.iter().map(|scope| scope.as_str().to_owned()).collect();
            names.insert(at.min(names.len()), other);
            let refused = Scopes::parse(&names).unwrap_err();
            prop_assert_eq!(refused.field, "scopes");
        }
    }
}
