//! Files in S3: recordings in one bucket, prescriptions in another.

use std::path::Path;

use async_trait::async_trait;
use aws_sdk_s3::{
    Client, operation::get_object::GetObjectOutput, presigning::PresigningConfig,
    primitives::ByteStream,
};
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream, stream::BoxStream};
use seva_services::ports::{
    ByteRange, LINK_LIFETIME, ObjectBody, ObjectError, ObjectStore, PortError, PortFailure,
    attachment,
};
use tokio::io::AsyncWriteExt as _;

use crate::{call::Service, put::put};

/// What S3 says of a refusal names the object's key.
const SERVICE: Service = Service::private("s3");

/// Which buckets, and under which key they are encrypted.
#[derive(Clone, Debug)]
pub struct S3Settings {
    /// Holds what is stored under `audio/`.
    pub audio_bucket: String,
    /// Holds what is stored under `prescriptions/`.
    pub prescriptions_bucket: String,
    /// A key of KMS. With none, S3 encrypts with its own (AES256).
    pub kms_key_id: Option<String>,
}

/// The object store in S3.
#[derive(Clone, Debug)]
pub struct S3Objects {
    client: Client,
    settings: S3Settings,
}

impl S3Objects {
    /// Builds it. Nothing is sent yet.
    #[must_use]
    pub const fn new(client: Client, settings: S3Settings) -> Self {
        Self { client, settings }
    }

    async fn check_bucket(&self, bucket: &str) -> Result<(), PortError> {
        let ours = self.region();
        let sent = self.client.head_bucket().bucket(bucket).send();
        match SERVICE.call("HeadBucket", sent).await {
            Ok(answer) => match answer.bucket_region() {
                Some(its) if its != ours => Err(SERVICE.broken(
                    "HeadBucket",
                    format!("the bucket {bucket} is in {its}, but AWS_REGION is {ours}"),
                )),
                _ => Ok(()),
            },
            Err(error) => {
                let what = match error.failure {
                    PortFailure::NotFound => "does not exist",
                    PortFailure::Denied => {
                        "is closed to this process: its role needs s3:ListBucket"
                    }
                    PortFailure::Broken => "can't be used: it may be in another region",
                    _ => "can't be reached",
                };
                let said = format!(
                    "the bucket {bucket} {what} ({}; region {ours})",
                    error.source
                );
                Err(PortError {
                    source: said.into(),
                    ..error
                })
            }
        }
    }

    fn region(&self) -> &str {
        self.client.config().region().map_or("", AsRef::as_ref)
    }

    fn bucket(&self, key: &str) -> Result<&str, PortError> {
        match key.split_once('/') {
            Some(("audio", _)) => Ok(&self.settings.audio_bucket),
            Some(("prescriptions", _)) => Ok(&self.settings.prescriptions_bucket),
            _ => Err(SERVICE.broken(
                "bucket",
                "only what is under audio/ or prescriptions/ has a bucket",
            )),
        }
    }

    async fn put(
        &self,
        key: &str,
        length: u64,
        mime: &str,
        body: ByteStream,
    ) -> Result<(), ObjectError> {
        let request = self
            .client
            .put_object()
            .bucket(self.bucket(key)?)
            .key(key)
            .content_type(mime)
            .body(body);
        let kms_key = self.settings.kms_key_id.as_deref();
        put(SERVICE, &self.client, request, length, kms_key).await?;
        Ok(())
    }

    async fn get(&self, key: &str, range: Option<String>) -> Result<GetObjectOutput, PortError> {
        let sent = self
            .client
            .get_object()
            .bucket(self.bucket(key)?)
            .key(key)
            .set_range(range)
            .send();
        SERVICE.call("GetObject", sent).await
    }

    /// The answer to a range that is not there tells no length.
    async fn no_such_range(&self, key: &str) -> ObjectError {
        let bucket = match self.bucket(key) {
            Ok(bucket) => bucket,
            Err(error) => return error.into(),
        };
        let sent = self.client.head_object().bucket(bucket).key(key).send();
        match SERVICE.call("HeadObject", sent).await {
            Ok(answer) => ObjectError::RangeNotSatisfiable {
                length: answer.content_length().map_or(0, natural),
            },
            Err(error) => object_error(error),
        }
    }
}

#[async_trait]
impl ObjectStore for S3Objects {
    async fn put_file(&self, key: &str, file: &Path, mime: &str) -> Result<(), ObjectError> {
        let unreadable = |error: std::io::Error| SERVICE.broken("PutObject", error);
        let length = tokio::fs::metadata(file).await.map_err(unreadable)?.len();
        // Read anew by each try, piece by piece.
        let body = ByteStream::from_path(file)
            .await
            .map_err(|error| SERVICE.broken("PutObject", error))?;
        self.put(key, length, mime, body).await
    }

    async fn put_bytes(&self, key: &str, bytes: Bytes, mime: &str) -> Result<(), ObjectError> {
        let length = bytes.len() as u64;
        self.put(key, length, mime, ByteStream::from(bytes)).await
    }

