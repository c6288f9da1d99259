//! Stages of checking: each is run, timed and noted, and one table closes the report.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::interrupt;
use crate::steps::duration;

enum Outcome {
    Passed(String),
    Failed(String),
}

/// What was checked so far.
#[derive(Default)]
pub(crate) struct Report {
    stages: Vec<(&'static str, Outcome, Duration)>,
}

impl Report {
    /// Runs a stage. A failure is noted and the next stage still runs: one report shows all of them.
    pub(crate) fn stage(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<String>,
    ) -> Result<bool> {
        interrupt::check()?;
        println!("\n── {name} ──");
        let started = Instant::now();
        let outcome = match work() {
            Ok(said) => Outcome::Passed(said),
            Err(error) => {
                interrupt::check()?;
                println!("{error:#}");
                Outcome::Failed(error.to_string())
            }
        };
        let passed = matches!(outcome, Outcome::Passed(_));
        self.stages.push((name, outcome, started.elapsed()));
        Ok(passed)
    }

    /// Prints the table; fails if any stage did.
    pub(crate) fn finish(self) -> Result<()> {
        print!("\n{}", self.table());
        let failed = self.failed();
        println!(
            "stages: {} passed, {failed} failed",
            self.stages.len() - failed
        );
        if failed > 0 {
            bail!("{failed} of {} stages failed", self.stages.len());
        }
        Ok(())
    }

    fn failed(&self) -> usize {
        self.stages
            .iter()
            .filter(|(_, outcome, _)| matches!(outcome, Outcome::Failed(_)))
            .count()
    }

    fn table(&self) -> String {
        self.stages
            .iter()
            .map(|(name, outcome, time)| {
                let (word, said) = match outcome {
                    Outcome::Passed(said) => ("ok", said),
                    Outcome::Failed(said) => ("FAILED", said),
                };
                let said = said.lines().next().unwrap_or_default();
                format!("{name:<22} {word:<7} {:>12}  {said}\n", duration(*time))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_failed_stage_does_not_stop_the_next_but_fails_the_whole() {
        let mut report = Report::default();
        assert!(
            !report
                .stage("first", || bail!("broken\nwith details"))
                .unwrap()
        );
        assert!(report.stage("second", || Ok("fine".to_owned())).unwrap());
        let table = report.table();
        assert!(table.contains("first") && table.contains("FAILED") && table.contains("broken"));
        assert!(!table.contains("details") && table.contains("fine"));
        assert_eq!(
            report.finish().unwrap_err().to_string(),
            "1 of 2 stages failed"
        );
    }
}
