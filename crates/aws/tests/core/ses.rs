//! SES by Ministack. It keeps no note of the configuration set a message was sent with,
//! and every identity is verified as soon as it is made.

use async_trait::async_trait;
use serde_json::json;
use seva_aws::{AwsClients, SesMailer, SesSettings};
use seva_model::EmailAddress;
use seva_services::ports::{Mail, Mailer, PortFailure};
use seva_testkit::{
    contracts,
    emulators::{Microburst, Ministack, SentMail},
};

use crate::world::{clients, fresh, settings};

struct World {
    clients: AwsClients,
    from: String,
    mailer: SesMailer,
}

/// A sender of its own tells one world's messages from another's.
async fn world() -> World {
    let clients = clients().await;
    let from = format!("{}@clinic.example", fresh("seva"));
    let made = clients.ses.create_email_identity().email_identity(&from);
    made.send().await.unwrap();
    World {
        mailer: SesMailer::new(clients.ses.clone(), sender(&from, None)),
        clients,
        from,
    }
}

fn sender(from: &str, configuration_set: Option<&str>) -> SesSettings {
    SesSettings {
        from: from.to_owned(),
        configuration_set: configuration_set.map(str::to_owned),
    }
}

impl World {
    async fn sent(&self) -> Vec<SentMail> {
        let mut all = Ministack::shared().await.sent_mail().await;
        all.retain(|mail| mail.from == self.from);
        all
    }
}

#[async_trait]
impl contracts::MailWorld for World {
    fn mailer(&self) -> &dyn Mailer {
        &self.mailer
    }

    async fn inbox(&self, email: &EmailAddress) -> Vec<(String, String)> {
        let mut mine = self.sent().await;
        mine.retain(|mail| mail.to == [email.as_str()]);
        mine.into_iter()
            .map(|mail| (mail.subject, mail.text))
            .collect()
    }
}

fn mail() -> Mail {
    Mail {
        to: "doctor@clinic.example".parse().unwrap(),
        subject: "A code".to_owned(),
        text: "Your code is 123456".to_owned(),
        html: "<p>Your code is <b>123456</b></p>".to_owned(),
    }
}

#[tokio::test]
async fn ses_keeps_the_contract_of_the_mailer() {
    contracts::mailer(async || world().await).await;
}

#[tokio::test]
async fn a_message_has_text_and_html() {
    let world = world().await;
    world.mailer.send(&mail()).await.unwrap();
    let sent = world.sent().await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].text, mail().text);
    assert_eq!(sent[0].html, mail().html);
}

#[tokio::test]
async fn the_configuration_set_goes_along() {
    let world = world().await;
    let front = Microburst::start(Ministack::shared().await.url()).await;
    // It looks at what was sent, which the emulator behind does not show.
    let rule =
        json!([{"service": "ses", "body": "ConfigurationSetName == 'seva-mail'", "latency": 1}]);
    front.set_rules(&rule).await;
    let watched = AwsClients::connect(&settings(front.url())).await;
    let plain = SesMailer::new(watched.ses.clone(), sender(&world.from, None));
    plain.send(&mail()).await.unwrap();
    assert_eq!(front.fired().await.len(), 0);
    let with = SesMailer::new(watched.ses, sender(&world.from, Some("seva-mail")));
    with.send(&mail()).await.unwrap();
    assert_eq!(front.fired().await.len(), 1);
    assert_eq!(world.sent().await.len(), 2);
}

#[tokio::test]
async fn the_check_tells_what_ses_does_not_know() {
    let world = world().await;
    let check = async |from: &str, set: Option<&str>| {
        let mailer = SesMailer::new(world.clients.ses.clone(), sender(from, set));
        mailer.check().await
    };
    check(&world.from, None).await.unwrap();
    check(&format!("SEVA Arogya <{}>", world.from), None)
        .await
        .unwrap();

    let stranger = check("who@stranger.example", None).await.unwrap_err();
    assert_eq!(stranger.failure, PortFailure::Broken);
    let said = stranger.source.to_string();
    assert!(said.contains("has not verified stranger.example"), "{said}");
    let domain = world.clients.ses.create_email_identity();
    domain
        .email_identity("stranger.example")
        .send()
        .await
        .unwrap();
    check("who@stranger.example", None).await.unwrap();

    let set = fresh("set");
    let unknown = check(&world.from, Some(&set)).await.unwrap_err();
    assert_eq!(unknown.failure, PortFailure::NotFound);
    assert!(unknown.source.to_string().contains(&set));
    let made = world.clients.ses.create_configuration_set();
    made.configuration_set_name(&set).send().await.unwrap();
    check(&world.from, Some(&set)).await.unwrap();
}
