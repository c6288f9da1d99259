//! The SDK's clients, all with one HTTP client and one way to retry.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_s3::config::Credentials;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};

/// The first try and three retries.
const ATTEMPTS: u32 = 4;
/// Somebody waits at a sign-in form: the first try and one retry. Each may take twice as
/// long: a pool that runs code of its own, or sends a mail, answers after it.
const ATTEMPTS_AT_THE_DOOR: u32 = 2;
const CONNECT: Duration = Duration::from_secs(5);

/// Where a service is asked other than at its public address.
#[derive(Clone, Debug, Default)]
pub struct Endpoints {
    /// Cognito.
    pub cognito: Option<String>,
    /// Comprehend Medical.
    pub comprehend: Option<String>,
    /// S3.
    pub s3: Option<String>,
    /// Secrets Manager.
    pub secrets: Option<String>,
    /// SES.
    pub ses: Option<String>,
    /// Transcribe Medical, batch.
    pub transcribe: Option<String>,
    /// Transcribe Medical, streaming.
    pub transcribe_streaming: Option<String>,
}

/// How to reach AWS. What is not here comes from the SDK's own chain: environment,
/// profile, the task's role.
#[derive(Clone, Debug)]
pub struct AwsSettings {
    /// Region of every service that has none of its own.
    pub region: Option<String>,
    /// Region of Cognito.
    pub cognito_region: Option<String>,
    /// Region of Comprehend Medical, which is not offered everywhere.
    pub comprehend_region: Option<String>,
    /// Region of SES.
    pub ses_region: Option<String>,
    /// Region of Transcribe Medical; its output bucket is there too.
    pub transcribe_region: Option<String>,
    /// Pause before the first retry, at most; it doubles.
    pub initial_backoff: Duration,
    /// No pause is longer.
    pub max_backoff: Duration,
    /// One try, from the request to the answer's beginning, of what a person may wait
    /// for: with all tries and pauses it has to end before the request does. What
    /// carries a file is given more by its size.
    pub attempt_timeout: Duration,
    /// The same for what only a worker waits for: Transcribe Medical's jobs.
    pub work_attempt_timeout: Duration,
    /// Other addresses of services.
    pub endpoints: Endpoints,
    /// Key id and secret, for an emulator.
    pub credentials: Option<Credentials>,
}

impl Default for AwsSettings {
    fn default() -> Self {
        Self {
            region: None,
            cognito_region: None,
            comprehend_region: None,
            ses_region: None,
            transcribe_region: None,
            initial_backoff: Duration::from_secs(1),
            max_backoff: Duration::from_secs(32),
            attempt_timeout: Duration::from_secs(5),
            work_attempt_timeout: Duration::from_secs(20),
            endpoints: Endpoints::default(),
            credentials: None,
        }
    }
}

impl AwsSettings {
    /// For a server on this machine that speaks AWS's protocols: known credentials,
    /// a region, and short pauses.
    #[must_use]
    pub fn for_emulator(endpoints: Endpoints) -> Self {
        Self {
            region: Some("us-east-1".to_owned()),
            initial_backoff: Duration::from_millis(20),
            max_backoff: Duration::from_millis(200),
            work_attempt_timeout: Duration::from_secs(5),
            endpoints,
            credentials: Some(Credentials::new("test", "test", None, None, "emulator")),
            ..Self::default()
        }
    }

    fn retries(&self, attempts: u32) -> RetryConfig {
        RetryConfig::standard()
            .with_max_attempts(attempts)
            .with_initial_backoff(self.initial_backoff)
            .with_max_backoff(self.max_backoff)
    }

    /// So long for each of these attempts, and for all of them no longer than they and
    /// the pauses between them take, whatever else the SDK would wait for.
    fn timeouts(&self, attempts: u32, attempt: Duration) -> TimeoutConfig {
        let pause = |retry| (self.initial_backoff * 2_u32.pow(retry)).min(self.max_backoff);
        let pauses: Duration = (0..attempts - 1).map(pause).sum();
        TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(attempt)
            .operation_timeout(attempt * attempts + pauses)
            .build()
    }
}

/// A client for each service.
#[derive(Clone, Debug)]
pub struct AwsClients {
    /// Accounts.
    pub cognito: aws_sdk_cognitoidentityprovider::Client,
    /// Medical entities.
    pub comprehend: aws_sdk_comprehendmedical::Client,
    /// Objects.
    pub s3: aws_sdk_s3::Client,
    /// Secrets.
    pub secrets: aws_sdk_secretsmanager::Client,
    /// Mail.
    pub ses: aws_sdk_sesv2::Client,
    /// Speech, as jobs.
    pub transcribe: aws_sdk_transcribe::Client,
    /// Speech, as it is played.
    pub transcribe_streaming: aws_sdk_transcribestreaming::Client,
}

