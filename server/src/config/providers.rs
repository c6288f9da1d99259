use std::{fmt, str::FromStr};

use super::source::Reader;

/// One of the two families that implement the ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// On this machine.
    Local,
    /// Amazon Web Services.
    Aws,
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Local => "local",
            Self::Aws => "aws",
        })
    }
}

impl FromStr for Provider {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "local" => Ok(Self::Local),
            "aws" => Ok(Self::Aws),
            _ => Err(()),
        }
    }
}

/// Who does what SEVA does not do itself, each `local` or `aws`.
///
/// - `SEVA_PROFILE`: for all that is not set below; `local`
/// - `SEVA_IDENTITY`, `SEVA_OBJECTS`, `SEVA_TRANSCRIBER`, `SEVA_EXTRACTOR`,
///   `SEVA_SECRETS`, `SEVA_MAILER`: for one port
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProvidersConfig {
    /// What counts where nothing else is said.
    pub profile: Provider,
    /// Accounts.
    pub identity: Provider,
    /// Recordings and prescriptions.
    pub objects: Provider,
    /// Speech to text.
    pub transcriber: Provider,
    /// Medical entities.
    pub extractor: Provider,
    /// Keys.
    pub secrets: Provider,
    /// Mail.
    pub mailer: Provider,
}

impl ProvidersConfig {
    /// Whether any port is on AWS.
    #[must_use]
    pub fn any_aws(&self) -> bool {
        [
            self.identity,
            self.objects,
            self.transcriber,
            self.extractor,
            self.secrets,
            self.mailer,
        ]
        .contains(&Provider::Aws)
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut one = |name, default| reader.parsed(name, default, "local or aws");
        let profile = one("SEVA_PROFILE", Provider::Local);
        Self {
            profile,
            identity: one("SEVA_IDENTITY", profile),
            objects: one("SEVA_OBJECTS", profile),
            transcriber: one("SEVA_TRANSCRIBER", profile),
            extractor: one("SEVA_EXTRACTOR", profile),
            secrets: one("SEVA_SECRETS", profile),
            mailer: one("SEVA_MAILER", profile),
        }
    }
}
