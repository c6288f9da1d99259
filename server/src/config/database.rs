use super::{Hidden, source::Reader};

/// Where the rows are.
///
/// - `DATABASE_URL`: `postgres://user:password@host:port/database`; required
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// It may hold a password.
    pub url: Hidden,
}

impl DatabaseConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            url: reader.required("DATABASE_URL").into(),
        }
    }
}
