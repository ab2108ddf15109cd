use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Request, Response};
use pin_project_lite::pin_project;
use reqwest::{Body, ResponseBuilderExt, Url};
use tower_service::Service;

use super::sent::Sent;
use crate::{
    Error,
    error::{BoxError, Kind, ReqwestKind},
};

/// A [`reqwest::Client`] as a service of `http`'s requests and responses, for use below
/// [`SigV4Layer`](crate::SigV4Layer).
///
/// With it, everything that is made for `http`'s types stands above: tower's retry with
/// `RetryPolicy`, `ExplainLayer`, and tower-http's middleware.
///
/// ```no_run
/// use bytes::Bytes;
/// use http::Request;
/// use http_body_util::Full;
/// use tower::{ServiceBuilder, ServiceExt};
/// use tower_sigv4::{
///     SigV4Layer,
///     reqwest::{HttpService, rewrite_uri},
/// };
///
/// # async fn example() -> Result<(), tower::BoxError> {
/// let http = reqwest::Client::builder()
///     .redirect(reqwest::redirect::Policy::none())
///     .build()?;
/// let client = ServiceBuilder::new()
///     // Here is the place of `.retry(RetryPolicy::new())`.
///     .map_request(rewrite_uri::<Full<Bytes>>)
///     .layer(SigV4Layer::from_env("execute-api")?)
///     .service(HttpService::new(http));
///
/// let request = Request::get("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/{id}")
///     .body(Full::default())?;
/// let response = client.oneshot(request).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Requests
///
/// The body has to be `Send`, `Sync` and `'static`, as [`reqwest::Body::wrap`] wants it. It is a stream
/// to reqwest, which therefore does not send it again by itself where a server refuses an HTTP/2 stream.
/// A timeout of reqwest's own is taken from the client only.
///
/// reqwest sends what its URL parser makes of a URI. A signed request of which that is something else
/// is refused: [`rewrite_uri`] above the layer has the layer sign what is sent.
///
/// # Errors
///
/// The service's error is a `BoxError`: the client's, as a [`reqwest::Error`], or an
/// [`Error`](crate::Error) for a request that was not sent, or for a signed one whose response
/// [came from elsewhere](crate::Error::is_redirect).
#[derive(Clone, Debug)]
pub struct HttpService<S = reqwest::Client> {
    inner: S,
}

impl<S> HttpService<S> {
    /// Wraps a client, or any service of reqwest's requests.
    pub fn new(inner: S) -> Self {
        Self { inner }
    }

    /// Returns the client.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns the client.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Takes the client out.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

/// Makes a request's URI the one that reqwest sends, so that a layer below signs that.
///
/// reqwest resolves `.` and `..` in a path, also where they are encoded, encodes `{`, `}`, `"` and more,
/// and writes a host in one way. A URI that reqwest cannot send is left as it is.
///
/// ```
/// use http::Request;
/// use tower_sigv4::reqwest::rewrite_uri;
///
/// let request = Request::get("https://api.example.com/a/%2e%2e/{id}").body(()).unwrap();
/// assert_eq!(rewrite_uri(request).uri(), "https://api.example.com/%7Bid%7D");
/// ```
pub fn rewrite_uri<B>(mut request: Request<B>) -> Request<B> {
    let url = Url::parse(&request.uri().to_string());
    if let Some(uri) = url.ok().and_then(|url| url.as_str().parse().ok()) {
        *request.uri_mut() = uri;
    }
    request
}

impl<S, B> Service<Request<B>> for HttpService<S>
where
    S: Service<reqwest::Request, Response = reqwest::Response>,
    S::Error: Into<BoxError>,
    B: http_body::Body + Send + Sync + 'static,
    B::Data: Into<Bytes>,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = HttpFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let state = match convert(request) {
            Ok((request, sent)) => State::Responding {
                future: self.inner.call(request),
                sent,
            },
            Err(error) => State::Failed { error: Some(error) },
        };
        HttpFuture { state }
    }
}

fn convert<B>(request: Request<B>) -> Result<(reqwest::Request, Sent), Error>
where
    B: http_body::Body + Send + Sync + 'static,
    B::Data: Into<Bytes>,
    B::Error: Into<BoxError>,
{
    let uri = request.uri().clone();
    let request = request.map(|body| match body.is_end_stream() {
        true => Body::default(),
        false => Body::wrap(body),
    });
    // The parser's own message may quote the URL with its query.
    let not_uri = |_| Kind::Reqwest(ReqwestKind::NotUri);
    let request = reqwest::Request::try_from(request).map_err(not_uri)?;
    let sent = Sent::new(&request);
    sent.check_uri(&uri)?;
    Ok((request, sent))
}

pin_project! {
    /// The future of [`HttpService`].
    ///
    /// # Panics
    ///
    /// As most futures do, if it is polled again after it has completed.
    #[must_use = "futures do nothing unless polled"]
    pub struct HttpFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F> {
        Responding { #[pin] future: F, sent: Sent },
        Failed { error: Option<Error> },
    }
}

impl<F, E> Future for HttpFuture<F>
where
    F: Future<Output = Result<reqwest::Response, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response<Body>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match self.project().state.project() {
            StateProj::Responding { future, sent } => {
                let response = ready!(future.poll(cx)).map_err(Into::into)?;
                sent.check_response(&response)?;
                Ok(into_http(response))
            }
            StateProj::Failed { error } => {
                let error = error.take();
                Err(error.expect("`HttpFuture` polled after completion").into())
            }
        })
    }
}

/// Keeps the URL, so that a `reqwest::Response` can be made of it again.
fn into_http(response: reqwest::Response) -> Response<Body> {
    let with_url = Response::builder().url(response.url().clone()).body(());
    let mut response = Response::<Body>::from(response);
    if let Ok(with_url) = with_url {
        let (parts, ()) = with_url.into_parts();
        response.extensions_mut().extend(parts.extensions);
    }
    response
}

impl<F> fmt::Debug for HttpFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpFuture").finish_non_exhaustive()
    }
}
