//! Accepted requests on their way to an upstream.

use bytes::Bytes;
use http::{
    HeaderMap, Request, Response, Uri, Version,
    header::{self, HeaderName},
    uri::{Authority, Scheme},
};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::{
    Error, Rejection, ResponseBody,
    authorization::is_presigned_parameter,
    echo::CREDENTIAL_HEADERS,
    encoding::{decode_pair, pairs},
    error::Kind,
    limits::BODY_LIMIT,
};

/// The upstreams, by path prefix.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxy {
    routes: Vec<(String, Upstream)>,
}

impl Proxy {
    pub(crate) fn add(&mut self, prefix: &str, upstream: &str) -> Result<(), Error> {
        if !prefix.starts_with('/') {
            return Err(Kind::PathPrefix(prefix.to_owned()).into());
        }
        let upstream = Upstream::new(upstream)?;
        self.routes
            .push((prefix.trim_end_matches('/').to_owned(), upstream));
        Ok(())
    }

    /// The upstream with the longest prefix of a path.
    pub(crate) fn find(&self, path: &str) -> Option<&Upstream> {
        let is_under = |prefix: &str| {
            path.strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let fitting = self.routes.iter().filter(|(prefix, _)| is_under(prefix));
        let (_, upstream) = fitting.max_by_key(|(prefix, _)| prefix.len())?;
        Some(upstream)
    }
}

/// A server behind the gateway.
#[derive(Clone, Debug)]
pub(crate) struct Upstream {
    authority: Authority,
    path: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Upstream {
    fn new(url: &str) -> Result<Self, Error> {
        let uri: Uri = url
            .parse()
            .map_err(|error| Kind::UpstreamUri(url.to_owned(), error))?;
        match uri.authority() {
            Some(authority) if uri.scheme() == Some(&Scheme::HTTP) && uri.query().is_none() => {
                Ok(Self {
                    authority: authority.clone(),
                    path: uri.path().trim_end_matches('/').to_owned(),
                    client: Client::builder(TokioExecutor::new()).build(connector()),
                })
            }
            _ => Err(Kind::Upstream(url.to_owned()).into()),
        }
    }

    /// Forwards a request, and waits for the whole response or passes it on as it comes.
    pub(crate) async fn forward(
        &self,
        request: Request<Bytes>,
        stream_response: bool,
    ) -> Result<Response<ResponseBody>, Rejection> {
        let (mut parts, body) = request.into_parts();
        parts.uri = self
            .target(&parts.uri)
            .map_err(|error| Rejection::bad_gateway(format!("the upstream's URL: {error}")))?;
        parts.version = Version::HTTP_11;
        remove_hop_by_hop(&mut parts.headers);
        for name in CREDENTIAL_HEADERS
            .iter()
            .chain([&header::HOST, &header::CONTENT_LENGTH])
        {
            parts.headers.remove(name);
        }
        parts.extensions.clear();

        let request = Request::from_parts(parts, Full::from(body));
        let response = self.client.request(request).await.map_err(|error| {
            let why = with_causes(&error);
            Rejection::bad_gateway(format!("no answer from {}: {why}", self.authority))
        })?;
        let (mut parts, body) = response.into_parts();
        parts.version = Version::default();
        remove_hop_by_hop(&mut parts.headers);
        if stream_response {
            return Ok(Response::from_parts(parts, ResponseBody::streamed(body)));
        }
        let body = Limited::new(body, BODY_LIMIT).collect().await;
        let body = body.map_err(|error| {
            let why = with_causes(&*error);
            Rejection::bad_gateway(format!("a broken answer from {}: {why}", self.authority))
        })?;
        Ok(Response::from_parts(parts, body.to_bytes().into()))
    }

    fn target(&self, received: &Uri) -> Result<Uri, http::Error> {
        let mut target = self.path.clone() + received.path();
        let query: Vec<_> = pairs(received.query().unwrap_or_default())
            .filter(|pair| !is_presigned_parameter(&decode_pair(pair).0))
            .collect();
        if !query.is_empty() {
            target = target + "?" + &query.join("&");
        }
        Uri::builder()
            .scheme(Scheme::HTTP)
            .authority(self.authority.clone())
            .path_and_query(target)
            .build()
    }
}

/// An error with what caused it; hyper's own texts say little.
fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let texts: Vec<_> = causes.map(ToString::to_string).collect();
    texts.join(": ")
}

/// Removes what concerns one connection only.
///
/// <https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1>
fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let nominated: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
        .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
        .collect();
    for name in nominated {
        headers.remove(name);
    }
    for name in [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ] {
        headers.remove(name);
    }
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    // Or else a small body waits for the acknowledgement of its head.
    connector.set_nodelay(true);
    connector
}