    async fn open(&self, key: &str, range: Option<ByteRange>) -> Result<ObjectBody, ObjectError> {
        if range.is_some_and(|range| range.end.is_some_and(|end| end < range.start)) {
            return Err(self.no_such_range(key).await);
        }
        match self.get(key, range.map(header)).await {
            Ok(answer) => Ok(body(answer)),
            Err(error) if error.code.as_deref() == Some("InvalidRange") => {
                Err(self.no_such_range(key).await)
            }
            Err(error) => Err(object_error(error)),
        }
    }

    async fn fetch_to(&self, key: &str, file: &Path) -> Result<(), ObjectError> {
        let body = self.open(key, None).await?;
        write_aside(body.stream, file).await
    }

    /// Both buckets are there, in the client's region, and open to this process.
    async fn check(&self) -> Result<(), PortError> {
        self.check_bucket(&self.settings.audio_bucket).await?;
        self.check_bucket(&self.settings.prescriptions_bucket).await
    }

    async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        let sent = self
            .client
            .delete_object()
            .bucket(self.bucket(key)?)
            .key(key)
            .send();
        match SERVICE
            .call("DeleteObject", sent)
            .await
            .map_err(object_error)
        {
            Err(ObjectError::NotFound) | Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// S3 refuses the link earlier if the credentials that signed it end earlier, as
    /// those of a task's role may.
    async fn download_link(&self, key: &str, file_name: &str) -> Result<String, ObjectError> {
        let lifetime = PresigningConfig::expires_in(LINK_LIFETIME)
            .map_err(|error| SERVICE.broken("presign", error))?;
        let signed = self
            .client
            .get_object()
            .bucket(self.bucket(key)?)
            .key(key)
            .response_content_disposition(attachment(file_name))
            .presigned(lifetime);
        let link = SERVICE.call("presign", signed).await?;
        Ok(link.uri().to_owned())
    }
}

fn object_error(error: PortError) -> ObjectError {
    match error.code.as_deref() {
        // The latter is the answer to HEAD, which has no body to say more. A bucket that
        // is missing is a mistake of the configuration.
        Some("NoSuchKey" | "NotFound") => ObjectError::NotFound,
        _ => error.into(),
    }
}

fn natural(length: i64) -> u64 {
    u64::try_from(length).unwrap_or(0)
}

fn header(range: ByteRange) -> String {
    match range.end {
        // What no server counts up to is the end.
        Some(end) if i64::try_from(end).is_ok() => format!("bytes={}-{end}", range.start),
        _ => format!("bytes={}-", range.start),
    }
}

fn body(answer: GetObjectOutput) -> ObjectBody {
    let sent = answer.content_length().map_or(0, natural);
    let part = answer.content_range().and_then(content_range);
    let (range, length) = part.unwrap_or(((0, sent.saturating_sub(1)), sent));
    let stream = stream::try_unfold(answer.body, |mut body| async {
        let chunk = body.try_next().await;
        let chunk = chunk.map_err(|error| SERVICE.interrupted("GetObject", error))?;
        Ok(chunk.map(|chunk| (chunk, body)))
    });
    ObjectBody {
        length,
        range,
        stream: stream.boxed(),
    }
}

/// First byte, last byte and length of `bytes 0-9/100`.
fn content_range(said: &str) -> Option<((u64, u64), u64)> {
    let (range, length) = said.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let range = (first.parse().ok()?, last.parse().ok()?);
    Some((range, length.parse().ok()?))
}

/// Writes beside `file` and moves into place: whoever looks finds all or nothing, and
/// nothing stays behind when this is given up.
async fn write_aside(
    mut chunks: BoxStream<'static, Result<Bytes, ObjectError>>,
    file: &Path,
) -> Result<(), ObjectError> {
    let failed = |error: std::io::Error| SERVICE.broken("GetObject", error);
    let folder = file.parent().unwrap_or(Path::new("."));
    let aside = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let (target, aside) = aside.into_parts();
    let mut target = tokio::fs::File::from_std(target);
    while let Some(chunk) = chunks.try_next().await? {
        target.write_all(&chunk).await.map_err(failed)?;
    }
    target.flush().await.map_err(failed)?;
    aside.persist(file).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_is_read_or_left_alone() {
        assert_eq!(content_range("bytes 1-5/10"), Some(((1, 5), 10)));
        for wrong in [
            "",
            "bytes */10",
            "bytes 1-5/*",
            "items 1-5/10",
            "bytes -5/10",
        ] {
            assert_eq!(content_range(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_end_that_no_server_counts_up_to_is_left_out() {
        let range = |start, end| header(ByteRange { start, end });
        assert_eq!(range(0, Some(9)), "bytes=0-9");
        assert_eq!(range(5, None), "bytes=5-");
        assert_eq!(range(5, Some(u64::MAX)), "bytes=5-");
    }
}
