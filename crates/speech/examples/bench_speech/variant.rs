//! Other settings of the engine, measured beside the usual ones.

use seva_speech::{Doses, Engine, EngineOptions, Search, Window};

use super::form::{self, Form};
use super::support;

/// Settings as in "search=greedy,window=whole".
pub(crate) struct Variant {
    /// As it was given.
    pub(crate) name: String,
    pub(crate) engine: EngineOptions,
    pub(crate) doses: Doses,
    form: Option<Form>,
}

impl Variant {
    pub(crate) fn usual() -> Self {
        Self {
            name: "SEVA".to_owned(),
            engine: support::options(),
            doses: Doses::default(),
            form: None,
        }
    }

    /// What is not set is as usual.
    ///
    /// # Errors
    /// A sentence that says what can be set.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let name = text.to_owned();
        let mut variant = Self {
            name,
            ..Self::usual()
        };
        for setting in text.split(',') {
            variant.set(setting).ok_or(format!(
                "{setting:?} is no setting. There are search=beam5, search=greedy, \
                 search=greedy+beam5@-0.4, window=whole, window=sound, model=bf16, \
                 model=q8_0, doses=heard, doses=figures and doses=units."
            ))?;
        }
        Ok(variant)
    }

    fn set(&mut self, setting: &str) -> Option<()> {
        let (key, value) = setting.split_once('=')?;
        match (key, value) {
            ("search", value) => self.engine.search = search(value)?,
            ("window", "whole") => self.engine.window = Window::Whole,
            ("window", "sound") => self.engine.window = Window::Sound,
            ("model", value) => self.form = Some(Form::parse(value)?),
            ("doses", "heard") => self.doses = Doses::AsHeard,
            ("doses", "figures") => self.doses = Doses::Figures,
            ("doses", "units") => self.doses = Doses::FiguresAndUnits,
            _ => return None,
        }
        Some(())
    }

    /// The engine with these settings; the model goes through a file of its own if it has to.
    pub(crate) fn load(&self) -> Result<Engine, String> {
        let Some(form) = self.form else {
            return support::load(&support::model_path(), self.engine);
        };
        let file = std::env::temp_dir().join(format!("seva-model-{}.bin", std::process::id()));
        let engine = form::convert(&support::model_path(), form, &file)
            .and_then(|()| support::load(&file, self.engine));
        let _ = std::fs::remove_file(file);
        engine
    }
}

fn search(value: &str) -> Option<Search> {
    if let Some((beam, doubtful)) = value
        .strip_prefix("greedy+beam")
        .and_then(|v| v.split_once('@'))
    {
        return Some(Search::GreedyThenBeam {
            beam: beam.parse().ok()?,
            doubtful: doubtful.parse().ok()?,
        });
    }
    match value.strip_prefix("beam") {
        Some(size) => size.parse().ok().map(Search::Beam),
        None => (value == "greedy").then_some(Search::Greedy),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn settings_are_read() {
        let usual = support::options();
        let given = Variant::parse("search=greedy+beam3@-0.35,window=whole,doses=units").unwrap();
        let search = Search::GreedyThenBeam {
            beam: 3,
            doubtful: -0.35,
        };
        let expected = EngineOptions {
            search,
            window: Window::Whole,
            ..usual
        };
        assert_eq!(
            (given.engine, given.doses),
            (expected, Doses::FiguresAndUnits)
        );
        assert_eq!(
            Variant::parse("search=beam2").unwrap().engine.search,
            Search::Beam(2)
        );
        assert_eq!(Variant::parse("model=bf16").unwrap().form, Some(Form::Bf16));
        for wrong in [
            "",
            "search",
            "search=best",
            "search=beam",
            "window=wide",
            "model=f64",
        ] {
            assert!(Variant::parse(wrong).is_err(), "{wrong}");
        }
    }
}
