use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::SystemTime,
};

use bytes::Bytes;
use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{CONTENT_TYPE, DATE, HeaderName},
};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::{Value, json};
#[cfg(feature = "websocket")]
use tokio::sync::watch;
use tower_service::Service;

#[cfg(feature = "websocket")]
use crate::websocket;
use crate::{
    Accepted, Accounts, Error, Received, Rejection, ResponseBody, date::Timestamp, echo,
    limits::BODY_LIMIT, proxy::Proxy, verify::Verifier,
};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A gateway that lets signed requests through. See the [crate's guide](crate).
///
/// A gateway is its own builder, and cheap to clone. It is a tower `Service`, so it can be mounted
/// in a server or called in memory; [`serve`](Self::serve) gives it a server of its own.
///
/// ```
/// use iam_gateway::{Account, Gateway};
///
/// let account = Account::new("AKIDEXAMPLE", "secret");
/// let gateway = Gateway::new("execute-api", "eu-west-1", account)
///     .inspect(|received| println!("{:?}", received.verification()));
/// ```
#[derive(Clone)]
#[must_use]
pub struct Gateway {
    config: Arc<Config>,
    /// Changes, or is closed, when the server stops that serves this gateway.
    #[cfg(feature = "websocket")]
    stopped: Option<watch::Receiver<()>>,
}

#[derive(Clone)]
struct Config {
    verifier: Verifier,
    proxy: Proxy,
    stream_responses: bool,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    inspector: Arc<dyn Fn(&Received<'_>) + Send + Sync>,
    #[cfg(feature = "websocket")]
    echo_websockets: bool,
}

impl Gateway {
    /// The most bytes of a body that the gateway takes, as API Gateway does: 10 MiB.
    pub const BODY_LIMIT: usize = BODY_LIMIT;

    /// Lets in what these accounts signed for a service, by its signing name, in a region.
    ///
    /// Every path answers with an echo of the request until [`route`](Self::route) says otherwise.
    pub fn new(
        service: impl Into<String>,
        region: impl Into<String>,
        accounts: impl Into<Accounts>,
    ) -> Self {
        Self {
            config: Arc::new(Config {
                verifier: Verifier {
                    service: service.into(),
                    region: region.into(),
                    accounts: accounts.into(),
                },
                proxy: Proxy::default(),
                stream_responses: false,
                clock: Arc::new(SystemTime::now),
                inspector: Arc::new(|_| ()),
                #[cfg(feature = "websocket")]
                echo_websockets: false,
            }),
            #[cfg(feature = "websocket")]
            stopped: None,
        }
    }

    /// Sets where the time comes from. Signatures and accounts are checked by it, and responses are
    /// dated by it. Defaults to the system's clock.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.config_mut().clock = Arc::new(now);
        self
    }

    /// Forwards what is accepted under a path prefix to a server, over plain http.
    ///
    /// The prefix stands for whole segments: `/pets` is for `/pets` and `/pets/1`, not for
    /// `/petstore`. The longest prefix wins. The path is forwarded whole, after the upstream's own
    /// path if it has one. What proved who the client is stays behind: `Authorization`,
    /// `x-amz-security-token`, and the parameters of a presigned URL.
    ///
    /// # Errors
    ///
    /// A prefix that does not begin with `/`, or an upstream that is not an `http` URL with a host and
    /// without a query.
    pub fn route(mut self, path_prefix: &str, upstream: &str) -> Result<Self, Error> {
        self.config_mut().proxy.add(path_prefix, upstream)?;
        Ok(self)
    }

    /// Sets whether what an upstream answers is passed on as it comes, with trailers and without a limit,
    /// as with API Gateway's [response streaming]. Defaults to no: the gateway waits for the whole
    /// response, of at most 10 MiB, and answers 502 if that breaks off.
    ///
    /// [response streaming]: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
    pub fn stream_responses(mut self, stream: bool) -> Self {
        self.config_mut().stream_responses = stream;
        self
    }

    /// Calls a function with every request and what the verification found, before the response is
    /// made. Defaults to none.
    ///
    /// With this a test sees what was on the wire, and can verify it a second time.
    pub fn inspect(mut self, inspector: impl Fn(&Received<'_>) + Send + Sync + 'static) -> Self {
        self.config_mut().inspector = Arc::new(inspector);
        self
    }

    /// Sets whether a WebSocket handshake that is accepted, on a path without an upstream, is answered
    /// as one, and messages are then echoed. Defaults to no: the handshake is echoed, as any request.
    ///
    /// The first subprotocol that the client offers is taken. Feature `websocket`.
    #[cfg(feature = "websocket")]
    pub fn echo_websockets(mut self, echo: bool) -> Self {
        self.config_mut().echo_websockets = echo;
        self
    }

    /// Has WebSockets end when a server does.
    #[cfg(feature = "websocket")]
    pub(crate) fn until(mut self, stopped: watch::Receiver<()>) -> Self {
        self.stopped = Some(stopped);
        self
    }

    fn config_mut(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.config)
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("verifier", &self.config.verifier)
            .field("proxy", &self.config.proxy)
            .finish_non_exhaustive()
    }
}

impl<B> Service<Request<B>> for Gateway
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let gateway = self.clone();
        Box::pin(async move {
            let response = gateway.answer(request).await;
            let response = response.unwrap_or_else(|rejection| reject(&rejection));
            Ok(gateway.config.stamp(response))
        })
    }
}

