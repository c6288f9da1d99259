//! One line a step: what, with what result, in how long.

use std::cell::Cell;
use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::interrupt;

/// A step under way; what it says goes under its heading.
pub(crate) struct Step {
    open_line: Cell<bool>,
}

impl Step {
    /// Says what is going on, on a line of its own.
    pub(crate) fn say(&self, text: &str) {
        if self.open_line.replace(false) {
            println!();
        }
        println!("    {text}");
    }
}

/// Runs a step and prints its name, its result and its duration.
pub(crate) fn step(name: &str, work: impl FnOnce(&Step) -> Result<String>) -> Result<()> {
    interrupt::check()?;
    print!("  {name:<18} ");
    let _ = std::io::stdout().flush();
    let started = Instant::now();
    let step = Step {
        open_line: Cell::new(true),
    };
    let result = work(&step);
    if !step.open_line.get() {
        print!("  {name:<18} ");
    }
    match result {
        Ok(result) => {
            println!("{result} ({})", duration(started.elapsed()));
            Ok(())
        }
        Err(error) => {
            println!("failed ({})", duration(started.elapsed()));
            Err(error).context(name.to_owned())
        }
    }
}

/// A duration for a person: `0.4 s`, `2 min 05 s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(Duration::from_millis(440)), "0.4 s");
        assert_eq!(duration(Duration::from_secs(125)), "2 min 05 s");
    }
}
