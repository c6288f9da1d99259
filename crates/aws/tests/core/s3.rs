//! S3 by Ministack. It is stricter than AWS in one place and laxer in two:
//! - `aws:kms` needs a key's id (AWS would take its own key); SEVA always names one.
//! - It takes any key's id, and asks no policy whether the key may be used.
//! - A link that is signed by credentials that ended still works, if it is not too old.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use bytes::Bytes;
use seva_aws::{AwsClients, S3Objects, S3Settings};
use seva_services::ports::{ByteRange, ObjectError, ObjectStore, PortFailure};
use seva_testkit::contracts;
use time::{OffsetDateTime, PrimitiveDateTime, macros::format_description};

use crate::world::{bucket, clients};

struct World {
    clients: AwsClients,
    settings: S3Settings,
    objects: S3Objects,
}

async fn world(kms_key_id: Option<&str>) -> World {
    let clients = clients().await;
    let settings = S3Settings {
        audio_bucket: bucket(&clients, "audio").await,
        prescriptions_bucket: bucket(&clients, "prescriptions").await,
        kms_key_id: kms_key_id.map(str::to_owned),
    };
    World {
        objects: S3Objects::new(clients.s3.clone(), settings.clone()),
        clients,
        settings,
    }
}

/// The value of a link's parameter.
fn parameter<'a>(link: &'a str, name: &str) -> &'a str {
    let query = link.split_once('?').unwrap().1;
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        .unwrap()
}

async fn follow(link: &str) -> reqwest::Response {
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    browser.get(link).send().await.unwrap()
}

#[async_trait]
impl contracts::ObjectWorld for World {
    fn objects(&self) -> &dyn ObjectStore {
        &self.objects
    }

    async fn download(&self, link: &str) -> Option<Bytes> {
        let answer = follow(link).await.error_for_status().ok()?;
        Some(answer.bytes().await.unwrap())
    }

    fn lifetime(&self, link: &str) -> Duration {
        let form = format_description!("[year][month][day]T[hour][minute][second]Z");
        let signed = PrimitiveDateTime::parse(parameter(link, "X-Amz-Date"), form).unwrap();
        let lives = Duration::from_secs(parameter(link, "X-Amz-Expires").parse().unwrap());
        let ends = signed.assume_utc() + lives;
        (ends - OffsetDateTime::now_utc()).try_into().unwrap()
    }
}

#[tokio::test]
async fn s3_keeps_the_contract_of_the_object_store() {
    contracts::object_store(async || world(None).await).await;
}

#[tokio::test]
async fn property_15_each_kind_of_file_goes_into_its_bucket_encrypted_and_with_its_type() {
    let world = world(None).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), b"RIFF").unwrap();
    let put = world
        .objects
        .put_file("audio/u/a.wav", file.path(), "audio/wav");
    put.await.unwrap();
    let pdf = Bytes::from_static(b"%PDF");
    let put = world
        .objects
        .put_bytes("prescriptions/u/1.pdf", pdf, "application/pdf");
    put.await.unwrap();
    for (bucket, key, mime) in [
        (&world.settings.audio_bucket, "audio/u/a.wav", "audio/wav"),
        (
            &world.settings.prescriptions_bucket,
            "prescriptions/u/1.pdf",
            "application/pdf",
        ),
    ] {
        let head = world.clients.s3.head_object().bucket(bucket).key(key);
        let head = head.send().await.unwrap();
        let encryption = head.server_side_encryption().unwrap();
        assert_eq!(encryption.as_str(), "AES256", "{key}");
        assert_eq!(head.content_type(), Some(mime), "{key}");
    }
    // The emulator tells only what was asked for, so the header was sent.
    let raw = world.clients.s3.put_object();
    let raw = raw.bucket(&world.settings.audio_bucket).key("audio/raw");
    raw.send().await.unwrap();
    let head = world.clients.s3.head_object();
    let head = head.bucket(&world.settings.audio_bucket).key("audio/raw");
    assert_eq!(head.send().await.unwrap().server_side_encryption(), None);
}

