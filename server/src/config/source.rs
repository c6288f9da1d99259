use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, io,
    path::{Path, PathBuf},
    str::FromStr,
};

/// A value that must not be shown: its debug output hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    /// The value itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden")
    }
}

impl From<String> for Hidden {
    fn from(value: String) -> Self {
        Self(value)
    }
}

/// Where a value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The process's environment.
    Environment,
    /// The file `.env`.
    File,
}

/// Names and values of the environment; an empty value is none.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, (String, Origin)>);

impl Variables {
    /// The process's environment, completed from the file `.env` in the working
    /// directory or above. What both have is the environment's.
    ///
    /// # Errors
    /// A `.env` exists and can't be read. The error does not quote it.
    pub fn load() -> Result<Self, ConfigError> {
        let file = match dotenvy::dotenv_iter() {
            Ok(lines) => lines
                .collect::<Result<Vec<_>, _>>()
                .map_err(|_| ConfigError::unreadable_file())?,
            Err(error) if error.not_found() => Vec::new(),
            Err(_) => return Err(ConfigError::unreadable_file()),
        };
        // What is no Unicode is none of the names and values that are meant here.
        let text = |(name, value): (OsString, OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Ok(Self::layered(
            std::env::vars_os().filter_map(text).collect(),
            file,
        ))
    }

    /// What both have is the environment's, unless it is empty there.
    fn layered(environment: Vec<(String, String)>, file: Vec<(String, String)>) -> Self {
        let of = |origin: Origin| {
            move |(name, value): (String, String)| {
                let value = value.trim();
                (!value.is_empty()).then(|| (name, (value.to_owned(), origin)))
            }
        };
        let mut variables: BTreeMap<_, _> = file.into_iter().filter_map(of(Origin::File)).collect();
        variables.extend(environment.into_iter().filter_map(of(Origin::Environment)));
        Self(variables)
    }

    fn get(&self, name: &str) -> Option<(&str, Origin)> {
        let (value, origin) = self.0.get(name)?;
        Some((value, *origin))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let own = |(name, value): (K, V)| (name.into(), value.into());
        Self::layered(pairs.into_iter().map(own).collect(), Vec::new())
    }
}

/// Everything that is wrong with the configuration, in one message. It names
/// variables and never quotes a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Required and not set.
    pub missing: Vec<&'static str>,
    /// Set to something that can't be used: the sentence says what it should be.
    pub wrong: Vec<String>,
}

impl ConfigError {
    fn unreadable_file() -> Self {
        Self {
            missing: Vec::new(),
            wrong: vec!["the file .env can't be read as lines of NAME=value".to_owned()],
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The configuration is not complete.")?;
        if !self.missing.is_empty() {
            write!(f, " Not set: {}.", self.missing.join(", "))?;
        }
        for sentence in &self.wrong {
            write!(f, " Wrong: {sentence}.")?;
        }
        f.write_str(" See docs/configuration.md.")
    }
}

impl std::error::Error for ConfigError {}

/// A variable that was asked for, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The variable's name.
    pub name: &'static str,
    /// What is used; `None` when there is nothing, `hidden` for a secret.
    pub value: Option<String>,
    /// Where it was found; `None` is the default.
    pub origin: Option<Origin>,
}

impl fmt::Display for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value.as_deref().unwrap_or("-");
        let origin = match self.origin {
            Some(Origin::Environment) => "environment",
            Some(Origin::File) => ".env",
            None if self.value.is_some() => "default",
            None => "not set",
        };
        write!(f, "{:<32} {value} ({origin})", self.name)
    }
}

