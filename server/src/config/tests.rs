#![allow(clippy::unwrap_used)]
use super::*;

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
fn every_missing_name_is_in_one_message() {
    let error = Config::read(&Variables::default(), Role::All).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The configuration is not complete. Not set: SEVA_DATA_DIR, DATABASE_URL, \
         SEVA_WHISPER_MODEL. See docs/configuration.md."
    );
    // An empty value is none.
    let error = read([("DATABASE_URL", " ")]).unwrap_err();
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
    assert!(config.database.url.expose().contains("hunter2"));
}

#[test]
fn one_port_may_differ_from_the_profile() {
    let config = read([("SEVA_PROFILE", "aws"), ("SEVA_TRANSCRIBER", "local")]).unwrap();
    assert_eq!(config.providers.transcriber, Provider::Local);
    assert_eq!(config.providers.objects, Provider::Aws);
}

#[test]
fn a_transcriber_in_the_cloud_needs_no_model_here() {
    let variables = [
        ("DATABASE_URL", "postgres://localhost/seva"),
        ("SEVA_DATA_DIR", "/var/lib/seva"),
        ("SEVA_TRANSCRIBER", "aws"),
    ];
    assert!(Config::read(&variables.into_iter().collect(), Role::Web).is_ok());
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
