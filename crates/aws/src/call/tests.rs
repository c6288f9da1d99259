#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use aws_sdk_secretsmanager::{
    config::http::HttpResponse, error::ErrorMetadata, error::SdkError,
    operation::get_secret_value::GetSecretValueError,
};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use proptest::prelude::*;
use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

use super::*;

const OPEN: Service = Service::new("secretsmanager");
const PRIVATE: Service = Service::private("s3");

/// Lines of the log, as the server writes them.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self::Writer {
        self.clone()
    }
}

/// Makes one call; gives its result, and its line as text and as JSON.
fn logged(
    service: Service,
    answer: Result<(), SdkError<GetSecretValueError, HttpResponse>>,
) -> (Result<(), PortError>, String, Value) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_writer(log.clone())
        .finish();
    let result = tracing::subscriber::with_default(subscriber, || {
        futures::executor::block_on(service.call("Operation", async { answer }))
    });
    let bytes = log.0.lock().unwrap().clone();
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.lines().count(), 1, "one line a call: {text}");
    let line = serde_json::from_str(&text).unwrap();
    (result, text, line)
}

fn refusal(
    code: &str,
    said: &str,
    status: u16,
    request_id: &str,
) -> SdkError<GetSecretValueError, HttpResponse> {
    let about = ErrorMetadata::builder().code(code).message(said).build();
    let mut raw = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
    raw.headers_mut()
        .insert("x-amzn-requestid", request_id.to_owned());
    SdkError::service_error(GetSecretValueError::generic(about), raw)
}

proptest! {
    #[test]
    fn property_34_a_failure_is_logged_with_all_that_finds_it_again(
        code in "[A-Z][A-Za-z]{3,30}",
        said in "[a-z]{5,40}",
        status in 400_u16..600,
        request_id in "[0-9a-f-]{36}",
    ) {
        let (result, _, line) = logged(OPEN, Err(refusal(&code, &said, status, &request_id)));
        let fields = &line["fields"];
        prop_assert_eq!(&fields["service"], "secretsmanager");
        prop_assert_eq!(&fields["operation"], "Operation");
        prop_assert_eq!(fields["code"].as_str(), Some(code.as_str()));
        prop_assert_eq!(fields["request_id"].as_str(), Some(request_id.as_str()));
        prop_assert!(fields["reason"].as_str().unwrap().contains(&said));
        prop_assert!(fields["milliseconds"].is_u64());
        let error = result.unwrap_err();
        prop_assert_eq!(error.code.as_deref(), Some(code.as_str()));
        prop_assert_eq!(error.request_id.as_deref(), Some(request_id.as_str()));
    }

    #[test]
    fn property_34_what_may_be_private_is_in_no_line_and_in_no_error(
        code in "[A-Z][A-Za-z]{3,30}",
        said in "[a-z]{3,9}@[a-z]{3,9}[.]example",
        status in 400_u16..600,
    ) {
        let (result, text, line) = logged(PRIVATE, Err(refusal(&code, &said, status, "id")));
        prop_assert!(!text.contains(&said), "{}", text);
        prop_assert_eq!(line["fields"]["code"].as_str(), Some(code.as_str()));
        let error = result.unwrap_err();
        let told = format!("{error} {error:?} {}", error.source);
        prop_assert!(!told.contains(&said), "{}", told);
    }

    #[test]
    fn property_47_code_and_message_are_taken_out_of_the_sdks_error(
        code in "[A-Za-z][A-Za-z0-9.:]{0,60}",
        said in "[ -!#-\\[\\]-~]{1,200}",
        status in 400_u16..600,
    ) {
        let (result, _, line) = logged(OPEN, Err(refusal(&code, &said, status, "id")));
        prop_assert_eq!(line["fields"]["code"].as_str(), Some(code.as_str()));
        let reason = line["fields"]["reason"].as_str().unwrap();
        prop_assert!(reason.ends_with(&format!(": {said}")), "{}", reason);
        let error = result.unwrap_err();
        prop_assert_eq!(error.code.as_deref(), Some(code.as_str()));
        prop_assert!(error.source.to_string().contains(&said));
    }

    #[test]
    fn property_48_a_known_code_tells_what_to_do_whatever_the_status(
        at in any::<prop::sample::Index>(),
        status in 400_u16..600,
    ) {
        let known: Vec<(&str, PortFailure)> = THROTTLED
            .iter()
            .map(|code| (*code, PortFailure::Throttled))
            .chain(DENIED.iter().map(|code| (*code, PortFailure::Denied)))
            .chain(SLOW_CLIENT.iter().map(|code| (*code, PortFailure::TimedOut)))
            .chain(
                ["ResourceNotFoundException", "NotFoundException", "NoSuchKey", "NoSuchBucket"]
                    .map(|code| (code, PortFailure::NotFound)),
            )
            .collect();
        let (code, expected) = known[at.index(known.len())];
        let (result, _, line) = logged(OPEN, Err(refusal(code, "", status, "id")));
        prop_assert_eq!(result.unwrap_err().failure, expected);
        let told = format!("{expected:?}");
        prop_assert_eq!(line["fields"]["failure"].as_str(), Some(told.as_str()));
    }
}

#[test]
fn property_36_a_success_is_logged_at_info_with_its_duration() {
    let (result, _, line) = logged(PRIVATE, Ok(()));
    result.unwrap();
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["fields"]["service"], "s3");
    assert_eq!(line["fields"]["operation"], "Operation");
    assert!(line["fields"]["milliseconds"].is_u64());
    assert_eq!(line["fields"].get("code"), None);
}

#[test]
fn property_48_an_unknown_code_is_told_by_its_status() {
    for (status, expected, may_retry) in [
        (400, PortFailure::Broken, false),
        (401, PortFailure::Denied, false),
        (403, PortFailure::Denied, false),
        (404, PortFailure::NotFound, false),
        (408, PortFailure::TimedOut, true),
        (409, PortFailure::Broken, false),
        (429, PortFailure::Throttled, true),
        (500, PortFailure::Unavailable, true),
        (503, PortFailure::Unavailable, true),
    ] {
        let (result, ..) = logged(OPEN, Err(refusal("Unheard", "", status, "id")));
        let error = result.unwrap_err();
        assert_eq!(error.failure, expected, "{status}");
        assert_eq!(error.may_retry(), may_retry, "{status}");
    }
}

#[test]
fn what_never_reached_the_service_says_why() {
    let (result, _, line) = logged(OPEN, Err(SdkError::timeout_error("slow")));
    assert_eq!(result.unwrap_err().failure, PortFailure::TimedOut);
    assert_eq!(line["fields"]["failure"], "TimedOut");
    assert_eq!(line["fields"].get("request_id"), None);
    let (result, ..) = logged(OPEN, Err(SdkError::construction_failure("no region")));
    assert_eq!(result.unwrap_err().failure, PortFailure::Broken);
}
