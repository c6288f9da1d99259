//! `postgres://user:password@host:port/database?options`, as far as this tool must take it apart.

use anyhow::{Context as _, Result};

/// The address of a PostgreSQL server. Its password is kept apart: command lines can be seen.
pub(crate) struct DatabaseUrl {
    /// With `://`.
    scheme: String,
    /// As written, percent-encoded; `@` follows it.
    user: Option<String>,
    /// As written, percent-encoded.
    password: Option<String>,
    /// Host and port.
    host: String,
    /// The database it names, as written; empty for the server's default.
    database: String,
    /// Without those that name a password or a database.
    options: Vec<String>,
}

impl DatabaseUrl {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let (scheme, rest) = text
            .split_once("://")
            .filter(|(scheme, _)| ["postgres", "postgresql"].contains(scheme))
            .context(
                "DATABASE_URL is not an address like postgres://user:password@host:port/database",
            )?;
        let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (account, host) = match authority.rsplit_once('@') {
            Some((account, host)) => (Some(account), host),
            None => (None, authority),
        };
        let (user, mut password) = match account.map(|account| account.split_once(':')) {
            Some(Some((user, password))) => (Some(user), Some(password)),
            Some(None) => (account, None),
            None => (None, None),
        };
        let mut options = Vec::new();
        let (path, written) = tail.split_once('?').unwrap_or((tail, ""));
        let mut database = path.trim_start_matches('/');
        for option in written.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("password", value)) => password = Some(value),
                Some(("dbname", value)) => database = value,
                _ => options.push(option.to_owned()),
            }
        }
        Ok(Self {
            scheme: format!("{scheme}://"),
            user: user.map(str::to_owned),
            password: password.map(str::to_owned),
            host: host.to_owned(),
            database: database.to_owned(),
            options,
        })
    }

    /// The address of another database on this server, with the password.
    pub(crate) fn beside(&self, database: &str) -> String {
        self.write(database, self.password.as_deref())
    }

    /// This address without the password.
    pub(crate) fn without_password(&self) -> String {
        self.write(&self.database, None)
    }

    /// The password itself, no longer percent-encoded.
    pub(crate) fn password(&self) -> Option<String> {
        self.password.as_deref().map(decode)
    }

    fn write(&self, database: &str, password: Option<&str>) -> String {
        let mut url = self.scheme.clone();
        if self.user.is_some() || password.is_some() {
            url.push_str(self.user.as_deref().unwrap_or_default());
            if let Some(password) = password {
                url.push(':');
                url.push_str(password);
            }
            url.push('@');
        }
        url.push_str(&self.host);
        url.push('/');
        url.push_str(database);
        if !self.options.is_empty() {
            url.push('?');
            url.push_str(&self.options.join("&"));
        }
        url
    }
}

/// Percent-encoded text in the clear; what is no encoding stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .filter(|_| first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn another_database_of_the_same_server_is_named() {
        for (given, expected) in [
            ("postgres://localhost", "postgres://localhost/other"),
            (
                "postgres://me@localhost:5433/clinic",
                "postgres://me@localhost:5433/other",
            ),
            (
                "postgresql://me:a%40b%2Fc@db.example/clinic?sslmode=require&dbname=clinic",
                "postgresql://me:a%40b%2Fc@db.example/other?sslmode=require",
            ),
            (
                "postgres:///clinic?host=/run/postgresql",
                "postgres:///other?host=/run/postgresql",
            ),
        ] {
            assert_eq!(DatabaseUrl::parse(given).unwrap().beside("other"), expected);
        }
    }

    #[test]
    fn the_password_is_kept_off_command_lines() {
        for given in [
            "postgres://me:s%40cret%25@db/clinic?sslmode=prefer",
            "postgres://me@db/?password=s%40cret%25&dbname=clinic&sslmode=prefer",
        ] {
            let url = DatabaseUrl::parse(given).unwrap();
            assert_eq!(
                url.without_password(),
                "postgres://me@db/clinic?sslmode=prefer"
            );
            assert_eq!(url.password().as_deref(), Some("s@cret%"));
        }
        assert!(
            DatabaseUrl::parse("postgres://me@db/clinic")
                .unwrap()
                .password()
                .is_none()
        );
    }

    #[test]
    fn an_address_of_something_else_is_refused() {
        assert!(DatabaseUrl::parse("mysql://me@db/clinic").is_err());
        assert!(DatabaseUrl::parse("clinic").is_err());
    }
}