#[tokio::test]
async fn a_configured_key_of_kms_encrypts() {
    let world = world(Some("alias/seva")).await;
    let put = world
        .objects
        .put_bytes("audio/u/a.wav", Bytes::from_static(b"x"), "audio/wav");
    put.await.unwrap();
    let head = world.clients.s3.head_object();
    let head = head
        .bucket(&world.settings.audio_bucket)
        .key("audio/u/a.wav");
    let head = head.send().await.unwrap();
    assert_eq!(head.server_side_encryption().unwrap().as_str(), "aws:kms");
    assert!(head.ssekms_key_id().unwrap().contains("alias/seva"));
}

#[tokio::test]
async fn property_27_a_link_lives_for_exactly_an_hour_and_names_the_file() {
    let world = world(None).await;
    let key = "prescriptions/u/1.pdf";
    let put = world
        .objects
        .put_bytes(key, Bytes::from_static(b"%PDF"), "application/pdf");
    put.await.unwrap();
    let link = world
        .objects
        .download_link(key, "prescription क.pdf")
        .await
        .unwrap();
    assert_eq!(parameter(&link, "X-Amz-Expires"), "3600");
    let answer = follow(&link).await;
    assert_eq!(
        answer.headers()["content-disposition"],
        "attachment; filename=\"prescription _.pdf\"; filename*=UTF-8''prescription%20%E0%A4%95.pdf"
    );
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    let unsigned = link.split_once('?').unwrap().0;
    assert_eq!(follow(unsigned).await.status(), 403);
}

#[tokio::test]
async fn odd_ranges_and_empty_objects_are_answered_as_on_this_machine() {
    let world = world(None).await;
    let key = "audio/u/a.wav";
    let put = |bytes: &'static [u8]| {
        world
            .objects
            .put_bytes(key, Bytes::from_static(bytes), "audio/wav")
    };
    put(b"0123456789").await.unwrap();
    for (start, end) in [(5, Some(4)), (10, None), (u64::MAX, None)] {
        match world
            .objects
            .open(key, Some(ByteRange { start, end }))
            .await
        {
            Err(ObjectError::RangeNotSatisfiable { length: 10 }) => {}
            Err(other) => panic!("{start}-{end:?}: {other:?}"),
            Ok(_) => panic!("{start}-{end:?} was given"),
        }
    }
    put(b"").await.unwrap();
    let body = world.objects.open(key, None).await.unwrap();
    assert_eq!((body.length, body.range), (0, (0, 0)));
    let range = ByteRange {
        start: 0,
        end: None,
    };
    assert!(matches!(
        world.objects.open(key, Some(range)).await,
        Err(ObjectError::RangeNotSatisfiable { length: 0 })
    ));
}

#[tokio::test]
async fn a_key_that_belongs_to_no_bucket_is_refused() {
    let world = world(None).await;
    for key in ["", "audio", "other/u/a.wav", "../audio/x"] {
        match world.objects.open(key, None).await {
            Err(ObjectError::Port(error)) => assert_eq!(error.failure, PortFailure::Broken),
            _ => panic!("{key} has a bucket"),
        }
    }
}

#[tokio::test]
async fn the_check_tells_which_bucket_is_wrong_and_why() {
    let world = world(None).await;
    world.objects.check().await.unwrap();

    let with = |prescriptions_bucket: &str| {
        let settings = S3Settings {
            prescriptions_bucket: prescriptions_bucket.to_owned(),
            ..world.settings.clone()
        };
        S3Objects::new(world.clients.s3.clone(), settings)
    };
    let missing = with("nowhere").check().await.unwrap_err();
    assert_eq!(missing.failure, PortFailure::NotFound);
    let said = missing.source.to_string();
    assert!(
        said.starts_with("the bucket nowhere does not exist"),
        "{said}"
    );

    let create = world.clients.s3.create_bucket().bucket("far-away");
    let place = CreateBucketConfiguration::builder()
        .location_constraint(BucketLocationConstraint::EuWest1)
        .build();
    let created = create.create_bucket_configuration(place).send().await;
    created.unwrap();
    let elsewhere = with("far-away").check().await.unwrap_err();
    assert_eq!(elsewhere.failure, PortFailure::Broken);
    let said = elsewhere.source.to_string();
    assert!(said.contains("far-away"), "{said}");
    assert!(said.contains("region"), "{said}");
}
