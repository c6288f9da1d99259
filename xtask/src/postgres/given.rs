//! The server that `DATABASE_URL` names, borrowed for tests.
//!
//! The database of that address is the user's and is left alone: the tests get databases of
//! their own beside it, which go when the tests end.

use std::cell::RefCell;
use std::path::PathBuf;
use std::process::Command;
use std::{env, process};

use anyhow::{Context as _, Result, bail};

use super::programs;
use super::url::DatabaseUrl;
use crate::shell;
use crate::steps::Step;

/// What seva-testkit copies its databases from; none is touched while anybody tests.
const IDLE_TEMPLATES: &str = "SELECT datname FROM pg_database \
     WHERE datname ~ '^seva_template_[0-9a-f]{16}$' \
     AND NOT EXISTS (SELECT FROM pg_database WHERE datname ~ '^seva_test_')";

/// A server that lets its role create databases.
pub(crate) struct GivenServer {
    psql: PathBuf,
    url: DatabaseUrl,
    created: RefCell<Vec<String>>,
}

impl GivenServer {
    /// Connects once, and says what to do when the tests cannot have databases there.
    pub(crate) fn of_environment(step: &Step) -> Result<Self> {
        let url = env::var("DATABASE_URL").context("DATABASE_URL is not set")?;
        let server = Self {
            psql: programs::client(step)?,
            url: DatabaseUrl::parse(&url)?,
            created: RefCell::default(),
        };
        let may = server
            .ask("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            .context("the server of DATABASE_URL does not answer")?;
        if may.trim() != "t" {
            bail!(
                "the role of DATABASE_URL may not create the databases that tests need: allow it \
                 (ALTER ROLE ... CREATEDB), or unset DATABASE_URL, and the tests start a \
                 PostgreSQL of their own"
            );
        }
        Ok(server)
    }

    /// An empty database, dropped when this is. Returns its address.
    pub(crate) fn create(&self, purpose: &str) -> Result<String> {
        // Others may borrow the same server at the same time.
        let name = format!("{purpose}_{}", process::id());
        self.drop_database(&name)?;
        self.ask(&format!("CREATE DATABASE \"{name}\""))?;
        let url = self.url.beside(&name);
        self.created.borrow_mut().push(name);
        Ok(url)
    }

    fn drop_database(&self, name: &str) -> Result<()> {
        self.ask(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"))
            .map(drop)
    }

    fn ask(&self, statement: &str) -> Result<String> {
        let mut psql = Command::new(&self.psql);
        if let Some(password) = self.url.password() {
            psql.env("PGPASSWORD", password);
        }
        psql.args(["--no-psqlrc", "--quiet", "--no-password"])
            .args(["--set", "ON_ERROR_STOP=1", "--tuples-only", "--no-align"])
            .args(["--dbname", &self.url.without_password()])
            .args(["--command", statement]);
        shell::output_to_the_end(&mut psql)
    }

    fn clean_up(&self) -> Result<()> {
        for name in self.created.take() {
            self.drop_database(&name)?;
        }
        for template in self.ask(IDLE_TEMPLATES)?.lines() {
            self.ask(&format!("ALTER DATABASE \"{template}\" IS_TEMPLATE false"))?;
            self.drop_database(template)?;
        }
        Ok(())
    }
}

impl Drop for GivenServer {
    fn drop(&mut self) {
        if let Err(error) = self.clean_up() {
            eprintln!("databases of the tests are left on the server of DATABASE_URL: {error:#}");
        }
    }
}
