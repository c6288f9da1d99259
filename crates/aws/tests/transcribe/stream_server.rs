//! A server of Transcribe's streams: HTTP/2 over TLS on this machine, with a
//! certificate of its own, speaking event-stream frames in both directions. It
//! plays a script, and keeps what it heard.

use std::sync::Arc;

use aws_sdk_transcribestreaming::primitives::event_stream::{Header, HeaderValue, Message};
use aws_smithy_eventstream::frame::{
    DecodedFrame, MessageFrameDecoder, read_message_from, write_message_to,
};
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode};
use bytes::Bytes;
use h2::{Reason, RecvStream, SendStream, server::SendResponse};
use http::{HeaderMap, Request, Response};
use serde_json::{Value, json};
use seva_aws::{AwsClients, AwsSettings, Endpoints};
use tokio::{net::TcpListener, sync::watch, task::AbortHandle};
use tokio_rustls::{TlsAcceptor, rustls};

/// What the server calls each stream.
pub(crate) const REQUEST_ID: &str = "stream-1";

/// What the server does, in order.
#[derive(Clone)]
pub(crate) enum Step {
    /// Waits for so many bytes of sound.
    Hears(usize),
    /// Waits for the end of the sound.
    HearsAll,
    /// Answers with a result.
    Says(Value),
    /// Ends the stream with an exception.
    Refuses(&'static str, &'static str),
    /// Resets the stream.
    Resets,
    /// Ends the answers in good form.
    Ends,
    /// Does nothing more.
    Hangs,
}

/// What the server heard of a stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// Of the request.
    pub(crate) headers: HeaderMap,
    /// Bytes of sound.
    pub(crate) sound: Vec<u8>,
    /// Bytes of the longest message.
    pub(crate) longest: usize,
    /// The sound was ended as the service wants it.
    pub(crate) ended: bool,
    /// The client sends nothing more, for whatever reason.
    pub(crate) closed: bool,
}

pub(crate) struct StreamServer {
    url: String,
    certificate: String,
    heard: watch::Receiver<Heard>,
    serving: AbortHandle,
}

impl StreamServer {
    /// Plays the script on every stream.
    pub(crate) async fn new(script: Vec<Step>) -> Self {
        Self::start(Script::Stream(script, Reading::All)).await
    }

    /// Takes no sound, so that the client can send none.
    pub(crate) async fn deaf() -> Self {
        Self::start(Script::Stream(vec![Step::Hangs], Reading::Nothing)).await
    }

    /// Refuses every stream before it begins.
    pub(crate) async fn refusing(status: u16, error: &'static str) -> Self {
        Self::start(Script::Refusal(status, error)).await
    }

    async fn start(script: Script) -> Self {
        let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key =
            rustls::pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.cert.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let (tell, heard) = watch::channel(Heard::default());
        let serving = tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let (acceptor, script, tell) = (acceptor.clone(), script.clone(), tell.clone());
                tokio::spawn(async move {
                    let socket = acceptor.accept(socket).await.unwrap();
                    let mut connection = h2::server::handshake(socket).await.unwrap();
                    while let Some(Ok((request, respond))) = connection.accept().await {
                        tokio::spawn(serve(request, respond, script.clone(), tell.clone()));
                    }
                });
            }
        });
        Self {
            url,
            certificate: own.cert.pem(),
            heard,
            serving: serving.abort_handle(),
        }
    }

    /// Clients that know this server's certificate and no other.
    pub(crate) async fn clients(&self) -> AwsClients {
        let settings = AwsSettings::for_emulator(Endpoints {
            transcribe_streaming: Some(self.url.clone()),
            ..Endpoints::default()
        });
        let mut clients = AwsClients::connect(&settings).await;
        let trusted = TrustStore::empty().with_pem_certificate(self.certificate.clone());
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
            .tls_context(
                TlsContext::builder()
                    .with_trust_store(trusted)
                    .build()
                    .unwrap(),
            )
            .build_https();
        let config = clients
            .transcribe_streaming
            .config()
            .to_builder()
            .http_client(http);
        clients.transcribe_streaming =
            aws_sdk_transcribestreaming::Client::from_conf(config.build());
        clients
    }

    /// Waits for something to be heard.
    pub(crate) async fn until(&self, heard: impl FnMut(&Heard) -> bool) -> Heard {
        self.heard.clone().wait_for(heard).await.unwrap().clone()
    }
}

