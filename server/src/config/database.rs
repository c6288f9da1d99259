use std::time::Duration;

use seva_store::PoolSettings;

use super::{Hidden, Provider, source::Reader};

/// Where the rows are.
///
/// - `DATABASE_URL`: `postgres://user:password@host:port/database`; required,
///   unless the secrets are on AWS and the next one is set
/// - `SEVA_DATABASE_SECRET`: name of a secret of Secrets Manager with the
///   credentials, as RDS writes it
/// - `SEVA_DATABASE_MIN_CONNECTIONS`, `SEVA_DATABASE_MAX_CONNECTIONS`: connections of
///   this process; 2 and 10
/// - `SEVA_STATEMENT_TIMEOUT_SECONDS`: how long a statement may take; 10
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// Where the address comes from.
    pub source: DatabaseSource,
    /// How this process uses its connections.
    pub pool: PoolSettings,
}

/// Where the database's address comes from.
#[derive(Clone, Debug)]
pub enum DatabaseSource {
    /// As configured; it may hold a password.
    Url(Hidden),
    /// The secret of this name.
    Secret(String),
}

impl DatabaseConfig {
    pub(super) fn read(reader: &mut Reader<'_>, secrets: Provider) -> Self {
        const URL: &str = "DATABASE_URL";
        let url = reader.secret(URL);
        let secret = reader.optional("SEVA_DATABASE_SECRET");
        let missing = match secrets {
            Provider::Local => URL,
            Provider::Aws => "DATABASE_URL or SEVA_DATABASE_SECRET",
        };
        let source = match (url, secret) {
            (None, Some(name)) if secrets == Provider::Aws => {
                DatabaseSource::Secret(name.to_owned())
            }
            (url, _) => DatabaseSource::Url(
                reader
                    .or_missing(missing, url)
                    .unwrap_or_else(|| String::new().into()),
            ),
        };
        Self {
            source,
            pool: pool(reader),
        }
    }
}

fn pool(reader: &mut Reader<'_>) -> PoolSettings {
    const MIN: &str = "SEVA_DATABASE_MIN_CONNECTIONS";
    let usual = PoolSettings::default();
    let min_connections = reader.parsed(MIN, usual.min_connections, "a number of connections");
    let max_connections = reader.at_least(
        "SEVA_DATABASE_MAX_CONNECTIONS",
        usual.max_connections,
        // One listens for news of dictations.
        2,
        "connections",
    );
    if min_connections > max_connections {
        reader.refuse(MIN, "no more than SEVA_DATABASE_MAX_CONNECTIONS");
    }
    let seconds = u32::try_from(usual.statement_timeout.as_secs()).unwrap_or(u32::MAX);
    let seconds = reader.at_least("SEVA_STATEMENT_TIMEOUT_SECONDS", seconds, 1, "seconds");
    PoolSettings {
        min_connections,
        max_connections,
        statement_timeout: Duration::from_secs(seconds.into()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::{Config, Role};

    proptest! {
        #[test]
        fn property_4_a_given_address_comes_before_its_secret_and_without_both_there_is_no_start(
            url in proptest::option::of("postgres://[a-z]{1,9}/[a-z]{1,9}"),
            secret in proptest::option::of("[a-z]{1,20}"),
        ) {
            let pairs = [("DATABASE_URL", &url), ("SEVA_DATABASE_SECRET", &secret)];
            let given = pairs
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.as_deref()?)));
            let rest = [
                ("SEVA_SECRETS", "aws"),
                ("AWS_REGION", "us-east-1"),
                ("SEVA_DATA_DIR", "/var/lib/seva"),
                ("SEVA_WHISPER_MODEL", "/models/ggml-base.bin"),
            ];
            let read = Config::read(&rest.into_iter().chain(given).collect(), Role::All);
            match (read.map(|config| config.database.source), &url, &secret) {
                (Ok(DatabaseSource::Url(used)), Some(url), _) => prop_assert_eq!(used.expose(), url),
                (Ok(DatabaseSource::Secret(used)), None, Some(secret)) => prop_assert_eq!(&used, secret),
                (Err(error), None, None) => {
                    prop_assert_eq!(error.missing, ["DATABASE_URL or SEVA_DATABASE_SECRET"]);
                }
                (read, ..) => return Err(TestCaseError::fail(format!("{read:?}"))),
            }
        }
    }
}
