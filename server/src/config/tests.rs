#![allow(clippy::unwrap_used)]
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// What the AWS family needs besides.
const AWS: [(&str, &str); 6] = [
    ("AWS_REGION", "us-east-1"),
    ("SEVA_COGNITO_USER_POOL_ID", "us-east-1_pool"),
    ("SEVA_COGNITO_CLIENT_ID", "client"),
    ("SEVA_S3_AUDIO_BUCKET", "audio"),
    ("SEVA_S3_PRESCRIPTIONS_BUCKET", "prescriptions"),
    ("SEVA_SES_FROM", "seva@clinic.example"),
];

/// Everything that is required when all ports are on AWS.
const REQUIRED: [(&str, &str); 8] = [
    AWS[0],
    AWS[1],
    AWS[2],
    AWS[3],
    AWS[4],
    AWS[5],
    ("DATABASE_URL", "postgres://localhost/seva"),
    ("SEVA_DATA_DIR", "/var/lib/seva"),
];

const COMPLETE: [(&str, &str); 3] = [
    ("DATABASE_URL", "postgres://seva:hunter2@localhost/seva"),
    ("SEVA_DATA_DIR", "/var/lib/seva"),
    ("SEVA_WHISPER_MODEL", "/models/ggml-base.bin"),
];

fn read<'a>(extra: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Config, ConfigError> {
    let variables = COMPLETE.into_iter().chain(extra).collect();
    Config::read(&variables, Role::All)
}

#[test]
fn property_38_every_missing_name_is_in_one_message() {
    let error = Config::read(&Variables::default(), Role::All).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The configuration is not complete. Not set: SEVA_DATA_DIR, DATABASE_URL, \
         SEVA_WHISPER_MODEL. See docs/configuration.md."
    );
    // An empty value is none.
    let variables = [("DATABASE_URL", " "), COMPLETE[1], COMPLETE[2]];
    let error = Config::read(&variables.into_iter().collect(), Role::All).unwrap_err();
    assert_eq!(error.missing, ["DATABASE_URL"]);
}

#[test]
fn every_wrong_value_is_named_and_none_is_quoted() {
    let error = read([
        ("SEVA_PROFILE", "secret-profile"),
        ("SEVA_ADDR", "secret-address"),
        ("SEVA_DEMO", "secret-flag"),
        ("SEVA_BASE_URL", "http://secret.example"),
        ("SEVA_WORKER_PARALLEL", "secret-number"),
    ])
    .unwrap_err();
    let message = error.to_string();
    for name in [
        "SEVA_PROFILE",
        "SEVA_ADDR",
        "SEVA_DEMO",
        "SEVA_BASE_URL",
        "SEVA_WORKER_PARALLEL",
    ] {
        assert!(message.contains(name), "{name}: {message}");
    }
    assert!(!message.contains("secret"), "{message}");
}

#[test]
fn the_debug_output_hides_the_password_of_the_database() {
    let config = read([]).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
    let DatabaseSource::Url(url) = &config.database.source else {
        panic!("a given address is used");
    };
    assert!(url.expose().contains("hunter2"));
    let shown: Vec<String> = config.used.iter().map(ToString::to_string).collect();
    assert!(!shown.concat().contains("hunter2"));
}

#[test]
fn one_port_may_differ_from_the_profile() {
    let ports = [("SEVA_PROFILE", "aws"), ("SEVA_TRANSCRIBER", "local")];
    let config = read(AWS.into_iter().chain(ports)).unwrap();
    assert_eq!(config.providers.transcriber, Provider::Local);
    assert_eq!(config.providers.objects, Provider::Aws);
}

#[test]
fn a_transcriber_in_the_cloud_needs_no_model_here() {
    let variables = [
        ("DATABASE_URL", "postgres://localhost/seva"),
        ("SEVA_DATA_DIR", "/var/lib/seva"),
        ("SEVA_TRANSCRIBER", "aws"),
        ("SEVA_OBJECTS", "aws"),
    ];
    let variables = AWS.into_iter().chain(variables).collect();
    assert!(Config::read(&variables, Role::Web).is_ok());
}

#[test]
fn transcribe_medical_needs_a_bucket_even_if_files_are_here() {
    let variables = [("SEVA_TRANSCRIBER", "aws"), ("AWS_REGION", "us-east-1")];
    let error = read(variables).unwrap_err();
    assert_eq!(error.missing, ["SEVA_TRANSCRIBE_OUTPUT_BUCKET"]);
}

