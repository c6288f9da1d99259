use super::{Hidden, Provider, ProvidersConfig, source::Reader};

/// Amazon Web Services, as far as a port is on it. Credentials come from the SDK's
/// own chain: environment, profile, the task's role.
///
/// - `AWS_REGION`: region of everything below that has none of its own; required
/// - `SEVA_COGNITO_REGION`, `SEVA_COMPREHEND_REGION`, `SEVA_SES_REGION`,
///   `SEVA_TRANSCRIBE_REGION`: region of one service; Comprehend Medical is not
///   offered everywhere
#[derive(Clone, Debug)]
pub struct AwsConfig {
    /// Region of every service that has none of its own.
    pub region: String,
    /// Region of Cognito.
    pub cognito_region: Option<String>,
    /// Region of Comprehend Medical.
    pub comprehend_region: Option<String>,
    /// Region of SES.
    pub ses_region: Option<String>,
    /// Region of Transcribe Medical.
    pub transcribe_region: Option<String>,
    /// Accounts.
    pub cognito: CognitoConfig,
    /// Files.
    pub s3: S3Config,
    /// Secrets.
    pub secrets: SecretsConfig,
    /// Mail.
    pub ses: SesConfig,
}

/// Accounts.
///
/// - `SEVA_COGNITO_USER_POOL_ID`, `SEVA_COGNITO_CLIENT_ID`: required when the
///   identity is `aws`
/// - `SEVA_COGNITO_CLIENT_SECRET`: where the client has one
/// - `SEVA_COGNITO_ISSUER`: `iss` of the tokens; by region and pool
/// - `SEVA_COGNITO_JWKS_URL`: the pool's public keys; by the issuer
/// - `SEVA_COGNITO_ROLE`: `custom:role` of a new account, where the pool has the
///   attribute and the client may write it
#[derive(Clone, Debug)]
pub struct CognitoConfig {
    /// The pool.
    pub user_pool_id: String,
    /// The app client.
    pub client_id: String,
    /// The app client's secret.
    pub client_secret: Option<Hidden>,
    /// `iss` of the tokens.
    pub issuer: Option<String>,
    /// The pool's public keys.
    pub jwks_url: Option<String>,
    /// `custom:role` of a new account.
    pub role: Option<String>,
}

/// Files.
///
/// - `SEVA_S3_AUDIO_BUCKET`, `SEVA_S3_PRESCRIPTIONS_BUCKET`: required when the
///   objects are `aws`
/// - `SEVA_S3_KMS_KEY_ID`: encrypts with this key of KMS instead of S3's own
/// - `SEVA_TRANSCRIBE_OUTPUT_BUCKET`: where Transcribe Medical writes; the bucket
///   of the recordings, and required when those are not on AWS or in another region
/// - `SEVA_TRANSCRIBE_KMS_KEY_ID`: encrypts there with this key of KMS;
///   `SEVA_S3_KMS_KEY_ID`, or S3's own key in another region
#[derive(Clone, Debug)]
pub struct S3Config {
    /// Recordings.
    pub audio_bucket: String,
    /// Prescriptions.
    pub prescriptions_bucket: String,
    /// A key of KMS.
    pub kms_key_id: Option<String>,
    /// Where Transcribe Medical writes.
    pub transcribe_output_bucket: String,
    /// A key of KMS for what is there.
    pub transcribe_kms_key_id: Option<String>,
    /// Whether Transcribe Medical is in a region that has none of the recordings: it
    /// reads buckets of its own region alone, and a key belongs to one region.
    pub transcribe_is_apart: bool,
}

/// Secrets.
///
/// - `SEVA_SECRETS_PREFIX`: the secrets are named `PREFIX/session` and so on; `seva`
#[derive(Clone, Debug)]
pub struct SecretsConfig {
    /// What the secrets' names begin with.
    pub prefix: String,
}

/// Mail.
///
/// - `SEVA_SES_FROM`: the sender's address; required when the mailer is `aws`
/// - `SEVA_SES_CONFIGURATION_SET`: SES's own settings of a message
#[derive(Clone, Debug)]
pub struct SesConfig {
    /// The sender's address.
    pub from: String,
    /// SES's own settings of a message.
    pub configuration_set: Option<String>,
}

impl AwsConfig {
    pub(super) fn read(reader: &mut Reader<'_>, providers: &ProvidersConfig) -> Self {
        let on_aws = |provider| provider == Provider::Aws;
        let region = reader.needed("AWS_REGION", providers.any_aws());
        let mut optional = |name| reader.optional(name).map(str::to_owned);
        let cognito_region = optional("SEVA_COGNITO_REGION");
        let comprehend_region = optional("SEVA_COMPREHEND_REGION");
        let ses_region = optional("SEVA_SES_REGION");
        let transcribe_region = optional("SEVA_TRANSCRIBE_REGION");
        let apart = transcribe_region.as_ref().is_some_and(|its| *its != region);
        Self {
            region,
            cognito_region,
            comprehend_region,
            ses_region,
            transcribe_region,
            cognito: CognitoConfig::read(reader, on_aws(providers.identity)),
            s3: S3Config::read(reader, providers, apart),
            secrets: SecretsConfig {
                prefix: reader.text("SEVA_SECRETS_PREFIX", "seva"),
            },
            ses: SesConfig {
                from: reader.needed("SEVA_SES_FROM", on_aws(providers.mailer)),
                configuration_set: reader
                    .optional("SEVA_SES_CONFIGURATION_SET")
                    .map(str::to_owned),
            },
        }
    }
}

impl CognitoConfig {
    fn read(reader: &mut Reader<'_>, needed: bool) -> Self {
        Self {
            user_pool_id: reader.needed("SEVA_COGNITO_USER_POOL_ID", needed),
            client_id: reader.needed("SEVA_COGNITO_CLIENT_ID", needed),
            client_secret: reader.secret("SEVA_COGNITO_CLIENT_SECRET"),
            issuer: reader.optional("SEVA_COGNITO_ISSUER").map(str::to_owned),
            jwks_url: reader.optional("SEVA_COGNITO_JWKS_URL").map(str::to_owned),
            role: reader.optional("SEVA_COGNITO_ROLE").map(str::to_owned),
        }
    }
}

impl S3Config {
    fn read(reader: &mut Reader<'_>, providers: &ProvidersConfig, apart: bool) -> Self {
        const OUTPUT: &str = "SEVA_TRANSCRIBE_OUTPUT_BUCKET";
        let files = providers.objects == Provider::Aws;
        let audio_bucket = reader.needed("SEVA_S3_AUDIO_BUCKET", files);
        let transcribe_output_bucket = if files && !apart {
            reader.text(OUTPUT, &audio_bucket)
        } else {
            reader.needed(OUTPUT, providers.transcriber == Provider::Aws)
        };
        let kms_key_id = reader.optional("SEVA_S3_KMS_KEY_ID").map(str::to_owned);
        let transcribe_kms_key_id = reader
            .optional("SEVA_TRANSCRIBE_KMS_KEY_ID")
            .map(str::to_owned)
            .or_else(|| kms_key_id.clone().filter(|_| !apart));
        Self {
            prescriptions_bucket: reader.needed("SEVA_S3_PRESCRIPTIONS_BUCKET", files),
            kms_key_id,
            transcribe_output_bucket,
            transcribe_kms_key_id,
            transcribe_is_apart: apart,
            audio_bucket,
        }
    }
}
