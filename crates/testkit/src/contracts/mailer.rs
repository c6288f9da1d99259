use async_trait::async_trait;
use seva_model::EmailAddress;
use seva_services::ports::{Mail, Mailer};

/// A mail service with nothing in its mailboxes.
#[async_trait]
pub trait MailWorld: Send + Sync {
    /// The adapter.
    fn mailer(&self) -> &dyn Mailer;

    /// Subjects and texts that arrived at the address, oldest first.
    async fn inbox(&self, email: &EmailAddress) -> Vec<(String, String)>;
}

/// Runs the whole contract of [`Mailer`].
///
/// # Panics
/// At the first promise that is not kept.
pub async fn mailer<W: MailWorld>(make: impl AsyncFn() -> W) {
    let world = make().await;
    let [asha, ravi] = ["asha@contract.example", "ravi@contract.example"]
        .map(|text| text.parse::<EmailAddress>().expect("an e-mail address"));
    let mails = [
        (
            &asha,
            "Your code",
            "Your code is 123456.\n\nIt lives for an hour.\n",
        ),
        (&asha, "आपका कोड", "नमस्ते — “654321”\n.\nEnd of text"),
        (&ravi, "Your code", "Another"),
    ];
    for (to, subject, text) in mails {
        world
            .mailer()
            .send(&Mail {
                to: to.clone(),
                subject: subject.to_owned(),
                text: text.to_owned(),
                html: format!("<!doctype html><p>{text}</p>"),
            })
            .await
            .expect("sending");
    }
    for receiver in [&asha, &ravi] {
        let expected: Vec<(String, String)> = mails
            .iter()
            .filter(|(to, ..)| *to == receiver)
            .map(|(_, subject, text)| ((*subject).to_owned(), (*text).to_owned()))
            .collect();
        assert_eq!(world.inbox(receiver).await, expected);
    }
}
