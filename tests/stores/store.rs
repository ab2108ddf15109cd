//! The two stores, and a client.

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri, header, uri::Authority};
use http_body::Body;
use http_body_util::{BodyExt, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tests::Case;
use tower::{BoxError, Layer, ServiceExt};
use tower_sigv4::{SigV4Layer, SigV4LayerBuilder, SignedBody};

use crate::shelf;

pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

pub(crate) struct Store {
    pub(crate) name: &'static str,
    origin: String,
}

impl Store {
    /// Starts the store on `s3s`, and finds the SeaweedFS.
    pub(crate) async fn all() -> [Self; 2] {
        let address = shelf::serve().await;
        let s3s = Self {
            name: "s3s",
            origin: format!("http://{address}"),
        };
        let url = std::env::var("STORE_URL");
        let seaweedfs = Self {
            name: "SeaweedFS",
            origin: url.expect("STORE_URL is where a SeaweedFS listens; see scripts/stores.sh"),
        };
        [s3s, seaweedfs]
    }

    /// Where it listens.
    pub(crate) fn origin(&self) -> Authority {
        let uri: Uri = self.origin.parse().unwrap();
        uri.authority().unwrap().clone()
    }

    /// What configures a layer with the credentials that the stores know.
    pub(crate) fn builder() -> SigV4LayerBuilder {
        Self::builder_with("s3", "us-east-1", None)
    }

    pub(crate) fn builder_with(
        service: &str,
        region: &str,
        token: Option<String>,
    ) -> SigV4LayerBuilder {
        let credentials = Credentials::new(Case::ACCESS_KEY_ID, SECRET, token, None, "test");
        SigV4Layer::builder(service, region, credentials).allow_loopback(true)
    }

    /// Where an object is, with everything in its key encoded but slashes.
    pub(crate) fn uri(&self, key: &str) -> Uri {
        const KEY: &AsciiSet = &NON_ALPHANUMERIC
            .remove(b'-')
            .remove(b'.')
            .remove(b'_')
            .remove(b'~')
            .remove(b'/');
        self.raw_uri(&utf8_percent_encode(key, KEY).to_string())
    }

    /// Where an object is whose key is written already as in a URL.
    pub(crate) fn raw_uri(&self, key: &str) -> Uri {
        let uri = format!("{}/bucket/{key}", self.origin);
        uri.parse().unwrap()
    }

    /// Sends a request through a layer. An answer that is no success is an error.
    pub(crate) async fn send<B>(
        &self,
        layer: &SigV4Layer,
        request: Request<B>,
    ) -> Result<Response<Bytes>, BoxError>
    where
        B: Body + Send + Unpin + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let client = Client::builder(TokioExecutor::new()).build_http::<SignedBody<B>>();
        let response = layer.layer(client).oneshot(request).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        match parts.status {
            StatusCode::OK => Ok(Response::from_parts(parts, body)),
            status => Err(format!("{status} {}", String::from_utf8_lossy(&body)).into()),
        }
    }

    /// Sends a request as it is.
    pub(crate) async fn send_as_it_is<B>(
        &self,
        request: Request<B>,
    ) -> Result<Response<Bytes>, BoxError>
    where
        B: Body + Send + Unpin + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        self.send(&SigV4Layer::disabled(), request).await
    }

    /// Reads an object.
    pub(crate) async fn read(&self, uri: &Uri) -> Result<Bytes, BoxError> {
        let layer = Self::builder().build()?;
        let request = Request::get(uri).body(Empty::<Bytes>::new())?;
        Ok(self.send(&layer, request).await?.into_body())
    }

    /// Reads an object, which has to be these bytes.
    pub(crate) async fn expect(&self, uri: &Uri, data: &[u8]) {
        let read = self.read(uri).await;
        let read = read.unwrap_or_else(|error| panic!("{}: {uri}: {error}", self.name));
        let name = self.name;
        assert!(
            read == data,
            "{name}: {uri}: {} of {} bytes",
            read.len(),
            data.len()
        );
    }
}

/// The code in an error of S3's, or the error as it is.
pub(crate) fn code(error: &BoxError) -> String {
    let text = error.to_string();
    let code = text
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"));
    code.map_or(&*text, |(code, _)| code).to_owned()
}

/// The tag that a store gives a part or an object.
pub(crate) fn e_tag(response: &Response<Bytes>) -> String {
    response.headers()[header::ETAG]
        .to_str()
        .unwrap()
        .to_owned()
}

/// Bytes that look like nothing else.
pub(crate) fn data(length: usize) -> Bytes {
    let mut data = vec![0; length];
    fastrand::Rng::with_seed(length as u64).fill(&mut data);
    data.into()
}
