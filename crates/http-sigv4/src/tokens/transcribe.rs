use std::time::SystemTime;

use super::{
    ExpiresIn, Handshake, TokenSigner,
    handshake::{self, FIVE_MINUTES},
    presigned::query,
    region::host_in_region,
    signer::check_service,
};
use crate::{Host, SignError, SigningKey, error::Kind};

/// Signs handshakes of [Transcribe's streams over WebSocket].
///
/// What the stream is, its parameters say, which are signed.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use aws_credential_types::Credentials;
/// use http_sigv4::{
///     SigningKey, SigningScope,
///     tokens::{TokenSigner, TranscribeSigner},
/// };
///
/// let stream = TranscribeSigner::standard()
///     .parameter("language-code", "en-US")
///     .parameter("media-encoding", "pcm")
///     .parameter("sample-rate", "16000");
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let scope = SigningScope::new(stream.service(), "eu-west-1")?;
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// let handshake = stream.sign(&SigningKey::derive(&credentials, &scope, now)?, now)?;
/// assert!(handshake.uri().to_string().starts_with(
///     "wss://transcribestreaming.eu-west-1.amazonaws.com:8443/stream-transcription-websocket\
///      ?language-code=en-US&media-encoding=pcm&sample-rate=16000&X-Amz-Algorithm=",
/// ));
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [Transcribe's streams over WebSocket]: https://docs.aws.amazon.com/transcribe/latest/dg/streaming-websocket.html
#[derive(Clone, Debug)]
#[must_use]
pub struct TranscribeSigner {
    path: &'static str,
    parameters: Vec<(String, String)>,
    host: Option<String>,
    expires_in: ExpiresIn,
}

impl TranscribeSigner {
    /// Creates a signer for plain transcription: `StartStreamTranscriptionWebSocket`.
    pub fn standard() -> Self {
        Self::new("/stream-transcription-websocket")
    }

    /// Creates a signer for medical transcription: `StartMedicalStreamTranscriptionWebSocket`.
    pub fn medical() -> Self {
        Self::new("/medical-stream-transcription-websocket")
    }

    /// Creates a signer for call analytics: `StartCallAnalyticsStreamTranscriptionWebSocket`.
    pub fn call_analytics() -> Self {
        Self::new("/call-analytics-stream-transcription-websocket")
    }

    fn new(path: &'static str) -> Self {
        Self {
            path,
            parameters: Vec::new(),
            host: None,
            expires_in: ExpiresIn::at_most_seconds(FIVE_MINUTES),
        }
    }

    /// Adds a parameter of the stream, as `language-code`, behind those that are there.
    /// Defaults to none.
    pub fn parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Sets the endpoint, with its port. Defaults to port 8443 of `transcribestreaming.REGION.` and the
    /// domain of the region's partition.
    ///
    /// # Errors
    ///
    /// A host that is none, or one without a port.
    pub fn host(mut self, host: &str) -> Result<Self, SignError> {
        let host = Host::parse(host)?;
        if host.port().is_none() {
            return Err(Kind::Token("the host has no port; Transcribe's is 8443").into());
        }
        self.host = Some(host.as_str().into());
        Ok(self)
    }

    /// Sets how long a handshake is valid, up to five minutes. Defaults to five minutes, or as long as
    /// the credentials live.
    ///
    /// # Errors
    ///
    /// A longer time, or less than a second.
    pub fn expires_in(mut self, expires_in: ExpiresIn) -> Result<Self, SignError> {
        self.expires_in = expires_in.within(FIVE_MINUTES)?;
        Ok(self)
    }
}

impl super::sealed::Sealed for TranscribeSigner {}

impl TokenSigner for TranscribeSigner {
    type Output = Handshake;

    fn service(&self) -> &'static str {
        "transcribe"
    }

    fn sign(&self, key: &SigningKey, time: SystemTime) -> Result<Handshake, SignError> {
        check_service(self, key)?;
        let host = match &self.host {
            Some(host) => host.clone(),
            None => format!("{}:8443", host_in_region("transcribestreaming", key)?),
        };
        let parameters = self.parameters.iter();
        let query = query(parameters.map(|(name, value)| (name.as_str(), value.as_str())));
        let mark = if query.is_empty() { "" } else { "?" };
        let uri = format!("wss://{host}{}{mark}{query}", self.path);
        handshake::presign(uri, self.service(), self.expires_in, key, time)
    }
}
