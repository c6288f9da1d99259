use leptos::prelude::*;

/// Which drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IconName {
    Today,
    List,
    Prescription,
    Person,
    Microphone,
    Upload,
    Search,
    Pause,
    Play,
    Stop,
    Arrow,
    Keyboard,
    File,
    Close,
    Trash,
    Check,
    Alert,
}

impl IconName {
    /// Strokes on a grid of 20.
    const fn path(self) -> &'static str {
        match self {
            Self::Today => "M4 5.5h12v11H4zM4 8.5h12M7 3.5v3M13 3.5v3M7.5 12.5l1.8 1.8 3.4-3.6",
            Self::List => "M7.5 5.5h9M7.5 10h9M7.5 14.5h9M3.5 5.5h.6M3.5 10h.6M3.5 14.5h.6",
            Self::Prescription => "M5 2.5h7l3.5 3.5v11.5H5zM12 2.5v3.5h3.5M8 10h4.5M8 13.5h4.5",
            Self::Person => {
                "M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c.5-3.3 2.8-5 6-5s5.5 1.7 6 5"
            }
            Self::Microphone => {
                "M10 2.5a2.5 2.5 0 0 1 2.5 2.5v4.5a2.5 2.5 0 0 1-5 0V5A2.5 2.5 0 0 1 10 2.5zM4.5 9.5a5.5 5.5 0 0 0 11 0M10 15v2.5M7.5 17.5h5"
            }
            Self::Upload => "M10 13V3.5M6.5 7L10 3.5 13.5 7M4 13.5v3h12v-3",
            Self::Search => "M8.8 14.1a5.3 5.3 0 1 0 0-10.6 5.3 5.3 0 0 0 0 10.6zM12.7 12.7l4 4",
            Self::Pause => "M7 4.5v11M13 4.5v11",
            Self::Play => "M6.5 4.5l9 5.5-9 5.5z",
            Self::Stop => "M5.5 5.5h9v9h-9z",
            Self::Arrow => "M4.5 10h11M11.5 6l4 4-4 4",
            Self::Keyboard => {
                "M2.5 5.5h15v9h-15zM5.5 8.5h.5M8.5 8.5h.5M11.5 8.5h.5M14 8.5h.5M6.5 11.5h7"
            }
            Self::File => {
                "M5 2.5h7l3.5 3.5v11.5H5zM12 2.5v3.5h3.5M8 11v2.5M10.2 9.5v5.5M12.5 11v2.5"
            }
            Self::Close => "M5.5 5.5l9 9M14.5 5.5l-9 9",
            Self::Trash => "M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.8 11h7.4l.8-11M8.5 8.5v5M11.5 8.5v5",
            Self::Check => "M4 10.5l4 4 8-9",
            Self::Alert => "M10 3l7.5 13.5h-15zM10 8v4M10 14.3v.2",
        }
    }
}

/// A drawing beside words; screen readers pass over it.
#[component]
pub(crate) fn Icon(name: IconName) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
            <path d=name.path()/>
        </svg>
    }
}
