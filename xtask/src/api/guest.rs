//! What somebody asks for who is not signed in yet: to sign in, to register, and to have a
//! code mailed.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::request::Caller;
use super::{EMAIL, PASSWORD};

/// What takes no credentials.
pub(super) const OPERATIONS: [&str; 8] = [
    "signIn",
    "answerChallenge",
    "signOut",
    "register",
    "confirmEmail",
    "resendCode",
    "forgotPassword",
    "resetPassword",
];
/// Answers that there have to be at least once. What is made up is never let in, and nobody
/// would notice that nothing else was tried.
const SUCCESSES: [(&str, u16); 3] = [
    ("/api/v1/auth/login", 200),
    ("/api/v1/auth/register", 201),
    ("/api/v1/auth/logout", 200),
];
/// Somebody who never enters the code that was mailed to them.
const UNCONFIRMED: &str = "unconfirmed@demo.seva";
const NEWCOMERS: usize = 8;

/// Registers somebody who is not confirmed, and says in schemathesis's configuration who
/// there is and who is still to come. Nobody registers with the doctor's address: it would
/// count as a wrong password, and after ten of them no right one is taken.
pub(super) fn make(caller: &Caller) -> Result<String> {
    let person = json!({
        "email": UNCONFIRMED, "password": PASSWORD, "full_name": "Dr. Asha Rao",
    });
    caller.post("/api/v1/auth/register", &person)?;
    // Capitals make no difference.
    let accounts = [EMAIL, "Doctor@Demo.Seva", UNCONFIRMED];
    let newcomers: Vec<_> = (1..=NEWCOMERS)
        .map(|number| format!("newcomer-{number}@demo.seva"))
        .collect();
    Ok(format!(
        "[dictionaries]\n\
         account = {{ values = {accounts:?} }}\n\
         password = {{ values = [{PASSWORD:?}] }}\n\
         code = {{ values = [\"000000\"] }}\n\
         newcomer = {{ values = {newcomers:?} }}\n\
         chosen_password = {{ values = [{PASSWORD:?}, \"Demo-Doctor-2\"] }}\n\
         full_name = {{ values = [\"Dr. Asha Rao\"] }}\n\n\
         [[operations]]\n\
         include-operation-id = [\"signIn\"]\n\
         parameters.\"body.email\" = {{ dictionary = \"account\", probability = 0.9 }}\n\
         parameters.\"body.password\" = {{ dictionary = \"password\", probability = 0.9 }}\n\n\
         [[operations]]\n\
         include-operation-id = [\"register\"]\n\
         parameters.\"body.email\" = {{ dictionary = \"newcomer\", probability = 0.9 }}\n\
         parameters.\"body.password\" = {{ dictionary = \"chosen_password\", probability = 0.9 }}\n\
         parameters.\"body.full_name\" = {{ dictionary = \"full_name\", probability = 0.9 }}\n\n\
         [[operations]]\n\
         include-operation-id = [\"resendCode\", \"forgotPassword\"]\n\
         parameters.\"body.email\" = {{ dictionary = \"account\", probability = 0.8 }}\n\n\
         [[operations]]\n\
         include-operation-id = [\"confirmEmail\", \"resetPassword\"]\n\
         parameters.\"body.email\" = {{ dictionary = \"account\", probability = 0.8 }}\n\
         parameters.\"body.confirmation_code\" = {{ dictionary = \"code\", probability = 0.8 }}\n\
         parameters.\"body.password\" = {{ dictionary = \"chosen_password\", probability = 0.8 }}\n"
    ))
}

/// Looks in the requests that schemathesis wrote down, as HAR, whether some got through.
pub(super) fn check(requests: &Path) -> Result<()> {
    let name = || requests.display().to_string();
    let text = fs::read_to_string(requests).with_context(name)?;
    let requests: Value = serde_json::from_str(&text).with_context(name)?;
    for (path, status) in SUCCESSES {
        ensure!(
            was_answered(&requests, path, status),
            "no request to {path} was answered with {status}"
        );
    }
    Ok(())
}

fn was_answered(requests: &Value, path: &str, status: u16) -> bool {
    let entries = requests["log"]["entries"].as_array();
    entries.into_iter().flatten().any(|entry| {
        let url = entry["request"]["url"].as_str();
        url.is_some_and(|url| url.ends_with(path)) && entry["response"]["status"] == status
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_for_its_own_path_and_status() {
        let entry = |path: &str, status: u16| {
            json!({
                "request": { "url": format!("http://127.0.0.1:1{path}") },
                "response": { "status": status },
            })
        };
        let requests =
            json!({ "log": { "entries": [entry("/a/login", 401), entry("/a/out", 200)] } });
        assert!(was_answered(&requests, "/a/login", 401));
        assert!(was_answered(&requests, "/a/out", 200));
        assert!(!was_answered(&requests, "/a/login", 200));
        assert!(!was_answered(&json!({}), "/a/login", 401));
    }
}