impl Drop for StreamServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[derive(Clone)]
enum Script {
    Stream(Vec<Step>, Reading),
    Refusal(u16, &'static str),
}

#[derive(Clone, Copy, PartialEq)]
enum Reading {
    All,
    Nothing,
}

async fn serve(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    script: Script,
    tell: watch::Sender<Heard>,
) {
    assert_eq!(request.uri().path(), "/medical-stream-transcription");
    let (parts, sound) = request.into_parts();
    tell.send_modify(|heard| heard.headers = parts.headers);
    match script {
        Script::Refusal(status, error) => {
            let answer = Response::builder()
                .status(status)
                .header("x-amzn-errortype", error);
            let mut body = respond
                .send_response(answer.body(()).unwrap(), false)
                .unwrap();
            let _ = body.send_data(
                json!({"Message": "as the test says"}).to_string().into(),
                true,
            );
        }
        Script::Stream(steps, reading) => {
            let answer = Response::builder()
                .header("content-type", "application/vnd.amazon.eventstream")
                .header("x-amzn-request-id", REQUEST_ID);
            let body = respond
                .send_response(answer.body(()).unwrap(), false)
                .unwrap();
            let watched = tell.subscribe();
            if reading == Reading::Nothing {
                // Kept, and never read: the window stays full.
                let _sound = sound;
                return play(body, steps, watched).await;
            }
            tokio::join!(listen(sound, tell), play(body, steps, watched));
        }
    }
}

async fn listen(mut sound: RecvStream, tell: watch::Sender<Heard>) {
    let mut decoder = MessageFrameDecoder::new();
    let mut buffer = bytes::BytesMut::new();
    while let Some(data) = sound.data().await {
        let Ok(data) = data else {
            return tell.send_modify(|heard| heard.closed = true);
        };
        let _ = sound.flow_control().release_capacity(data.len());
        buffer.extend_from_slice(&data);
        while let DecodedFrame::Complete(signed) = decoder.decode_frame(&mut buffer).unwrap() {
            let names: Vec<_> = signed
                .headers()
                .iter()
                .map(|h| h.name().as_str().to_owned())
                .collect();
            assert!(
                names.iter().any(|name| name == ":chunk-signature"),
                "{names:?}"
            );
            if signed.payload().is_empty() {
                tell.send_modify(|heard| heard.ended = true);
                continue;
            }
            let event = read_message_from(signed.payload().clone()).unwrap();
            tell.send_modify(|heard| {
                heard.sound.extend_from_slice(event.payload());
                heard.longest = heard.longest.max(event.payload().len());
            });
        }
    }
    tell.send_modify(|heard| heard.closed = true);
}

async fn play(mut body: SendStream<Bytes>, steps: Vec<Step>, mut heard: watch::Receiver<Heard>) {
    for step in steps {
        match step {
            Step::Hears(bytes) => drop(heard.wait_for(|heard| heard.sound.len() >= bytes).await),
            Step::HearsAll => drop(heard.wait_for(|heard| heard.ended).await),
            Step::Says(result) => {
                let payload = json!({"Transcript": {"Results": [result]}}).to_string();
                let headers = [
                    (":message-type", "event"),
                    (":event-type", "TranscriptEvent"),
                ];
                let _ = body.send_data(frame(&headers, payload), false);
            }
            Step::Refuses(name, message) => {
                let headers = [(":message-type", "exception"), (":exception-type", name)];
                let _ = body.send_data(
                    frame(&headers, json!({"Message": message}).to_string()),
                    true,
                );
                return;
            }
            Step::Resets => return body.send_reset(Reason::INTERNAL_ERROR),
            Step::Ends => drop(body.send_data(Bytes::new(), true)),
            Step::Hangs => {
                let _ = std::future::poll_fn(|cx| body.poll_reset(cx)).await;
                return;
            }
        }
    }
}

fn frame(headers: &[(&'static str, &'static str)], payload: String) -> Bytes {
    let content_type = [(":content-type", "application/json")];
    let headers = headers.iter().chain(&content_type);
    let headers =
        headers.map(|(name, value)| Header::new(*name, HeaderValue::String((*value).into())));
    let message = Message::new_from_parts(headers.collect(), payload);
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).unwrap();
    bytes.into()
}
