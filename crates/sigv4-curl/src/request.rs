use std::io;

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request,
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, Entry, USER_AGENT},
};
use http_body_util::combinators::BoxBody;
use tower_sigv4::{PayloadMode, SigningOptions};

use crate::{arguments::Arguments, body::Body, failure::Failure};

/// Makes the request that the command line describes.
pub(crate) async fn from_arguments(
    arguments: &Arguments,
) -> Result<Request<BoxBody<Bytes, io::Error>>, Failure> {
    let body = Body::from_arguments(arguments).await?;
    let method = method(arguments, body.is_some());
    let is_form = !arguments.data.is_empty() || arguments.data_binary.is_some();
    let body = body.unwrap_or_else(Body::empty);

    let mut request = Request::new(body.body);
    *request.method_mut() = method;
    *request.uri_mut() = arguments.url.clone();
    let headers = request.headers_mut();
    for (name, value) in &arguments.headers {
        headers.append(name.clone(), value.clone());
    }
    // As curl does, and only where the command line says nothing else.
    let mut defaults = vec![
        (
            USER_AGENT,
            concat!("sigv4-curl/", env!("CARGO_PKG_VERSION")),
        ),
        (ACCEPT, "*/*"),
    ];
    if is_form {
        defaults.push((CONTENT_TYPE, "application/x-www-form-urlencoded"));
    }
    for (name, value) in defaults {
        if let Entry::Vacant(entry) = headers.entry(name) {
            entry.insert(HeaderValue::from_static(value));
        }
    }
    if let Some(length) = body.length {
        headers.insert(CONTENT_LENGTH, length.into());
    }
    let mode = match (arguments.unsigned_payload, body.digest) {
        (true, _) => Some(PayloadMode::Unsigned),
        (false, Some(digest)) => Some(PayloadMode::Precomputed(digest)),
        (false, None) => None,
    };
    if let Some(mode) = mode {
        let options = SigningOptions::new().payload(mode);
        request.extensions_mut().insert(options);
    }
    Ok(request)
}

fn method(arguments: &Arguments, has_body: bool) -> Method {
    match &arguments.request {
        Some(method) => method.clone(),
        None if arguments.head => Method::HEAD,
        None if arguments.upload_file.is_some() => Method::PUT,
        None if has_body => Method::POST,
        None => Method::GET,
    }
}
