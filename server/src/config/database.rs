use super::{Hidden, Provider, source::Reader};

/// Where the rows are.
///
/// - `DATABASE_URL`: `postgres://user:password@host:port/database`; required,
///   unless the secrets are on AWS and the next one is set
/// - `SEVA_DATABASE_SECRET`: name of a secret of Secrets Manager with the
///   credentials, as RDS writes it
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// Where the address comes from.
    pub source: DatabaseSource,
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
        Self { source }
    }
}