/// Reads variables and remembers all that is missing or wrong, so that one start
/// tells everything; and all that was asked for.
pub(super) struct Reader<'a> {
    variables: &'a Variables,
    missing: Vec<&'static str>,
    wrong: Vec<String>,
    used: Vec<Used>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(variables: &'a Variables) -> Self {
        Self {
            variables,
            missing: Vec::new(),
            wrong: Vec::new(),
            used: Vec::new(),
        }
    }

    pub(super) fn optional(&mut self, name: &'static str) -> Option<&'a str> {
        self.take(name, None, str::to_owned)
    }

    /// A value that is not shown to anybody.
    pub(super) fn secret(&mut self, name: &'static str) -> Option<Hidden> {
        let value = self.take(name, None, |_| "hidden".to_owned());
        value.map(|value| Hidden(value.to_owned()))
    }

    /// A text with a default.
    pub(super) fn text(&mut self, name: &'static str, default: &str) -> String {
        let value = self.take(name, Some(default), str::to_owned);
        value.unwrap_or(default).to_owned()
    }

    fn take(
        &mut self,
        name: &'static str,
        default: Option<&str>,
        show: impl Fn(&str) -> String,
    ) -> Option<&'a str> {
        let found = self.variables.get(name);
        self.used.push(Used {
            name,
            value: found
                .map(|(value, _)| show(value))
                .or_else(|| default.map(str::to_owned)),
            origin: found.map(|(_, origin)| origin),
        });
        found.map(|(value, _)| value)
    }

    /// The value, or an empty text that [`finish`](Self::finish) never lets out.
    pub(super) fn required(&mut self, name: &'static str) -> String {
        let value = self.optional(name);
        self.or_missing(name, value.map(str::to_owned))
            .unwrap_or_default()
    }

    /// Remembers a name whose value is needed and is not there.
    pub(super) fn or_missing<T>(&mut self, name: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.missing.push(name);
        }
        value
    }

    /// Required where `needed`, otherwise optional.
    pub(super) fn needed(&mut self, name: &'static str, needed: bool) -> String {
        if needed {
            self.required(name)
        } else {
            self.optional(name).unwrap_or_default().to_owned()
        }
    }

    /// A value with a default; `expected` completes "NAME must be ...".
    pub(super) fn parsed<T: FromStr + fmt::Display>(
        &mut self,
        name: &'static str,
        default: T,
        expected: &str,
    ) -> T {
        let shown = default.to_string();
        let value = self.take(name, Some(&shown), str::to_owned);
        match value.map(str::parse) {
            None => default,
            Some(Ok(value)) => value,
            Some(Err(_)) => {
                self.refuse(name, expected);
                default
            }
        }
    }

    /// A number of `units` with a default and a least value.
    pub(super) fn at_least(
        &mut self,
        name: &'static str,
        default: u32,
        least: u32,
        units: &str,
    ) -> u32 {
        let expected = format!("a number of {units}, at least {least}");
        let number = self.parsed(name, default, &expected);
        if number < least {
            self.refuse(name, &expected);
        }
        number.max(least)
    }

    /// Values with commas between; none by default.
    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let texts = self.optional(name).unwrap_or_default().split(',');
        let texts = texts.map(str::trim).filter(|text| !text.is_empty());
        let values: Option<Vec<T>> = texts.map(parse).collect();
        values.unwrap_or_else(|| {
            self.refuse(name, expected);
            Vec::new()
        })
    }

    pub(super) fn flag(&mut self, name: &'static str) -> bool {
        match self.take(name, Some("0"), str::to_owned) {
            None | Some("0" | "false") => false,
            Some("1" | "true") => true,
            Some(_) => {
                self.refuse(name, "1 or 0");
                false
            }
        }
    }

    pub(super) fn refuse(&mut self, name: &str, expected: &str) {
        self.wrong.push(format!("{name} must be {expected}"));
    }

    pub(super) fn finish<T>(self, config: impl FnOnce(Vec<Used>) -> T) -> Result<T, ConfigError> {
        if self.missing.is_empty() && self.wrong.is_empty() {
            Ok(config(self.used))
        } else {
            Err(ConfigError {
                missing: self.missing,
                wrong: self.wrong,
            })
        }
    }
}

/// `path` from the working directory, so that a later change of it does no harm.
pub(super) fn absolute(path: &str) -> io::Result<PathBuf> {
    std::path::absolute(Path::new(path))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Property 40: what the environment and `.env` both have is the environment's.
        #[test]
        fn property_40_environment_variable_precedence(
            name in "[A-Z_]{1,20}",
            environment in proptest::option::of("[!-~]{0,20}"),
            file in proptest::option::of("[!-~]{0,20}"),
        ) {
            let pair = |value: &Option<String>| {
                value.iter().map(|value| (name.clone(), value.clone())).collect()
            };
            let variables = Variables::layered(pair(&environment), pair(&file));
            let full = |value: &'_ Option<String>| value.clone().filter(|value| !value.is_empty());
            let expected = full(&environment)
                .map(|value| (value, Origin::Environment))
                .or_else(|| full(&file).map(|value| (value, Origin::File)));
            let found = variables.get(&name).map(|(value, origin)| (value.to_owned(), origin));
            prop_assert_eq!(found, expected);
        }

        /// Property 41: a secret is in no output, in whatever way it is asked for.
        #[test]
        fn property_41_sensitive_configuration_redaction(secret in "[a-zA-Z0-9]{8,40}") {
            let variables: Variables = [("SECRET", secret.clone())].into_iter().collect();
            let mut reader = Reader::new(&variables);
            let hidden = reader.secret("SECRET").unwrap();
            prop_assert_eq!(hidden.expose(), &secret);
            let printed = format!("{hidden:?}");
            prop_assert!(!printed.contains(&secret));
            let used = reader.finish(|used| used).unwrap();
            prop_assert!(!used[0].to_string().contains(&secret));
            let printed = format!("{used:?}");
            prop_assert!(!printed.contains(&secret));
        }
    }
}
