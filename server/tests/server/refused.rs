//! A start that can't succeed is refused: the service and what is wrong with it are
//! named, and the database is left as it was.

use std::{process::Output, time::Duration};

use seva_testkit::{
    TestDatabase,
    comprehend::{ComprehendFake, Fault},
    emulators::{ACCESS_KEY_ID, Ministack, Moto, REGION, SECRET_ACCESS_KEY},
};
use tokio::process::Command;

use crate::support::variables;

/// What a server is configured with.
type Variables = &'static [(&'static str, &'static str)];

const NO_POOL: &str = "us-east-1_absent";

struct World {
    database: TestDatabase,
    ministack: Ministack,
    moto: Moto,
    comprehend: ComprehendFake,
}

impl World {
    /// Services that answer and hold nothing, and an empty database.
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        sqlx::raw_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            .execute(database.pool())
            .await
            .unwrap();
        let (ministack, moto) = tokio::join!(Ministack::start(), Moto::start());
        Self {
            database,
            ministack,
            moto,
            comprehend: ComprehendFake::start().await,
        }
    }

    /// What a server says that is told this besides.
    async fn start(&self, more: Variables) -> Output {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_seva-server"));
        command
            .args(["serve", "--role", "all"])
            .env_clear()
            .envs(variables(&self.database, home.path()))
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
            .env("AWS_REGION", REGION)
            .env("AWS_ENDPOINT_URL", self.ministack.url())
            .env("AWS_ENDPOINT_URL_TRANSCRIBE", self.moto.url())
            .env(
                "AWS_ENDPOINT_URL_COMPREHENDMEDICAL",
                self.comprehend.endpoint(),
            )
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env(
                "SEVA_COGNITO_JWKS_URL",
                format!("{}/{NO_POOL}/.well-known/jwks.json", self.ministack.url()),
            )
            .envs(more.iter().copied())
            .current_dir(home.path())
            .kill_on_drop(true);
        // One that starts after all runs until it is killed.
        let ended = tokio::time::timeout(Duration::from_secs(60), command.output());
        ended.await.expect("the server did not start").unwrap()
    }

    async fn tables(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            .fetch_one(self.database.pool())
            .await
            .unwrap()
    }
}

/// Properties 1 to 4: each client is checked before the server listens, and whoever
/// started it reads which one failed and why.
#[tokio::test(flavor = "multi_thread")]
async fn property_2_a_service_that_is_not_as_configured_stops_the_start() {
    let world = World::new().await;
    world.comprehend.always(Some(Fault::Denied));
    let cases: [(Variables, &[&str]); 6] = [
        (
            &[("SEVA_SECRETS", "aws"), ("SEVA_SECRETS_PREFIX", "nowhere")],
            &[
                "Secrets Manager (SEVA_SECRETS=aws)",
                "nowhere/session is not there",
                "nowhere/codes is not there",
                "nowhere/links is not there",
                "nowhere/objects is not there",
            ],
        ),
        (
            &[
                ("SEVA_IDENTITY", "aws"),
                ("SEVA_COGNITO_USER_POOL_ID", NO_POOL),
                ("SEVA_COGNITO_CLIENT_ID", "absent"),
            ],
            &[
                "Cognito (SEVA_IDENTITY=aws)",
                "cognito failed at GetJwks",
                "/us-east-1_absent/.well-known/jwks.json: refused, HTTP 4",
            ],
        ),
        (
            &[
                ("SEVA_OBJECTS", "aws"),
                ("SEVA_S3_AUDIO_BUCKET", "seva-absent"),
                ("SEVA_S3_PRESCRIPTIONS_BUCKET", "seva-absent"),
            ],
            &[
                "S3 (SEVA_OBJECTS=aws)",
                "the bucket seva-absent does not exist",
            ],
        ),
        (
            &[
                ("SEVA_TRANSCRIBER", "aws"),
                ("SEVA_TRANSCRIBE_OUTPUT_BUCKET", "seva-absent"),
            ],
            &[
                "Transcribe Medical (SEVA_TRANSCRIBER=aws)",
                "the bucket seva-absent: refused, HTTP 404",
            ],
        ),
        (
            &[("SEVA_EXTRACTOR", "aws")],
            &[
                "Comprehend Medical (SEVA_EXTRACTOR=aws)",
                "comprehend failed at ",
                "refused, HTTP 400, AccessDeniedException",
            ],
        ),
        (
            &[
                ("SEVA_MAILER", "aws"),
                ("SEVA_SES_FROM", "seva@absent.example"),
            ],
            &[
                "SES (SEVA_MAILER=aws)",
                "SES has not verified absent.example, so it does not send for seva@absent.example",
            ],
        ),
    ];
    for (configured, expected) in cases {
        let ended = world.start(configured).await;
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(!ended.status.success(), "{configured:?} started");
        // Not what was logged on the way there.
        let told = said.lines().skip_while(|line| !line.starts_with("Error: "));
        let told = told.collect::<Vec<_>>().join("\n");
        for words in expected {
            assert!(told.contains(words), "{words}: {said}");
        }
        let out = String::from_utf8(ended.stdout).unwrap();
        assert!(!out.contains("SEVA is ready"), "{configured:?}: {out}");
        assert_eq!(world.tables().await, 0, "{configured:?} migrated");
    }
}