impl Gateway {
    async fn answer<B>(&self, request: Request<B>) -> Result<Response<ResponseBody>, Rejection>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        let config = &*self.config;
        let request = collect(request).await?;
        let verification = config.verifier.verify(&request, (config.clock)());
        (config.inspector)(&Received {
            request: &request,
            verification: verification.as_ref(),
        });
        let accepted = verification?;
        match config.proxy.find(request.uri().path()) {
            Some(upstream) => upstream.forward(request, config.stream_responses).await,
            None => Ok(self.echo(&request, &accepted)),
        }
    }

    fn echo(&self, request: &Request<Bytes>, accepted: &Accepted) -> Response<ResponseBody> {
        #[cfg(feature = "websocket")]
        if self.config.echo_websockets
            && let Some(response) = websocket::accept(request, self.stopped.clone())
        {
            return response;
        }
        json_response(StatusCode::OK, &echo::describe(request, accepted))
    }
}

impl Config {
    /// Adds what every response of API Gateway has.
    fn stamp(&self, mut response: Response<ResponseBody>) -> Response<ResponseBody> {
        let now = Timestamp::from_time((self.clock)());
        let date = httpdate::fmt_http_date(now.system_time());
        for (name, value) in [
            (DATE, date),
            (HeaderName::from_static("x-amzn-requestid"), request_id()),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// Waits for the whole body.
async fn collect<B>(request: Request<B>) -> Result<Request<Bytes>, Rejection>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, Gateway::BODY_LIMIT).collect().await;
    let body = body.map_err(|error| match error.is::<LengthLimitError>() {
        true => Rejection::body_too_large(),
        false => Rejection::bad_request("Bad Request: the body broke off"),
    })?;
    Ok(Request::from_parts(parts, body.to_bytes()))
}

fn reject(rejection: &Rejection) -> Response<ResponseBody> {
    let message = json!({ "message": rejection.message() });
    let mut response = json_response(rejection.status(), &message);
    let error_type = HeaderValue::from_static(rejection.error_type);
    response
        .headers_mut()
        .insert("x-amzn-errortype", error_type);
    response
}

fn json_response(status: StatusCode, body: &Value) -> Response<ResponseBody> {
    let mut response = Response::new(body.to_string().into());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// A random UUID.
fn request_id() -> String {
    let id = format!("{:032x}", fastrand::u128(..));
    [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-")
}
