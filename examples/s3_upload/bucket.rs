//! An object in a bucket, and what S3's API does with it.

use std::{collections::BTreeMap, fmt};

use bytes::Bytes;
use http::{Method, Request, Response, Uri, header};
use http_body::Body;
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::{Reader, escape::unescape, events::Event};
use tower::{BoxError, Layer, ServiceExt};
use tower_sigv4::{SigV4, SigV4Layer, SignedBody};

type AnyBody = BoxBody<Bytes, BoxError>;

pub(crate) struct Bucket {
    client: SigV4<Client<HttpsConnector<HttpConnector>, SignedBody<AnyBody>>>,
    object: Uri,
}

impl Bucket {
    pub(crate) fn new(
        layer: &SigV4Layer,
        endpoint: &str,
        bucket: &str,
        key: &str,
    ) -> Result<Self, BoxError> {
        // All but what is the same in every URL, and the slashes.
        const KEY: &AsciiSet = &NON_ALPHANUMERIC
            .remove(b'-')
            .remove(b'.')
            .remove(b'/')
            .remove(b'_')
            .remove(b'~');
        let https = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .build();
        let client = Client::builder(TokioExecutor::new()).build(https);
        let (endpoint, key) = (
            endpoint.trim_end_matches('/'),
            utf8_percent_encode(key, KEY),
        );
        Ok(Self {
            client: layer.layer(client),
            object: format!("{endpoint}/{bucket}/{key}").parse()?,
        })
    }

    /// Begins an upload in parts, and returns its id.
    pub(crate) async fn create_upload(&self) -> Result<String, BoxError> {
        let answer = self
            .send(Method::POST, "?uploads", None, Full::default())
            .await?;
        let ids = texts(answer.body(), "UploadId")?;
        ids.into_iter().next().ok_or_else(|| "no upload id".into())
    }

    /// Returns the tags of the parts that are there; `None` if there is no such upload.
    pub(crate) async fn parts(&self, id: &str) -> Result<Option<BTreeMap<u64, String>>, BoxError> {
        let mut parts = BTreeMap::new();
        loop {
            // A page has a thousand parts at most.
            let after = parts.last_key_value().map_or(0, |(part, _)| *part);
            let query = format!("?uploadId={}&part-number-marker={after}", encoded(id));
            let answer = match self.send(Method::GET, &query, None, Full::default()).await {
                Err(error) if error.to_string().contains("NoSuchUpload") => return Ok(None),
                answer => answer?,
            };
            let numbers = texts(answer.body(), "PartNumber")?;
            let tags = texts(answer.body(), "ETag")?;
            for (number, tag) in numbers.iter().zip(tags) {
                parts.insert(number.parse()?, tag);
            }
            if texts(answer.body(), "IsTruncated")? != ["true"] {
                return Ok(Some(parts));
            }
        }
    }

    /// Uploads a part and returns its tag.
    pub(crate) async fn put_part<B>(
        &self,
        id: &str,
        part: u64,
        length: u64,
        body: B,
    ) -> Result<String, BoxError>
    where
        B: Body<Data = Bytes, Error = BoxError> + Send + Sync + 'static,
    {
        let query = format!("?partNumber={part}&uploadId={}", encoded(id));
        let answer = self.send(Method::PUT, &query, Some(length), body).await?;
        let tag = answer
            .headers()
            .get(header::ETAG)
            .ok_or("the part has no tag")?;
        Ok(tag.to_str()?.to_owned())
    }

    /// Makes one object of the parts.
    pub(crate) async fn complete_upload(
        &self,
        id: &str,
        parts: &BTreeMap<u64, String>,
    ) -> Result<(), BoxError> {
        let part = |(number, tag)| {
            format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>")
        };
        let parts: String = parts.iter().map(part).collect();
        let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        let query = format!("?uploadId={}", encoded(id));
        let answer = self
            .send(Method::POST, &query, None, Full::from(body))
            .await?;
        // It is answered with 200 before all is done.
        match texts(answer.body(), "Code")?.first() {
            Some(code) => Err(code.clone().into()),
            None => Ok(()),
        }
    }

    async fn send<B>(
        &self,
        method: Method,
        query: &str,
        length: Option<u64>,
        body: B,
    ) -> Result<Response<Bytes>, BoxError>
    where
        B: Body<Data = Bytes> + Send + Sync + 'static,
        B::Error: Into<BoxError>,
    {
        let uri = format!("{}{query}", self.object);
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(length) = length {
            request = request.header(header::CONTENT_LENGTH, length);
        }
        let request = request.body(body.map_err(Into::into).boxed())?;
        let (parts, body) = self.client.clone().oneshot(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        match parts.status.is_success() {
            true => Ok(Response::from_parts(parts, body)),
            false => Err(format!("{} {}", parts.status, String::from_utf8_lossy(&body)).into()),
        }
    }
}

fn encoded(id: &str) -> impl fmt::Display {
    utf8_percent_encode(id, NON_ALPHANUMERIC)
}

/// The texts of all elements of a name, in their order.
fn texts(xml: &[u8], name: &str) -> Result<Vec<String>, BoxError> {
    let mut reader = Reader::from_str(str::from_utf8(xml)?);
    let mut texts = Vec::new();
    loop {
        match reader.read_event()? {
            Event::Start(start) if start.local_name().as_ref() == name => {
                let text = reader.read_text(start.name())?;
                texts.push(unescape(&text)?.into_owned());
            }
            Event::Eof => return Ok(texts),
            _ => {}
        }
    }
}
