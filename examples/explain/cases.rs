//! What goes wrong.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Request,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST},
};
use iam_gateway::{Account, Accounts, Gateway};
use tower_sigv4::{Error, SigV4Layer, explain::Cause};

use crate::proxy::Change;

const SERVICE: &str = "execute-api";
const REGION: &str = "eu-west-1";
const API: &str = "abc123.execute-api.eu-west-1.amazonaws.com";
const API_WITH_PORT: &str = "abc123.execute-api.eu-west-1.amazonaws.com:443";

/// Keys of a user, of a role, and of a role a day later.
const USER: (&str, &str) = ("AKIAEXAMPLE", "a secret that only the client and AWS know");
const ROLE: (&str, &str) = ("ASIAEXAMPLE", "a secret that lives for an hour");
const EXPIRED: (&str, &str) = ("ASIAEXPIRED", "a secret that lived for an hour");
const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLETOKEN";

/// The service: a gateway that knows these keys.
pub(crate) fn gateway() -> Gateway {
    let account = |(id, secret)| Account::new(id, secret);
    let role = account(ROLE).session_token(TOKEN);
    let yesterday = SystemTime::now() - Duration::from_secs(86_400);
    let expired = account(EXPIRED).session_token(TOKEN).expires_at(yesterday);
    Gateway::new(
        SERVICE,
        REGION,
        Accounts::from_iter([account(USER), role, expired]),
    )
}

/// A request that is rejected, and why.
pub(crate) struct Case {
    pub(crate) title: &'static str,
    pub(crate) cause: Cause,
    pub(crate) request: fn() -> Request<Bytes>,
    /// What is between the signer and the service.
    pub(crate) proxy: Change,
    /// `None` if the stack has no signer.
    pub(crate) signer: Option<fn() -> Result<SigV4Layer, Error>>,
}

pub(crate) fn all() -> Vec<Case> {
    let mut cases = changed_on_the_way();
    cases.extend(signed_by_mistake());
    cases
}

