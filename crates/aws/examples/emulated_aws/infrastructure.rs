//! What a server finds in an account, set up as `infra/` does it.

use std::collections::BTreeMap;

use aws_sdk_cognitoidentityprovider::types::{
    AttributeDataType, EmailConfigurationType, EmailSendingAccountType, ExplicitAuthFlowsType,
    PasswordPolicyType, PreventUserExistenceErrorTypes, SchemaAttributeType,
    SoftwareTokenMfaConfigType, StringAttributeConstraintsType, TimeUnitsType,
    TokenValidityUnitsType, UserPoolMfaType, UserPoolPolicyType, UserPoolTierType,
    UsernameAttributeType, UsernameConfigurationType, VerifiedAttributeType,
};
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use reqwest::Url;
use serde_json::{Value, json};
use seva_aws::AwsClients;

/// What everything is named after.
const NAME: &str = "seva";
const ACCOUNT: &str = "000000000000";
const MAIL_DOMAIN: &str = "clinic.example";
const MAIL_FROM: &str = "no-reply@clinic.example";
const POSTGRESQL_PORT: u16 = 5432;

/// What was made.
pub(crate) struct Infrastructure {
    pub(crate) audio_bucket: String,
    pub(crate) prescriptions_bucket: String,
    user_pool: String,
    client: String,
    client_secret: String,
    /// Where the database is: a variable and its value.
    database: (&'static str, String),
}

impl Infrastructure {
    pub(crate) async fn make(clients: &AwsClients, database_url: &str) -> Self {
        mail(clients).await;
        let user_pool = user_pool(clients).await;
        let (client, client_secret) = app_client(clients, &user_pool).await;
        secret(clients, "session", &hex(&rand::random::<[u8; 32]>())).await;
        let database = match credentials(database_url) {
            Some(credentials) => {
                secret(clients, "database", &credentials.to_string()).await;
                ("SEVA_DATABASE_SECRET", "database".to_owned())
            }
            None => ("DATABASE_URL", database_url.to_owned()),
        };
        Self {
            audio_bucket: bucket(clients, "audio").await,
            prescriptions_bucket: bucket(clients, "prescriptions").await,
            user_pool,
            client,
            client_secret,
            database,
        }
    }

    /// What a server is told, in the words of `infra/environment.tf`.
    pub(crate) fn environment(&self) -> BTreeMap<&'static str, String> {
        let mut environment = BTreeMap::from(
            [
                ("SEVA_PROFILE", "aws"),
                ("SEVA_COGNITO_USER_POOL_ID", self.user_pool.as_str()),
                ("SEVA_COGNITO_CLIENT_ID", &self.client),
                ("SEVA_COGNITO_CLIENT_SECRET", &self.client_secret),
                ("SEVA_COGNITO_ROLE", "doctor"),
                ("SEVA_S3_AUDIO_BUCKET", &self.audio_bucket),
                ("SEVA_S3_PRESCRIPTIONS_BUCKET", &self.prescriptions_bucket),
                ("SEVA_SECRETS_PREFIX", NAME),
                ("SEVA_SES_FROM", MAIL_FROM),
                ("SEVA_SES_CONFIGURATION_SET", NAME),
            ]
            .map(|(name, value)| (name, value.to_owned())),
        );
        let (name, value) = self.database.clone();
        environment.insert(name, value);
        environment
    }

    /// Where the emulator at this address publishes the pool's keys.
    pub(crate) fn keys_at(&self, url: &str) -> String {
        format!("{url}/{}/.well-known/jwks.json", self.user_pool)
    }
}

async fn mail(clients: &AwsClients) {
    let set = clients.ses.create_configuration_set();
    set.configuration_set_name(NAME).send().await.unwrap();
    let identity = clients.ses.create_email_identity();
    let identity = identity.email_identity(MAIL_DOMAIN);
    let identity = identity.configuration_set_name(NAME);
    identity.send().await.unwrap();
}

