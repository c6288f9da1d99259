//! Storing an object in S3: encrypted, and given time by its size.

use std::time::Duration;

use aws_sdk_s3::{
    Client,
    config::{Config, timeout::TimeoutConfig},
    operation::put_object::builders::PutObjectFluentBuilder,
    types::ServerSideEncryption,
};
use seva_services::ports::PortError;

use crate::call::Service;

/// The slowest line that an upload is given time for, in bytes a second.
const SLOWEST_LINE: u64 = 64 * 1024;

/// Sends `request`, of `length` bytes. They are encrypted under `kms_key`, with none
/// under a key of S3's own (AES256).
pub(crate) async fn put(
    service: Service,
    client: &Client,
    request: PutObjectFluentBuilder,
    length: u64,
    kms_key: Option<&str>,
) -> Result<(), PortError> {
    let request = match kms_key {
        None => request.server_side_encryption(ServerSideEncryption::Aes256),
        Some(key) => request
            .server_side_encryption(ServerSideEncryption::AwsKms)
            .ssekms_key_id(key)
            // One question to KMS for many objects.
            .bucket_key_enabled(true),
    };
    let sent = request
        .customize()
        .config_override(time_for(client, length))
        .send();
    service.call("PutObject", sent).await.map(drop)
}

/// A try may take the usual time and what the bytes need on a slow line.
fn time_for(client: &Client, length: u64) -> aws_sdk_s3::config::Builder {
    let usual = client.config().timeout_config();
    let longer = usual
        .and_then(TimeoutConfig::operation_attempt_timeout)
        .map(|usual| usual + Duration::from_secs(length / SLOWEST_LINE));
    // The tries together are as long as they are.
    let mut timeouts = TimeoutConfig::builder().disable_operation_timeout();
    timeouts
        .set_operation_attempt_timeout(longer)
        .set_connect_timeout(usual.and_then(TimeoutConfig::connect_timeout));
    Config::builder().timeout_config(timeouts.build())
}
