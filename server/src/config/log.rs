use super::source::Reader;

/// What is logged.
///
/// - `SEVA_LOG`: a filter such as `debug` or `info,seva_services=debug`; `info`,
///   and less of some libraries
/// - `SEVA_LOG_FORMAT`: `json` or `pretty`; readable lines on a terminal, else JSON
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// In the syntax of `tracing`'s `EnvFilter`.
    pub filter: String,
    /// `None` looks where the lines go.
    pub format: Option<LogFormat>,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// An object a line.
    Json,
    /// For people.
    Pretty,
}

/// Libraries that tell more than helps at `info`, and what they may tell.
const DEFAULT_FILTER: &str = "info,sqlx=warn,tower_sessions=warn,hyper=warn,symphonia=error";

impl LogConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let filter = reader.text("SEVA_LOG", DEFAULT_FILTER);
        let format = match reader.optional("SEVA_LOG_FORMAT") {
            None => None,
            Some("json") => Some(LogFormat::Json),
            Some("pretty") => Some(LogFormat::Pretty),
            Some(_) => {
                reader.refuse("SEVA_LOG_FORMAT", "json or pretty");
                None
            }
        };
        Self { filter, format }
    }
}