fn changed_on_the_way() -> Vec<Case> {
    vec![
        on_the_way(
            Cause::PathDecoded,
            "A proxy decodes the path",
            || get("/prod/files/2026%2F11%2Freport"),
            |request| rewrite(request, |target| target.replace("%2F", "/")),
        ),
        on_the_way(
            Cause::PathEncodedAgain,
            "A proxy encodes the path once more",
            || get("/prod/files/annual%20report"),
            |request| rewrite(request, |target| target.replace('%', "%25")),
        ),
        on_the_way(
            Cause::PathPrefix,
            "A proxy takes the stage off the path",
            || get("/prod/orders/42"),
            |request| rewrite(request, |target| target.replace("/prod", "")),
        ),
        on_the_way(
            Cause::PathSlashes,
            "A proxy takes the slash off the end of the path",
            || get("/prod/orders/"),
            |request| rewrite(request, |target| target.trim_end_matches('/').to_owned()),
        ),
        on_the_way(
            Cause::QueryPlus,
            "A proxy takes a + for a plus",
            || get("/prod/search?page=2&q=green+tea"),
            |request| rewrite(request, |target| target.replace('+', "%2B")),
        ),
        on_the_way(
            Cause::QueryParameter,
            "A proxy adds a parameter",
            || get("/prod/search?page=2&q=tea"),
            |request| rewrite(request, |target| format!("{target}&source=web")),
        ),
        on_the_way(
            Cause::MethodChanged,
            "A proxy replaces the method",
            || order(Method::PATCH),
            |request| *request.method_mut() = Method::POST,
        ),
        on_the_way(
            Cause::HostChanged,
            "A reverse proxy calls the service by another name",
            || get("/prod/orders"),
            |request| set(request, HOST, "orders.internal.example"),
        ),
        on_the_way(
            Cause::HostPort,
            "A proxy adds the port to the host",
            || get("/prod/orders"),
            |request| set(request, HOST, API_WITH_PORT),
        ),
        on_the_way(
            Cause::HeaderChanged,
            "A library below the signer completes the content type",
            || order(Method::POST),
            |request| set(request, CONTENT_TYPE, "application/json; charset=utf-8"),
        ),
        on_the_way(
            Cause::HeaderMissing,
            "A firewall drops a header that it does not know",
            || order(Method::POST),
            |request| drop(request.headers_mut().remove(TENANT)),
        ),
        on_the_way(
            Cause::HeaderNotSigned,
            "A layer below the signer adds a header",
            || get("/prod/orders"),
            |request| set(request, TENANT, "acme"),
        ),
        on_the_way(
            Cause::BodyChanged,
            "A proxy writes the JSON anew",
            || order(Method::POST),
            |request| *request.body_mut() = Bytes::from_static(br#"{"count":2,"item":"tea"}"#),
        ),
        on_the_way(
            Cause::BodyLost,
            "A redirect below the signer loses the body",
            || order(Method::POST),
            |request| request.body_mut().clear(),
        ),
        on_the_way(
            Cause::UnknownRoute,
            "A proxy drops the Authorization header",
            || get("/prod/orders"),
            |request| drop(request.headers_mut().remove(AUTHORIZATION)),
        ),
        on_the_way(
            Cause::NotASignature,
            "A layer below the signer sets a bearer token",
            || get("/prod/orders"),
            |request| set(request, AUTHORIZATION, "Bearer eyJhbGciOiJub25lIn0.e30."),
        ),
    ]
}

fn signed_by_mistake() -> Vec<Case> {
    const HOUR: Duration = Duration::from_secs(3_600);
    vec![
        by_mistake(
            Cause::WrongSecret,
            "The secret is that of other keys",
            || signer((USER.0, ROLE.1), None),
        ),
        by_mistake(Cause::UnknownCredentials, "The key was deleted", || {
            signer(("AKIADELETED", USER.1), None)
        }),
        by_mistake(
            Cause::SessionTokenMissing,
            "A role's keys were copied without the session token",
            || signer(ROLE, None),
        ),
        by_mistake(
            Cause::ExpiredCredentials,
            "The role's keys have expired",
            || signer(EXPIRED, Some(TOKEN)),
        ),
        by_mistake(Cause::ClockBehind, "The clock is slow", || {
            clocked(|| SystemTime::now() - HOUR)
        }),
        by_mistake(Cause::ClockAhead, "The clock is fast", || {
            clocked(|| SystemTime::now() + HOUR)
        }),
        // A custom domain does not tell, and so the layer has to believe what it is told.
        Case {
            request: orders_at_own_domain,
            ..by_mistake(Cause::ScopeRegion, "The API is in another region", || {
                signer_for(SERVICE, "us-east-1")
            })
        },
        Case {
            request: orders_at_own_domain,
            ..by_mistake(Cause::ScopeService, "The API is another service's", || {
                signer_for("lambda", REGION)
            })
        },
        Case {
            signer: None,
            ..by_mistake(
                Cause::NotSigned,
                "There is no signer around this client",
                || signer(USER, None),
            )
        },
    ]
}

/// A good signature, and a proxy that breaks it.
fn on_the_way(
    cause: Cause,
    title: &'static str,
    request: fn() -> Request<Bytes>,
    proxy: Change,
) -> Case {
    Case {
        title,
        cause,
        request,
        proxy,
        signer: Some(|| signer(USER, None)),
    }
}

/// A signer that is set up wrongly, and a proxy that passes everything through.
fn by_mistake(
    cause: Cause,
    title: &'static str,
    signer: fn() -> Result<SigV4Layer, Error>,
) -> Case {
    Case {
        title,
        cause,
        request: || get("/prod/orders"),
        proxy: |_| (),
        signer: Some(signer),
    }
}

fn signer((id, secret): (&str, &str), token: Option<&str>) -> Result<SigV4Layer, Error> {
    let credentials = Credentials::new(id, secret, token.map(Into::into), None, "example");
    SigV4Layer::new(SERVICE, REGION, credentials)
}

fn signer_for(service: &str, region: &str) -> Result<SigV4Layer, Error> {
    let credentials = Credentials::new(USER.0, USER.1, None, None, "example");
    SigV4Layer::builder(service, region, credentials)
        .allow_host("api.example.com")
        .build()
}

fn clocked(clock: fn() -> SystemTime) -> Result<SigV4Layer, Error> {
    let credentials = Credentials::new(USER.0, USER.1, None, None, "example");
    SigV4Layer::builder(SERVICE, REGION, credentials)
        .clock(clock)
        .build()
}

const TENANT: HeaderName = HeaderName::from_static("x-amz-meta-tenant");

fn get(target: &str) -> Request<Bytes> {
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = format!("https://{API}{target}").parse().expect("a URL");
    request
}

fn orders_at_own_domain() -> Request<Bytes> {
    let mut request = get("");
    *request.uri_mut() = "https://api.example.com/orders".parse().expect("a URL");
    request
}

fn order(method: Method) -> Request<Bytes> {
    let mut request = get("/prod/orders");
    *request.method_mut() = method;
    set(&mut request, CONTENT_TYPE, "application/json");
    set(&mut request, TENANT, "acme");
    *request.body_mut() = Bytes::from_static(br#"{"item":"tea","count":2}"#);
    request
}

fn set(request: &mut Request<Bytes>, name: HeaderName, value: &'static str) {
    request
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
}

/// Changes the path and the query.
fn rewrite(request: &mut Request<Bytes>, change: impl Fn(&str) -> String) {
    let target = request.uri().path_and_query().expect("a path").as_str();
    *request.uri_mut() = change(target).parse().expect("a path");
}
