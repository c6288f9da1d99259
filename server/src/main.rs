//! `seva-server`: pages, the API, and the worker of the queue.

use std::io::Write as _;

use clap::{Parser, Subcommand};
use seva_server::{Application, Config, Role, config::Variables, telemetry};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

// With glibc's, a server that is busy takes more than half as much again: see
// docs/adr/0011-memory-and-plans.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// SEVA Arogya: from a dictation to a signed prescription.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Which part of the work this process does.
    #[arg(long, value_enum, default_value_t, global = true)]
    role: Role,
}

#[derive(Clone, Copy, Default, Subcommand)]
enum Command {
    /// Serve pages and work through the queue.
    #[default]
    Serve,
    /// Bring the database up to this version's schema, then end.
    Migrate,
    /// Say whether the configuration is complete and what would be used, then end.
    CheckConfig,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let variables = Variables::load()?;
    let config = Config::read(&variables, arguments.role)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(Application::waiting_threads(&config))
        .build()?
        .block_on(run(arguments.command.unwrap_or_default(), config))
}

async fn run(command: Command, config: Config) -> anyhow::Result<()> {
    match command {
        Command::Serve => serve(config).await,
        Command::Migrate => migrate(&config).await,
        Command::CheckConfig => {
            // Reading it was the check.
            for used in &config.used {
                writeln!(std::io::stdout(), "{used}")?;
            }
            Ok(())
        }
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let telemetry = telemetry::start(&config.log, &config.observing)?;
    let application = Application::build(config).await?;
    tokio::spawn(stop_on_signal(application.shutdown())?);
    application.announce()?;
    let served = application.run_until_stopped().await;
    telemetry.end().await;
    served
}

async fn migrate(config: &Config) -> anyhow::Result<()> {
    let telemetry = telemetry::start(&config.log, &config.observing)?;
    seva_server::migrate(config).await?;
    tracing::info!("the database is up to date");
    telemetry.end().await;
    Ok(())
}

/// Cancels the token at the first Ctrl-C or `SIGTERM`. A second one ends the
/// process at once.
fn stop_on_signal(
    shutdown: CancellationToken,
) -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        for _ in 0..2 {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if shutdown.is_cancelled() {
                std::process::exit(1);
            }
            shutdown.cancel();
        }
    })
}
