//! Light, dark, or as the system says.

use crate::browser::cookies;

const COOKIE: &str = "seva-theme";

/// What the doctor chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// In the order of the form.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Value in the form and in the cookie.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What the form shows.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::System => "As the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// An unknown name means the system.
    pub(crate) fn from_name(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|theme| theme.name() == name)
            .unwrap_or_default()
    }

    /// Value of `data-theme` on the root; none leaves it to the system.
    pub(crate) const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light | Self::Dark => Some(self.name()),
        }
    }

    /// The text of `Set-Cookie`.
    #[cfg(feature = "ssr")]
    pub(crate) fn cookie(self) -> String {
        cookies::line(COOKIE, self.name())
    }

    /// Shows it at once and remembers it. In the browser only.
    pub(crate) fn apply(self) {
        cookies::write(COOKIE, self.name());
        if let Some(root) = leptos::prelude::document().document_element() {
            // Setting an attribute with a constant name can't fail.
            let _ = match self.attribute() {
                Some(value) => root.set_attribute("data-theme", value),
                None => root.remove_attribute("data-theme"),
            };
        }
    }
}

/// What was chosen in this browser.
pub(crate) fn chosen() -> Theme {
    cookies::read(COOKIE).map_or_else(Theme::default, |name| Theme::from_name(&name))
}