async fn user_pool(clients: &AwsClients) -> String {
    let password = PasswordPolicyType::builder()
        .minimum_length(8)
        .require_lowercase(true)
        .require_uppercase(true)
        .require_numbers(true)
        .require_symbols(true)
        .temporary_password_validity_days(3)
        .build();
    let lengths = StringAttributeConstraintsType::builder()
        .min_length("1")
        .max_length("32")
        .build();
    let role = SchemaAttributeType::builder()
        .name("role")
        .attribute_data_type(AttributeDataType::String)
        .mutable(true)
        .string_attribute_constraints(lengths)
        .build();
    let any_case = UsernameConfigurationType::builder().case_sensitive(false);
    let mail = EmailConfigurationType::builder()
        .email_sending_account(EmailSendingAccountType::Developer)
        .source_arn(format!(
            "arn:aws:ses:us-east-1:{ACCOUNT}:identity/{MAIL_DOMAIN}"
        ))
        .from(MAIL_FROM)
        .configuration_set(NAME)
        .build();
    let made = clients
        .cognito
        .create_user_pool()
        .pool_name(NAME)
        .user_pool_tier(UserPoolTierType::Essentials)
        .username_attributes(UsernameAttributeType::Email)
        .auto_verified_attributes(VerifiedAttributeType::Email)
        .username_configuration(any_case.build().unwrap())
        .policies(
            UserPoolPolicyType::builder()
                .password_policy(password)
                .build(),
        )
        .schema(role)
        .email_configuration(mail)
        .send()
        .await
        .unwrap();
    let id = made.user_pool.unwrap().id.unwrap();
    let authenticator = SoftwareTokenMfaConfigType::builder().enabled(true);
    clients
        .cognito
        .set_user_pool_mfa_config()
        .user_pool_id(&id)
        .mfa_configuration(UserPoolMfaType::Optional)
        .software_token_mfa_configuration(authenticator.build())
        .send()
        .await
        .unwrap();
    id
}

/// The app client's id and its secret.
async fn app_client(clients: &AwsClients, pool: &str) -> (String, String) {
    let units = TokenValidityUnitsType::builder()
        .access_token(TimeUnitsType::Minutes)
        .id_token(TimeUnitsType::Minutes)
        .refresh_token(TimeUnitsType::Hours)
        .build();
    let own = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    let made = clients
        .cognito
        .create_user_pool_client()
        .user_pool_id(pool)
        .client_name(format!("{NAME}-web"))
        .generate_secret(true)
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowUserPasswordAuth)
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowRefreshTokenAuth)
        .prevent_user_existence_errors(PreventUserExistenceErrorTypes::Enabled)
        .enable_token_revocation(true)
        .set_read_attributes(own(&["email", "email_verified", "name", "custom:role"]))
        .set_write_attributes(own(&["email", "name", "custom:role"]))
        .access_token_validity(60)
        .id_token_validity(60)
        .refresh_token_validity(24)
        .auth_session_validity(5)
        .token_validity_units(units)
        .send()
        .await
        .unwrap();
    let made = made.user_pool_client.unwrap();
    (made.client_id.unwrap(), made.client_secret.unwrap())
}

async fn bucket(clients: &AwsClients, kind: &str) -> String {
    let name = format!("{NAME}-{kind}-{ACCOUNT}");
    let create = clients.s3.create_bucket().bucket(&name);
    create.send().await.unwrap();
    let versions = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled);
    clients
        .s3
        .put_bucket_versioning()
        .bucket(&name)
        .versioning_configuration(versions.build())
        .send()
        .await
        .unwrap();
    name
}

async fn secret(clients: &AwsClients, name: &str, text: &str) {
    let create = clients.secrets.create_secret();
    let create = create.name(format!("{NAME}/{name}")).secret_string(text);
    create.send().await.unwrap();
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// In the form that RDS writes. `None` when the address has no place in it: there is
/// no password, the host is a directory, a part is percent-encoded.
fn credentials(url: &str) -> Option<Value> {
    let url = Url::parse(url).ok()?;
    let plain = |part: &str| (!part.is_empty() && !part.contains('%')).then(|| part.to_owned());
    let mut sslmode = "prefer".to_owned();
    for (option, value) in url.query_pairs() {
        match &*option {
            "sslmode" => sslmode = value.into_owned(),
            _ => return None,
        }
    }
    Some(json!({
        "engine": "postgres",
        "host": plain(url.host_str()?)?,
        "port": url.port().unwrap_or(POSTGRESQL_PORT),
        "dbname": plain(url.path().trim_start_matches('/'))?,
        "username": plain(url.username())?,
        "password": plain(url.password()?)?,
        "sslmode": sslmode,
    }))
}