#[test]
fn transcribe_medical_in_a_region_of_its_own_has_a_bucket_and_a_key_of_its_own() {
    let there = [
        ("SEVA_PROFILE", "aws"),
        ("SEVA_S3_KMS_KEY_ID", "key-of-the-recordings"),
        ("SEVA_TRANSCRIBE_REGION", "eu-west-1"),
    ];
    let error = read(AWS.into_iter().chain(there)).unwrap_err();
    assert_eq!(error.missing, ["SEVA_TRANSCRIBE_OUTPUT_BUCKET"]);

    let bucket = ("SEVA_TRANSCRIBE_OUTPUT_BUCKET", "transcripts");
    let there = || AWS.into_iter().chain(there).chain([bucket]);
    let s3 = read(there()).unwrap().aws.s3;
    assert!(s3.transcribe_is_apart);
    assert_eq!(s3.transcribe_kms_key_id, None);
    let key = ("SEVA_TRANSCRIBE_KMS_KEY_ID", "key-of-the-transcripts");
    let s3 = read(there().chain([key])).unwrap().aws.s3;
    assert_eq!(s3.transcribe_kms_key_id.as_deref(), Some(key.1));
    assert_eq!(s3.kms_key_id.as_deref(), Some("key-of-the-recordings"));

    // The same region by name is none of its own.
    let here = there().chain([("SEVA_TRANSCRIBE_REGION", "us-east-1")]);
    let s3 = read(here).unwrap().aws.s3;
    assert!(!s3.transcribe_is_apart);
    assert_eq!(s3.transcribe_kms_key_id, s3.kms_key_id);
}

#[test]
fn the_database_may_be_named_by_a_secret() {
    let variables = [
        ("SEVA_DATA_DIR", "/var/lib/seva"),
        ("SEVA_PROFILE", "aws"),
        ("SEVA_DATABASE_SECRET", "database"),
    ];
    let variables = AWS.into_iter().chain(variables).collect();
    let config = Config::read(&variables, Role::All).unwrap();
    assert!(matches!(config.database.source, DatabaseSource::Secret(name) if name == "database"));
}

#[test]
fn a_session_key_is_32_bytes_or_refused() {
    assert!(read([("SEVA_SESSION_KEY", "ab".repeat(32).as_str())]).is_ok());
    for bad in ["ab", "not hexadecimal", "zz"] {
        let error = read([("SEVA_SESSION_KEY", bad)]).unwrap_err();
        assert!(error.to_string().contains("SEVA_SESSION_KEY"), "{error}");
        assert!(!error.to_string().contains("hexadecimal zz"), "{error}");
    }
}

/// The names of variables in a text.
fn names(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
        .filter(|word| {
            ["SEVA_", "LEPTOS_", "OTEL_", "AWS_REGION", "DATABASE_URL"]
                .iter()
                .any(|p| word.starts_with(p))
        })
        .filter(|word| word.len() > "LEPTOS_".len())
        .collect()
}

#[test]
fn the_documents_name_every_variable_and_no_other() {
    let config = read([]).unwrap();
    let read: BTreeSet<&str> = config.used.iter().map(|used| used.name).collect();
    let documented = names(include_str!("../../../docs/configuration.md"));
    assert_eq!(
        documented, read,
        "docs/configuration.md and the code differ"
    );
    let example = names(include_str!("../../../.env.example"));
    let built: BTreeSet<&str> = read
        .into_iter()
        .filter(|name| !name.starts_with("LEPTOS_"))
        .collect();
    assert_eq!(example, built, ".env.example and the code differ");
}

#[test]
fn what_the_infrastructure_sets_is_complete() {
    let text = include_str!("../../../infra/environment.tf");
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let set = lines.filter_map(|(name, value)| {
        let name = name.trim();
        // Where Terraform computes a value, any of the right form stands for it.
        let value = match name {
            "SEVA_ADDR" => "0.0.0.0:3000",
            "SEVA_BASE_URL" => "https://seva.example",
            "SEVA_TRUSTED_PROXIES" => "10.20.0.0/16",
            "SEVA_WORKER_PARALLEL" => "4",
            _ => value.trim().trim_matches('"'),
        };
        let is_variable = name.starts_with("SEVA_") || name == "AWS_REGION";
        is_variable.then_some((name, value))
    });
    let variables: Variables = set.collect();
    for role in [Role::Web, Role::Worker] {
        Config::read(&variables, role).unwrap();
    }
}

proptest! {
    /// Properties 38 and 39: whichever required values are missing, the start is
    /// refused, and one message names each of them and no other.
    #[test]
    fn property_39_missing_configuration_error_reporting(present in proptest::collection::vec(any::<bool>(), REQUIRED.len())) {
        let given = REQUIRED.into_iter().zip(&present).filter(|(_, there)| **there);
        let variables = given.map(|(pair, _)| pair).chain([("SEVA_PROFILE", "aws")]).collect();
        let missing: BTreeSet<&str> = REQUIRED
            .into_iter()
            .zip(&present)
            .filter(|(_, there)| !**there)
            .map(|((name, _), _)| match name {
                "DATABASE_URL" => "DATABASE_URL or SEVA_DATABASE_SECRET",
                other => other,
            })
            .collect();
        match Config::read(&variables, Role::All) {
            Ok(_) => prop_assert!(missing.is_empty()),
            Err(error) => {
                prop_assert_eq!(error.missing.iter().copied().collect::<BTreeSet<_>>(), missing.clone());
                for name in missing {
                    prop_assert!(error.to_string().contains(name));
                }
            }
        }
    }
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for good in [
        "https://seva.example",
        "https://seva.example:8443",
        "http://127.0.0.1:3000",
        "http://localhost:3000",
        "http://[::1]:3000",
    ] {
        assert_eq!(BaseUrl::parse(good).unwrap().as_str(), good);
        let slash = format!("{good}/");
        assert_eq!(BaseUrl::parse(&slash).unwrap().as_str(), good);
    }
    for bad in [
        "seva.example",
        "http://seva.example",
        "http://127.0.0.1.example",
        "ftp://localhost",
        "https://user@seva.example",
        "https://seva.example/path",
        "https://seva.example?x",
        "https://seva.example//",
        "",
    ] {
        assert_eq!(BaseUrl::parse(bad), None, "{bad:?}");
    }
    // Listening to the world without saying under which address is a mistake.
    assert!(read([("SEVA_ADDR", "0.0.0.0:3000")]).is_err());
}