impl AwsClients {
    /// Builds the clients. Nothing is sent yet.
    pub async fn connect(settings: &AwsSettings) -> Self {
        let shared = shared(settings).await;
        let at = &settings.endpoints;
        let one = |region: &Option<String>, endpoint: &Option<String>| {
            for_service(&shared, region.as_deref(), endpoint.as_deref())
        };
        let door = ATTEMPTS_AT_THE_DOOR;
        let cognito = one(&settings.cognito_region, &at.cognito)
            .into_builder()
            .retry_config(settings.retries(door))
            .timeout_config(settings.timeouts(door, settings.attempt_timeout * 2))
            .build();
        let transcribe = one(&settings.transcribe_region, &at.transcribe)
            .into_builder()
            .timeout_config(settings.timeouts(ATTEMPTS, settings.work_attempt_timeout))
            .build();
        // Speech takes as long as it is spoken; the SDK notices a stream that stands still.
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).build();
        let streaming = one(&settings.transcribe_region, &at.transcribe_streaming)
            .into_builder()
            .timeout_config(timeouts)
            .build();
        Self {
            cognito: aws_sdk_cognitoidentityprovider::Client::new(&cognito),
            comprehend: aws_sdk_comprehendmedical::Client::new(&one(
                &settings.comprehend_region,
                &at.comprehend,
            )),
            s3: aws_sdk_s3::Client::new(&one(&None, &at.s3)),
            secrets: aws_sdk_secretsmanager::Client::new(&one(&None, &at.secrets)),
            ses: aws_sdk_sesv2::Client::new(&one(&settings.ses_region, &at.ses)),
            transcribe: aws_sdk_transcribe::Client::new(&transcribe),
            transcribe_streaming: aws_sdk_transcribestreaming::Client::new(&streaming),
        }
    }
}

async fn shared(settings: &AwsSettings) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .retry_config(settings.retries(ATTEMPTS))
        .timeout_config(settings.timeouts(ATTEMPTS, settings.attempt_timeout));
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(credentials) = &settings.credentials {
        loader = loader.credentials_provider(credentials.clone());
    }
    loader.load().await
}

fn for_service(shared: &SdkConfig, region: Option<&str>, endpoint: Option<&str>) -> SdkConfig {
    let mut builder = shared.to_builder();
    if let Some(region) = region {
        builder = builder.region(Region::new(region.to_owned()));
    }
    if let Some(endpoint) = endpoint {
        builder = builder.endpoint_url(endpoint);
    }
    builder.build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const REGION: &str = "[a-z]{2}-[a-z]{4,9}-[1-9]";

    /// The server gives a request up after 30 s: before that, all tries have to be over,
    /// or nobody would be told what happened.
    #[tokio::test]
    async fn property_49_all_tries_of_what_a_person_waits_for_fit_into_a_request() {
        let settings = AwsSettings {
            region: Some("us-east-1".to_owned()),
            credentials: Some(Credentials::new("test", "test", None, None, "test")),
            ..AwsSettings::default()
        };
        let clients = AwsClients::connect(&settings).await;
        macro_rules! waits {
            ($($client:ident)*) => {
                [$((
                    stringify!($client),
                    clients.$client.config().timeout_config().cloned().unwrap(),
                    clients.$client.config().retry_config().cloned().unwrap(),
                )),*]
            };
        }
        for (client, timeouts, retries) in waits!(cognito comprehend s3 secrets ses) {
            let attempts = if client == "cognito" { 2 } else { 4 };
            assert_eq!(retries.max_attempts(), attempts, "{client}");
            let longest = timeouts.operation_timeout().unwrap();
            assert!(longest <= Duration::from_secs(28), "{client}: {longest:?}");
            let attempt = timeouts.operation_attempt_timeout().unwrap();
            assert!(attempt * attempts <= longest, "{client}: {attempt:?}");
        }
        let speech = clients.transcribe_streaming.config().timeout_config();
        assert_eq!(speech.unwrap().operation_timeout(), None);
    }

    proptest! {
        #[test]
        fn property_1_each_client_is_there_and_in_its_region(
            region in REGION,
            cognito in prop::option::of(REGION),
            comprehend in prop::option::of(REGION),
            ses in prop::option::of(REGION),
            transcribe in prop::option::of(REGION),
        ) {
            let settings = AwsSettings {
                region: Some(region.clone()),
                cognito_region: cognito.clone(),
                comprehend_region: comprehend.clone(),
                ses_region: ses.clone(),
                transcribe_region: transcribe.clone(),
                ..AwsSettings::for_emulator(Endpoints::default())
            };
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let clients = runtime.unwrap().block_on(AwsClients::connect(&settings));
            let own = |own: &Option<String>| own.clone().unwrap_or_else(|| region.clone());
            for (found, expected) in [
                (clients.cognito.config().region(), own(&cognito)),
                (clients.comprehend.config().region(), own(&comprehend)),
                (clients.s3.config().region(), region.clone()),
                (clients.secrets.config().region(), region.clone()),
                (clients.ses.config().region(), own(&ses)),
                (clients.transcribe.config().region(), own(&transcribe)),
                (clients.transcribe_streaming.config().region(), own(&transcribe)),
            ] {
                prop_assert_eq!(found.map(Region::as_ref), Some(expected.as_str()));
            }
        }
    }
}
