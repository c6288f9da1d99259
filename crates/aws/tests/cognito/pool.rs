//! A user pool in the emulator.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_cognitoidentityprovider::{
    Client,
    types::{
        AttributeDataType, EmailConfigurationType, ExplicitAuthFlowsType,
        PreventUserExistenceErrorTypes, SchemaAttributeType, SoftwareTokenMfaConfigType,
        UserPoolMfaType, UsernameAttributeType, VerifiedAttributeType,
    },
};
use seva_aws::{AwsClients, AwsSettings, CognitoIdentity, CognitoSettings, Endpoints};
use seva_model::{ConfirmationCode, EmailAddress};
use seva_services::ports::{Authenticated, Identity as _, IdentityError, Secret, SignInStep};
use seva_testkit::emulators::Ministack;

use crate::people::{done, email, password, registration};

/// A pool of its own in the emulator that all tests of this process share.
pub(crate) struct Pool {
    pub(crate) ministack: &'static Ministack,
    pub(crate) clients: AwsClients,
    /// The pool's id.
    pub(crate) id: String,
    pub(crate) settings: CognitoSettings,
    pub(crate) identity: CognitoIdentity,
    /// Whose mail this pool's is.
    pub(crate) sender: String,
}

/// How an app client is made.
#[derive(Clone, Copy)]
pub(crate) struct AppClient {
    pub(crate) has_secret: bool,
    pub(crate) hides_unknown_people: bool,
}

pub(crate) const USUAL: AppClient = AppClient {
    has_secret: true,
    hides_unknown_people: true,
};

pub(crate) fn at(url: &str) -> AwsSettings {
    AwsSettings::for_emulator(Endpoints {
        cognito: Some(url.to_owned()),
        ..Endpoints::default()
    })
}

impl Pool {
    pub(crate) async fn new() -> Self {
        Self::of(USUAL).await
    }

    pub(crate) async fn of(client: AppClient) -> Self {
        let ministack = Ministack::shared().await;
        let clients = AwsClients::connect(&at(ministack.url())).await;
        static POOLS: AtomicU32 = AtomicU32::new(0);
        let number = POOLS.fetch_add(1, Ordering::Relaxed);
        let sender = format!("pool-{number}@clinic.example");
        let id = user_pool(&clients.cognito, &sender).await;
        let (client_id, client_secret) = app_client(&clients.cognito, &id, client).await;
        let settings = CognitoSettings {
            client_secret: client_secret.map(|text| Secret::new(text.into_bytes())),
            jwks_url: format!("{}/{id}/.well-known/jwks.json", ministack.url()),
            role: Some("doctor".to_owned()),
            ..CognitoSettings::new(&id, &client_id)
        };
        Self {
            ministack,
            identity: CognitoIdentity::new(&clients, settings.clone()),
            clients,
            id,
            settings,
            sender,
        }
    }

    /// The codes in this pool's mail to the address, oldest first.
    pub(crate) async fn codes_sent_to(&self, email: &EmailAddress) -> Vec<ConfirmationCode> {
        let mail = self.ministack.sent_mail().await.into_iter();
        let ours = mail.filter(|mail| {
            mail.from == self.sender && mail.to.iter().any(|to| to == email.as_str())
        });
        ours.map(|mail| {
            let digits = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
            let mut words = mail.text.split(|c: char| !c.is_alphanumeric());
            words.find(digits).unwrap().parse().unwrap()
        })
        .collect()
    }

    /// Another view of the same pool.
    pub(crate) fn seen_with(&self, settings: CognitoSettings) -> CognitoIdentity {
        CognitoIdentity::new(&self.clients, settings)
    }

    pub(crate) async fn confirmed(&self) -> String {
        let registered = self.identity.register(&registration()).await.unwrap();
        let code = self.codes_sent_to(&email()).await.pop().unwrap();
        self.identity.confirm(&email(), &code).await.unwrap();
        registered.subject
    }

    pub(crate) async fn sign_in(&self) -> Result<SignInStep, IdentityError> {
        self.identity.authenticate(&email(), &password()).await
    }

    pub(crate) async fn person(&self) -> Authenticated {
        self.confirmed().await;
        done(self.sign_in().await)
    }
}

pub(crate) async fn user_pool(client: &Client, sender: &str) -> String {
    let role = SchemaAttributeType::builder()
        .name("role")
        .attribute_data_type(AttributeDataType::String)
        .mutable(true)
        .build();
    let made = client
        .create_user_pool()
        .pool_name("doctors")
        .username_attributes(UsernameAttributeType::Email)
        .auto_verified_attributes(VerifiedAttributeType::Email)
        .schema(role)
        .email_configuration(EmailConfigurationType::builder().from(sender).build())
        .send()
        .await
        .unwrap();
    let id = made.user_pool.unwrap().id.unwrap();
    client
        .set_user_pool_mfa_config()
        .user_pool_id(&id)
        .mfa_configuration(UserPoolMfaType::Optional)
        .software_token_mfa_configuration(
            SoftwareTokenMfaConfigType::builder().enabled(true).build(),
        )
        .send()
        .await
        .unwrap();
    id
}

pub(crate) async fn app_client(
    client: &Client,
    pool: &str,
    wanted: AppClient,
) -> (String, Option<String>) {
    let hiding = if wanted.hides_unknown_people {
        PreventUserExistenceErrorTypes::Enabled
    } else {
        PreventUserExistenceErrorTypes::Legacy
    };
    let made = client
        .create_user_pool_client()
        .user_pool_id(pool)
        .client_name("seva")
        .generate_secret(wanted.has_secret)
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowUserPasswordAuth)
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowRefreshTokenAuth)
        .prevent_user_existence_errors(hiding)
        .enable_token_revocation(true)
        .send()
        .await
        .unwrap();
    let made = made.user_pool_client.unwrap();
    (made.client_id.unwrap(), made.client_secret)
}
