//! Every page and its address.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    browser::page,
    clock::provide_clock,
    components::{
        common::provide_toasts,
        layout::{Frame, Lobby},
    },
    pages::{
        challenge::ChallengePage,
        confirm::ConfirmPage,
        dictation::DictationPage,
        dictations::DictationsPage,
        forgot_password::ForgotPasswordPage,
        mailbox::MailboxPage,
        new_dictation::NewDictationPage,
        not_found::NotFoundPage,
        prescription::PrescriptionPage,
        prescriptions::PrescriptionsPage,
        profile::{ProfilePage, access_tokens::AccessTokensPage},
        register::RegisterPage,
        reset_password::ResetPasswordPage,
        sign_in::SignInPage,
        today::TodayPage,
        verify::VerifyPage,
    },
};

/// The application. `Async` everywhere: the page arrives whole, so it can be
/// read, and its forms used, without JavaScript.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_clock();
    provide_toasts();
    // From here on clicks are answered by the page itself.
    Effect::new(|_| page::mark_hydrated());

    view! {
        <Title formatter=|page: String| if page.is_empty() { "SEVA Arogya".to_owned() } else { format!("{page} · SEVA Arogya") }/>
        <Router>
            <Routes fallback=NotFoundPage>
                // signed in
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("/") view=TodayPage ssr=SsrMode::Async/>
                    <Route path=path!("/dictations") view=DictationsPage ssr=SsrMode::Async/>
                    <Route path=path!("/dictations/new") view=NewDictationPage ssr=SsrMode::Async/>
                    <Route path=path!("/dictations/:id") view=DictationPage ssr=SsrMode::Async/>
                    <Route path=path!("/prescriptions") view=PrescriptionsPage ssr=SsrMode::Async/>
                    <Route path=path!("/prescriptions/:id") view=PrescriptionPage ssr=SsrMode::Async/>
                    <Route path=path!("/profile") view=ProfilePage ssr=SsrMode::Async/>
                    <Route path=path!("/profile/tokens") view=AccessTokensPage ssr=SsrMode::Async/>
                </ParentRoute>
                // open to everybody
                <ParentRoute path=path!("") view=Lobby ssr=SsrMode::Async>
                    <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                    <Route path=path!("/sign-in/challenge") view=ChallengePage ssr=SsrMode::Async/>
                    <Route path=path!("/forgot-password") view=ForgotPasswordPage ssr=SsrMode::Async/>
                    <Route path=path!("/reset-password") view=ResetPasswordPage ssr=SsrMode::Async/>
                    <Route path=path!("/register") view=RegisterPage ssr=SsrMode::Async/>
                    <Route path=path!("/confirm") view=ConfirmPage ssr=SsrMode::Async/>
                    <Route path=path!("/dev/mailbox") view=MailboxPage ssr=SsrMode::Async/>
                    <Route path=path!("/verify/:code") view=VerifyPage ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
