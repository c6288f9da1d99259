//! PostgreSQL refuses to run as root; then another account runs it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// The account that owns a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    /// Whoever runs this tool.
    Own,
    /// Another one, because this tool runs as root.
    Other { uid: u32, gid: u32 },
}

impl Account {
    pub(crate) fn choose() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Own);
        }
        let accounts = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
        match find(&accounts, "postgres") {
            Some((uid, gid)) => Ok(Self::Other { uid, gid }),
            None => bail!(
                "PostgreSQL refuses to run as root and there is no account `postgres`. \
                 Create it (useradd --system postgres), or run this as an ordinary user"
            ),
        }
    }

    /// Makes a command run under this account, in a folder it can enter.
    pub(crate) fn apply(self, command: &mut Command) -> &mut Command {
        if let Self::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        command.current_dir("/")
    }

    /// Makes a folder (and nothing above it) this account's own and closed to others.
    pub(crate) fn own_folder(self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        self.own(folder, 0o700)
    }

    /// Hands a file or folder to this account with the given mode.
    pub(crate) fn own(self, path: &Path, mode: u32) -> Result<()> {
        if let Self::Other { uid, gid } = self {
            chown(path, Some(uid), Some(gid))
                .with_context(|| format!("cannot hand over {}", path.display()))?;
        }
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        Ok(())
    }

    /// True if this account can enter every folder above `path` that exists.
    pub(crate) fn can_reach(self, path: &Path) -> bool {
        let Self::Other { uid, gid } = self else {
            return true;
        };
        path.ancestors()
            .skip(1)
            .filter_map(|folder| fs::metadata(folder).ok())
            .all(|folder| {
                let bit = if folder.uid() == uid {
                    0o100
                } else if folder.gid() == gid {
                    0o010
                } else {
                    0o001
                };
                folder.mode() & bit != 0
            })
    }
}

fn find(accounts: &str, name: &str) -> Option<(u32, u32)> {
    let fields: Vec<_> = accounts
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields[0] == name)?;
    Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_account_is_read_from_its_line() {
        let accounts =
            "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104::/var/lib/postgresql:/bin/bash\n";
        assert_eq!(find(accounts, "postgres"), Some((101, 104)));
        assert_eq!(find(accounts, "postgre"), None);
    }

    #[test]
    fn a_closed_folder_above_is_noticed() {
        let open = std::env::temp_dir().join(format!("xtask-reach-{}", std::process::id()));
        let inner = open.join("closed").join("data");
        fs::create_dir_all(&inner).unwrap();
        let stranger = Account::Other {
            uid: 4_000_001,
            gid: 4_000_001,
        };
        fs::set_permissions(open.join("closed"), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!stranger.can_reach(&inner));
        assert!(Account::Own.can_reach(&inner));
        fs::remove_dir_all(&open).unwrap();
    }
}
