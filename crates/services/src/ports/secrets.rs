//! Secrets.

use async_trait::async_trait;

use super::PortError;

/// A secret that can't be printed and is wiped from memory.
#[derive(Clone, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Wraps it.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// Where secrets come from.
#[async_trait]
pub trait SecretSource: Send + Sync {
    /// A 32-byte key by name (`session`, `objects`, `links`), the same one every time.
    async fn key(&self, name: &str) -> Result<Secret, PortError>;
}
