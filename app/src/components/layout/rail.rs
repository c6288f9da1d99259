use leptos::prelude::*;
use leptos_router::components::A;

use crate::components::common::{Icon, IconName};

/// The ways through the site: at the left on a laptop, below on a phone, where
/// Dictate sits large in the middle.
#[component]
pub(super) fn Rail() -> impl IntoView {
    view! {
        <nav class="rail" aria-label="Main">
            <a class="rail__brand" href="/" aria-label="SEVA Arogya, Today">"SEVA"</a>
            <ul class="rail__list">
                <li class="rail__dictate">
                    <a class="button" href="/dictations/new" title="Dictate (N)" aria-keyshortcuts="n">
                        <Icon name=IconName::Microphone/>
                        <span>"Dictate"</span>
                    </a>
                </li>
                <li><RailLink href="/" exact=true icon=IconName::Today label="Today" title="Today (T)"/></li>
                <li><RailLink href="/dictations" icon=IconName::List label="Dictations" title="All dictations"/></li>
                <li><RailLink href="/prescriptions" icon=IconName::Prescription label="Prescriptions" title="All prescriptions"/></li>
                <li><RailLink href="/profile" icon=IconName::Person label="Profile" title="Your profile"/></li>
            </ul>
        </nav>
    }
}

#[component]
fn RailLink(
    href: &'static str,
    #[prop(optional)] exact: bool,
    icon: IconName,
    label: &'static str,
    title: &'static str,
) -> impl IntoView {
    view! {
        <A href=href exact=exact attr:class="rail__link" attr:title=title>
            <Icon name=icon/>
            <span>{label}</span>
        </A>
    }
}
