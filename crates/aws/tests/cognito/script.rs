//! A pool whose every answer is written by hand. Tokens are signed with the keys
//! beside these tests, which sign nothing else.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use seva_aws::{AwsClients, CognitoIdentity, CognitoSettings};
use seva_services::ports::{
    Identity as _, IdentityError, PendingChallenge, ProviderTokens, Secret, SignInStep,
};
use time::OffsetDateTime;

use crate::{
    people::{EMAIL, email, password, pending},
    pool::at,
};

pub(crate) const CLIENT: &str = "client-1";
pub(crate) const SUBJECT: &str = "5f0c2a6e-subject";

/// Status and body, in the order in which they are given.
type Answers = VecDeque<(u16, Value)>;

/// A server that gives each operation the next of its answers, and keeps what it
/// was asked.
#[derive(Clone, Default)]
pub(crate) struct Script {
    answers: Arc<Mutex<HashMap<&'static str, Answers>>>,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Script {
    pub(crate) fn answer(&self, operation: &'static str, answer: Value) -> &Self {
        self.put(operation, 200, answer)
    }

    pub(crate) fn refuse(&self, operation: &'static str, code: &str, message: &str) -> &Self {
        self.put(operation, 400, json!({"__type": code, "message": message}))
    }

    fn put(&self, operation: &'static str, status: u16, answer: Value) -> &Self {
        let mut answers = self.answers.lock().unwrap();
        let queue = answers.entry(operation).or_default();
        queue.push_back((status, answer));
        self
    }

    /// What the operation was asked, call by call.
    pub(crate) fn asked(&self, operation: &str) -> Vec<Value> {
        let asked = self.asked.lock().unwrap();
        let calls = asked.iter().filter(|call| call.0 == operation);
        calls.map(|call| call.1.clone()).collect()
    }

    pub(crate) async fn serve(&self) -> String {
        let routes = Router::new()
            .route("/keys", get(keys))
            .route("/", post(respond))
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, routes).await.unwrap() });
        format!("http://{address}")
    }
}

async fn keys() -> Json<Value> {
    let first: Value = serde_json::from_str(include_str!("../keys/first.jwk.json")).unwrap();
    Json(json!({"keys": [first]}))
}

async fn respond(
    State(pool): State<Script>,
    headers: HeaderMap,
    body: String,
) -> impl IntoResponse {
    let target = headers["x-amz-target"].to_str().unwrap();
    let operation = target.rsplit('.').next().unwrap();
    let asked = serde_json::from_str(&body).unwrap();
    pool.asked
        .lock()
        .unwrap()
        .push((operation.to_owned(), asked));
    let answer = {
        let mut answers = pool.answers.lock().unwrap();
        let queue = answers.get_mut(operation);
        queue.and_then(VecDeque::pop_front)
    };
    let (status, answer) =
        answer.unwrap_or_else(|| (500, json!({"__type": "NothingIsWrittenForThis"})));
    (
        StatusCode::from_u16(status).unwrap(),
        [(header::CONTENT_TYPE, "application/x-amz-json-1.1")],
        answer.to_string(),
    )
}

pub(crate) struct World {
    pub(crate) pool: Script,
    pub(crate) identity: CognitoIdentity,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::of(|settings| settings).await
    }

    pub(crate) async fn with_secret() -> Self {
        Self::of(|settings| CognitoSettings {
            client_secret: Some(Secret::new(b"wonderful-secret".to_vec())),
            ..settings
        })
        .await
    }

    pub(crate) async fn of(set: impl FnOnce(CognitoSettings) -> CognitoSettings) -> Self {
        let pool = Script::default();
        let url = pool.serve().await;
        let settings = CognitoSettings {
            jwks_url: format!("{url}/keys"),
            ..CognitoSettings::new("eu-west-1_Pool", CLIENT)
        };
        let clients = AwsClients::connect(&at(&url)).await;
        Self {
            pool,
            identity: CognitoIdentity::new(&clients, set(settings)),
        }
    }

    pub(crate) async fn sign_in(&self) -> Result<SignInStep, IdentityError> {
        self.identity.authenticate(&email(), &password()).await
    }

    pub(crate) async fn asked_for_a_code(&self, challenge: &str) -> PendingChallenge {
        self.pool.answer("InitiateAuth", question(challenge));
        pending(self.sign_in().await)
    }
}

pub(crate) fn question(challenge: &str) -> Value {
    json!({
        "ChallengeName": challenge, "Session": "session-1",
        "ChallengeParameters": {"USER_ID_FOR_SRP": SUBJECT},
    })
}

pub(crate) fn signed(pem: &str, claims: &Value) -> String {
    let body: String = pem.lines().filter(|line| !line.contains('-')).collect();
    let key = EncodingKey::from_rsa_der(&BASE64_STANDARD.decode(body).unwrap());
    let header = Header {
        kid: Some("first".to_owned()),
        ..Header::new(Algorithm::RS256)
    };
    jsonwebtoken::encode(&header, claims, &key).unwrap()
}

pub(crate) const PEM: &str = include_str!("../keys/first.pem");

pub(crate) fn claims(token_use: &str) -> Value {
    json!({
        "sub": SUBJECT, "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool",
        "exp": OffsetDateTime::now_utc().unix_timestamp() + 3600, "token_use": token_use,
    })
}

pub(crate) fn access_token() -> String {
    let mut claims = claims("access");
    claims["client_id"] = CLIENT.into();
    signed(PEM, &claims)
}

pub(crate) fn id_token() -> String {
    let mut claims = claims("id");
    claims["aud"] = CLIENT.into();
    claims["email"] = EMAIL.into();
    claims["name"] = "Asha Verma".into();
    signed(PEM, &claims)
}

pub(crate) fn result(id: &str, access: &str) -> Value {
    json!({"AuthenticationResult": {
        "IdToken": id, "AccessToken": access, "RefreshToken": "refresh-1",
        "ExpiresIn": 3600, "TokenType": "Bearer",
    }})
}

pub(crate) fn tokens() -> ProviderTokens {
    ProviderTokens {
        access: "access-1".to_owned(),
        id: "id-1".to_owned(),
        refresh: "refresh-1".to_owned(),
        expires_at: OffsetDateTime::UNIX_EPOCH,
    }
}
