//! The server under load: `cargo xtask load` builds and starts this, and
//! docs/performance.md says what is measured and what came out.
#![expect(clippy::print_stdout, reason = "it prints a table")]

mod generator;
mod process;

use std::{
    env,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use futures::{StreamExt as _, future::join_all, stream};
use reqwest::{
    Body, Client, RequestBuilder, Response, StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use seva_services::{DEMO_EMAIL, DEMO_PASSWORD};
use seva_testkit::{Many, TestDatabase, dictate_many};

use self::{
    generator::{Measured, at_once, each_second},
    process::{Place, Server},
};

/// Askers at once, where as much is asked as is answered.
const ASKERS: usize = 16;
/// Signing in is work for a processor on purpose.
const SIGNING_IN: usize = 2;
/// What the targets are about.
const RATE: u32 = 500;
const STREAMS: usize = 1000;
/// Opened at a time.
const OPENING: usize = 50;
/// How long the streams stay open: longer than their heartbeats are apart.
const STREAMING: Duration = Duration::from_secs(20);
const UPLOADS: usize = 50;
/// Bytes of an upload: as many as may be, but for the form around it.
const UPLOAD: usize = 16 * 1024 * 1024 - 4096;
/// Words are searched for in a body: an address is no place for names.
const SEARCH: &str = "/api/v1/transcriptions/search";
/// Pages of the list whose dictations are asked for one by one.
const PAGES: usize = 10;

/// A server that has just been started, and a doctor who is signed in: memory is what this
/// measurement takes, not what the one before left.
struct World {
    server: Server,
    doctor: Client,
}

impl World {
    async fn start(place: &Place<'_>) -> Result<Self> {
        let server = Server::start(place)?;
        let doctor = Client::builder().cookie_store(true).no_proxy().build()?;
        sign_in(&doctor, &server.address).await?;
        Ok(Self { server, doctor })
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let number = |name, usual: u64| match env::var(name) {
        Ok(text) => text.parse().with_context(|| format!("{name} is no number")),
        Err(_) => Ok(usual),
    };
    let seconds = Duration::from_secs(number("SEVA_LOAD_SECONDS", 10)?);
    let dictations = i32::try_from(number("SEVA_LOAD_DICTATIONS", 100_000)?)?;
    let variable = |name| env::var(name).with_context(|| format!("{name} is not set"));
    let database = TestDatabase::new().await;
    let home = tempfile::tempdir()?;
    let place = Place {
        program: &variable("SEVA_LOAD_SERVER")?,
        model: &variable("SEVA_WHISPER_MODEL")?,
        database: &database.url(),
        home: home.path(),
    };
    // The first start makes the demo doctor.
    drop(World::start(&place).await?);
    let many = Many {
        completed: dictations,
        waiting: i32::try_from(STREAMS)?,
    };
    let began = Instant::now();
    dictate_many(database.pool(), DEMO_EMAIL, many).await?;
    println!(
        "{dictations} dictations stored in {:.0} s\n",
        began.elapsed().as_secs_f64()
    );

    requests(&World::start(&place).await?, seconds).await?;
    streams(&World::start(&place).await?).await?;
    uploads(&World::start(&place).await?).await
}

async fn sign_in(client: &Client, address: &str) -> Result<()> {
    let body = json!({ "email": DEMO_EMAIL, "password": DEMO_PASSWORD });
    let login = client.post(format!("{address}/api/v1/auth/login"));
    read(login.header("origin", address).json(&body)).await
}

/// An answer that is as it should be, to its last byte.
async fn read(request: RequestBuilder) -> Result<()> {
    let answer = request.send().await?;
    ensure!(answer.status() == StatusCode::OK, "{}", answer.status());
    answer.bytes().await?;
    Ok(())
}

impl World {
    fn get(&self, path: &str) -> RequestBuilder {
        self.doctor.get(format!("{}{path}", self.server.address))
    }

    /// Asks for one path after the other.
    fn asking(
        &self,
        paths: Vec<String>,
    ) -> impl Fn(usize) -> futures::future::BoxFuture<'static, Result<()>> + Clone + Send + use<>
    {
        let (doctor, address) = (self.doctor.clone(), self.server.address.clone());
        let paths = std::sync::Arc::new(paths);
        move |number| {
            let path = &paths[number % paths.len()];
            let request = match path.as_str() {
                SEARCH => doctor
                    .post(format!("{address}{path}"))
                    .header("origin", &address)
                    .json(&json!({ "search": "nothing like it" })),
                path => doctor.get(format!("{address}{path}")),
            };
            Box::pin(read(request.header("accept", accepted(path))))
        }
    }

    /// Ids from the first pages of the list; those of a status only.
    async fn ids(&self, status: &str, pages: usize) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        let mut before = String::new();
        for _ in 0..pages {
            let list = format!("/api/v1/transcriptions?limit=100&status={status}{before}");
            let list: Value = self.get(&list).send().await?.json().await?;
            let rows = list["transcriptions"].as_array().context("no list")?;
            ids.extend(
                rows.iter()
                    .filter_map(|row| row["id"].as_str())
                    .map(str::to_owned),
            );
            match list["next"].as_str() {
                Some(next) => before = format!("&before={next}"),
                None => break,
            }
        }
        ensure!(!ids.is_empty(), "no dictation is {status}");
        Ok(ids)
    }
}

fn accepted(path: &str) -> &'static str {
    match path.starts_with("/api/") || path.starts_with("/health") {
        true => "application/json",
        false => "text/html",
    }
}

async fn requests(world: &World, seconds: Duration) -> Result<()> {
    let one = |path: &str| vec![path.to_owned()];
    let ids = world.ids("COMPLETED", PAGES).await?;
    let each = |before: &str| -> Vec<String> {
        let paths = ids.iter().map(|id| format!("{before}/{id}"));
        paths.collect()
    };
    let gets = each("/api/v1/transcriptions");
    let pages = each("/dictations");

    println!("| what | load | requests a second | p50 | p99 | failed |");
    println!("|---|---|---:|---:|---:|---:|");
    let address = world.server.address.clone();
    let signing_in = move |_| {
        let address = address.clone();
        async move { sign_in(&Client::builder().no_proxy().build()?, &address).await }
    };
    for (what, paths) in [
        ("health", one("/health")),
        ("list", one("/api/v1/transcriptions")),
        ("get", gets.clone()),
        ("list, searched in vain", one(SEARCH)),
        ("page of the list", one("/dictations")),
        ("page of today", one("/")),
        ("page of a dictation", pages),
    ] {
        let asking = world.asking(paths);
        // The first ones open connections and fill caches.
        at_once(ASKERS, Duration::from_secs(1), asking.clone()).await;
        let measured = at_once(ASKERS, seconds, asking).await;
        row(what, &format!("{ASKERS} at once"), &measured);
    }
    let measured = at_once(SIGNING_IN, seconds, signing_in).await;
    row("sign-in", &format!("{SIGNING_IN} at once"), &measured);
    for (what, paths) in [("list", one("/api/v1/transcriptions")), ("get", gets)] {
        let asking = world.asking(paths);
        let measured = each_second(RATE, seconds, asking).await;
        row(what, &format!("{RATE} a second"), &measured);
    }
    Ok(())
}

fn row(what: &str, load: &str, measured: &Measured) {
    let [half, most] = [0.5, 0.99].map(|share| measured.percentile(share));
    println!(
        "| {what} | {load} | {:.0} | {half:.1} ms | {most:.1} ms | {} |",
        measured.rate(),
        measured.failed
    );
}

/// Each follows a dictation of its own that waits in the queue.
async fn streams(world: &World) -> Result<()> {
    let ids = world.ids("PENDING", STREAMS / 100).await?;
    ensure!(ids.len() == STREAMS, "{} dictations wait", ids.len());
    let open = |id: String| async move {
        let path = format!("/api/v1/transcriptions/{id}/events");
        let mut stream = world.get(&path).send().await?;
        ensure!(stream.status() == StatusCode::OK, "{}", stream.status());
        stream.chunk().await?.context("the stream ended")?;
        Ok(stream)
    };
    let before = world.server.settled().await?;
    let opened: Vec<Result<Response>> = stream::iter(ids.into_iter().map(open))
        .buffer_unordered(OPENING)
        .collect()
        .await;
    let opened = opened.into_iter().collect::<Result<Vec<_>>>()?;
    // Each has read its state again by then, and said that it is there.
    tokio::time::sleep(STREAMING).await;
    let peak = world.server.peak()?;
    let each = peak.saturating_sub(before) as f64 / opened.len() as f64;
    println!(
        "\n{} event streams: {:.1} MB before, {:.1} MB at most, {each:.1} kB each",
        opened.len(),
        before as f64 / 1024.0,
        peak as f64 / 1024.0
    );
    Ok(())
}

/// All at once, each a recording of its own that is whole and loud.
async fn uploads(world: &World) -> Result<()> {
    let recording = recording();
    let send = |number: usize| {
        let part = Part::stream(Body::from(recording.clone()));
        let form = Form::new().part("audio_file", part.file_name(format!("{number}.wav")));
        let address = &world.server.address;
        let post = world
            .doctor
            .post(format!("{address}/api/v1/transcriptions"));
        post.header("origin", address).multipart(form).send()
    };
    let before = world.server.settled().await?;
    let began = Instant::now();
    let answers = join_all((0..UPLOADS).map(send)).await;
    let took = began.elapsed();
    for answer in answers {
        let status = answer?.status();
        ensure!(status == StatusCode::ACCEPTED, "an upload: {status}");
    }
    let peak = world.server.peak()?;
    let each = peak.saturating_sub(before) as f64 / 1024.0 / UPLOADS as f64;
    println!(
        "{UPLOADS} uploads of {} MB at once: all taken in {:.1} s, {:.1} MB before, {:.1} MB at \
         most, {each:.2} MB each",
        UPLOAD >> 20,
        took.as_secs_f64(),
        before as f64 / 1024.0,
        peak as f64 / 1024.0
    );
    Ok(())
}

/// A square wave at 16 kHz, for almost nine minutes.
fn recording() -> Bytes {
    let sound = UPLOAD - 44;
    let length = sound as u32;
    let mut wav = Vec::with_capacity(UPLOAD);
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + length).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00");
    wav.extend_from_slice(&16_000_u32.to_le_bytes());
    wav.extend_from_slice(&32_000_u32.to_le_bytes());
    wav.extend_from_slice(b"\x02\x00\x10\x00data");
    wav.extend_from_slice(&length.to_le_bytes());
    let wave = (0..sound / 2).map(|at| if at / 40 % 2 == 0 { 9000_i16 } else { -9000 });
    wav.extend(wave.flat_map(i16::to_le_bytes));
    Bytes::from(wav)
}
