//! A service with rules of its own for bodies and paths, which the gateway does not know. Whether a
//! signature is right says AWS's own signer, `aws-sigv4`.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest,
        SignatureLocation, SigningSettings, UriPathNormalizationMode, sign,
    },
    sign::v4::SigningParams,
};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use sha2::{Digest, Sha256};
use time::{PrimitiveDateTime, macros::format_description};
use tower::{BoxError, Service};
use url::Url;

use super::{ACCESS_KEY_ID, SECRET, TOKEN, credentials};

/// What the service wants to read in `x-amz-content-sha256`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ContentSha256 {
    Hash,
    Unsigned,
    /// Chunks with a signature each, which this service does not look at.
    Chunks,
}

const CHUNKS: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";

/// Answers 200 to what is signed as the service wants it, and 403 with the reason to everything else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StrictService {
    pub(crate) name: &'static str,
    pub(crate) region: &'static str,
    pub(crate) body: ContentSha256,
}

impl StrictService {
    fn verify(self, request: &Request<Bytes>) -> Result<(), String> {
        let header = |name: &str| {
            let value = request
                .headers()
                .get(name)
                .ok_or_else(|| format!("no `{name}`"))?;
            value.to_str().map_err(|error| error.to_string())
        };
        let authorization = header("authorization")?;
        let (scope, rest) = authorization
            .split_once(", SignedHeaders=")
            .ok_or("no signed headers")?;
        let (signed, signature) = rest.split_once(", Signature=").ok_or("no signature")?;
        let date = header("x-amz-date")?;
        let expected = format!(
            "AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/{}/{}/{}/aws4_request",
            &date[..8],
            self.region,
            self.name
        );
        if scope != expected || header("x-amz-security-token")? != TOKEN {
            return Err(format!("{scope} is not {expected}"));
        }
        let content = header("x-amz-content-sha256")?;
        let (body, expected) = match self.body {
            ContentSha256::Unsigned => {
                (SignableBody::UnsignedPayload, "UNSIGNED-PAYLOAD".to_owned())
            }
            ContentSha256::Hash => (
                SignableBody::Bytes(request.body()),
                hex_sha256(request.body()),
            ),
            ContentSha256::Chunks => (SignableBody::Precomputed(CHUNKS.into()), CHUNKS.into()),
        };
        if content != expected {
            return Err(format!("x-amz-content-sha256 is {content}, not {expected}"));
        }
        let signed: Vec<_> = signed.split(';').collect();
        // It adds these itself.
        let added = [
            "host",
            "x-amz-content-sha256",
            "x-amz-date",
            "x-amz-security-token",
        ];
        for name in added {
            if !signed.contains(&name) {
                return Err(format!("`{name}` is not signed"));
            }
        }
        let headers = request.headers().iter();
        let headers = headers
            .filter(|(name, _)| signed.contains(&name.as_str()) && !added.contains(&name.as_str()))
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let uri = request.uri().to_string();
        let to_sign = SignableRequest::new(request.method().as_str(), uri, headers, body);
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        self.set_path_rules(&mut settings);
        let expected = self.signature(to_sign.unwrap(), settings, at(date));
        match signature == expected {
            true => Ok(()),
            false => Err(format!("the signature is {signature}, not {expected}")),
        }
    }

    fn signature(
        self,
        request: SignableRequest<'_>,
        settings: SigningSettings,
        time: SystemTime,
    ) -> String {
        let identity = credentials(SECRET).into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.name)
            .time(time)
            .settings(settings)
            .build()
            .unwrap();
        let signed = sign(request, &params.into()).unwrap();
        signed.signature().to_owned()
    }

    fn set_path_rules(self, settings: &mut SigningSettings) {
        if self.name == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
    }

    /// Verifies a URL that is presigned for `GET`.
    pub(crate) fn verify_url(self, presigned: &str, token_is_signed: bool) -> Result<(), String> {
        let mut url = Url::parse(presigned).unwrap();
        let parameters: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let parameter = |name: &str| {
            let mut found = parameters.iter().filter(|parameter| parameter.0 == name);
            found
                .next()
                .map(|parameter| &*parameter.1)
                .ok_or_else(|| format!("no {name}"))
        };
        let own = parameters.iter().filter(|one| !one.0.starts_with("X-Amz-"));
        let own: Vec<_> = own.cloned().collect();
        url.set_query(None);
        if !own.is_empty() {
            url.query_pairs_mut().extend_pairs(own);
        }
        if parameter("X-Amz-Security-Token")? != TOKEN {
            return Err("another token".into());
        }
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(
            parameter("X-Amz-Expires")?.parse().unwrap(),
        ));
        if !token_is_signed {
            settings.session_token_mode = SessionTokenMode::Exclude;
        }
        self.set_path_rules(&mut settings);
        let body = match self.body {
            ContentSha256::Unsigned => SignableBody::UnsignedPayload,
            ContentSha256::Hash | ContentSha256::Chunks => SignableBody::Bytes(b""),
        };
        let request = SignableRequest::new("GET", url.as_str(), std::iter::empty(), body);
        let time = at(parameter("X-Amz-Date")?);
        let expected = self.signature(request.unwrap(), settings, time);
        match parameter("X-Amz-Signature")? == expected {
            true => Ok(()),
            false => Err(format!("{presigned}: not {expected}")),
        }
    }
}

impl<B> Service<Request<B>> for StrictService
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response<Full<Bytes>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let service = *self;
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map_err(Into::into)?.to_bytes();
            let request = Request::from_parts(parts, body);
            let (status, reason) = match service.verify(&request) {
                Ok(()) => (StatusCode::OK, String::new()),
                Err(reason) => (StatusCode::FORBIDDEN, reason),
            };
            Ok(Response::builder().status(status).body(reason.into())?)
        })
    }
}

pub(crate) fn hex_sha256(body: &[u8]) -> String {
    Sha256::digest(body)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn at(date: &str) -> SystemTime {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    PrimitiveDateTime::parse(date, format)
        .unwrap()
        .assume_utc()
        .into()
}
