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

/// Names and values of the environment; an empty value is none.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// The process's environment, completed from the file `.env` in the working
    /// directory or above. What both have is the environment's.
    ///
    /// # Errors
    /// A `.env` exists and can't be read. The error does not quote it.
    pub fn load() -> Result<Self, ConfigError> {
        let mut variables = match dotenvy::dotenv_iter() {
            Ok(lines) => lines
                .collect::<Result<BTreeMap<_, _>, _>>()
                .map_err(|_| ConfigError::unreadable_file())?,
            Err(error) if error.not_found() => BTreeMap::new(),
            Err(_) => return Err(ConfigError::unreadable_file()),
        };
        // What is no Unicode is none of the names and values that are meant here.
        let text = |(name, value): (OsString, OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        variables.extend(std::env::vars_os().filter_map(text));
        Ok(Self(variables))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let own = |(name, value): (K, V)| (name.into(), value.into());
        Self(pairs.into_iter().map(own).collect())
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

/// Reads variables and remembers all that is missing or wrong, so that one start
/// tells everything.
pub(super) struct Reader<'a> {
    variables: &'a Variables,
    missing: Vec<&'static str>,
    wrong: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(variables: &'a Variables) -> Self {
        Self {
            variables,
            missing: Vec::new(),
            wrong: Vec::new(),
        }
    }

    pub(super) fn optional(&self, name: &str) -> Option<&'a str> {
        self.variables.get(name)
    }

    /// The value, or an empty text that [`finish`](Self::finish) never lets out.
    pub(super) fn required(&mut self, name: &'static str) -> String {
        self.optional(name).map_or_else(
            || {
                self.missing.push(name);
                String::new()
            },
            str::to_owned,
        )
    }

    /// A value with a default; `expected` completes "NAME must be ...".
    pub(super) fn parsed<T: FromStr>(
        &mut self,
        name: &'static str,
        default: T,
        expected: &str,
    ) -> T {
        match self.optional(name).map(str::parse) {
            None => default,
            Some(Ok(value)) => value,
            Some(Err(_)) => {
                self.refuse(name, expected);
                default
            }
        }
    }

    pub(super) fn flag(&mut self, name: &'static str) -> bool {
        match self.optional(name) {
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

    pub(super) fn finish<T>(self, config: T) -> Result<T, ConfigError> {
        if self.missing.is_empty() && self.wrong.is_empty() {
            Ok(config)
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