#[test]
fn limits_are_wider_in_the_embedded_profile_and_0_is_none() {
    let limits = |extra: &[(&'static str, &'static str)]| {
        let variables = AWS.into_iter().chain(extra.iter().copied());
        let limits = read(variables).unwrap().limits;
        [
            limits.requests_per_user,
            limits.requests_per_address,
            limits.sign_ins_per_address,
        ]
        .map(|limit| limit.map_or(0, std::num::NonZeroU32::get))
    };
    assert_eq!(limits(&[]), [36_000, 360_000, 600]);
    assert_eq!(limits(&[("SEVA_PROFILE", "aws")]), [3600, 36_000, 60]);
    let set = [
        ("SEVA_REQUESTS_PER_USER", "200"),
        ("SEVA_REQUESTS_PER_ADDRESS", "0"),
        ("SEVA_SIGN_INS_PER_ADDRESS", "1"),
    ];
    assert_eq!(limits(&set), [200, 0, 1]);
    assert!(read([("SEVA_REQUESTS_PER_USER", "-1")]).is_err());

    let streams = |extra: &[(&'static str, &'static str)]| {
        let limits = read(extra.iter().copied()).unwrap().limits;
        limits.streams_per_user.map_or(0, std::num::NonZeroU32::get)
    };
    assert_eq!(streams(&[]), 32);
    assert_eq!(streams(&[("SEVA_STREAMS_PER_USER", "0")]), 0);
}

#[test]
fn proxies_are_addresses_and_networks() {
    let proxies = |text| {
        let config = read([("SEVA_TRUSTED_PROXIES", text)]);
        config.map(|config| config.limits.trusted_proxies)
    };
    assert!(read([]).unwrap().limits.trusted_proxies.is_empty());
    let networks = ["10.20.0.0/16", "127.0.0.1/32", "fd00::/8", "::1/128"];
    let networks = networks.map(|network| network.parse::<ipnet::IpNet>().unwrap());
    let given = "10.20.0.0/16, 127.0.0.1,fd00::/8 , ::1";
    assert_eq!(proxies(given).unwrap(), networks);
    for bad in [
        "10.20.0.0/33",
        "proxy.example",
        "10.20.0.0/16 127.0.0.1",
        "2",
    ] {
        let error = proxies(bad).unwrap_err().to_string();
        assert!(error.contains("SEVA_TRUSTED_PROXIES"), "{error}");
    }
}

#[test]
fn other_sites_are_named_one_by_one() {
    let origins = |text| {
        let config = read([("SEVA_CORS_ORIGINS", text)]);
        config.map(|config| config.web.cors_origins)
    };
    let named: Vec<_> = origins("https://app.clinic.example, http://localhost:5173")
        .unwrap()
        .iter()
        .map(|origin| origin.as_str().to_owned())
        .collect();
    assert_eq!(
        named,
        ["https://app.clinic.example", "http://localhost:5173"]
    );
    for bad in [
        "*",
        "https://*.clinic.example",
        "null",
        "http://app.clinic.example",
    ] {
        let error = origins(bad).unwrap_err().to_string();
        assert!(error.contains("SEVA_CORS_ORIGINS"), "{bad}: {error}");
    }
}

#[test]
fn numbers_that_would_stop_everything_are_refused() {
    for (name, value) in [
        ("SEVA_DATABASE_MAX_CONNECTIONS", "1"),
        ("SEVA_DATABASE_MIN_CONNECTIONS", "11"),
        ("SEVA_STATEMENT_TIMEOUT_SECONDS", "0"),
        ("SEVA_SESSION_IDLE_MINUTES", "0"),
        ("SEVA_SESSION_HOURS", "0"),
        ("SEVA_METRICS_ADDR", "9464"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector.example"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4318"),
    ] {
        let error = read([(name, value)]).unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
    }
    let pool = read([]).unwrap().database.pool;
    assert_eq!((pool.min_connections, pool.max_connections), (2, 10));
}

#[test]
fn the_demonstration_is_for_this_machine_only() {
    assert!(read([("SEVA_DEMO", "1")]).unwrap().demo);
    for public in [
        ("SEVA_BASE_URL", "https://seva.example"),
        ("SEVA_ADDR", "0.0.0.0:3000"),
    ] {
        let error = read([("SEVA_DEMO", "1"), public]).unwrap_err();
        assert!(error.to_string().contains("SEVA_DEMO"), "{error}");
    }
}
