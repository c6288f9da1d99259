use std::time::Duration;

use reqwest::Response;
use seva_model::DictationEvent;
use tokio::time::timeout;

/// Longer than any dictation of these tests takes, even after a crash.
const PATIENCE: Duration = Duration::from_secs(180);

/// An event stream, read as `EventSource` reads it.
pub(crate) struct Events {
    response: Response,
    unread: String,
}

impl Events {
    pub(crate) fn new(response: Response) -> Self {
        Self {
            response,
            unread: String::new(),
        }
    }

    /// The next event; `None` when the server has ended the stream.
    pub(crate) async fn next(&mut self) -> Option<DictationEvent> {
        loop {
            while let Some((message, rest)) = self.unread.split_once("\n\n") {
                let event = read(message);
                self.unread = rest.to_owned();
                if event.is_some() {
                    return event;
                }
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await;
            let chunk = chunk.expect("the server says nothing").ok()??;
            self.unread.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// All events to the end of the stream.
    pub(crate) async fn rest(mut self) -> Vec<DictationEvent> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }

    /// Reads on until an event is as wanted, and gives it.
    pub(crate) async fn until(
        &mut self,
        wanted: impl Fn(&DictationEvent) -> bool,
    ) -> DictationEvent {
        while let Some(event) = self.next().await {
            if wanted(&event) {
                return event;
            }
        }
        panic!("the stream ended before the wanted event");
    }
}

/// `None` for comments and for what only sets the time of the next try.
fn read(message: &str) -> Option<DictationEvent> {
    let field = |name: &str| {
        message
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .map(str::trim)
    };
    let event: DictationEvent = serde_json::from_str(field("data")?).unwrap();
    assert_eq!(field("event"), Some("dictation"));
    assert_eq!(field("id").unwrap(), event.version.to_string());
    Some(event)
}
