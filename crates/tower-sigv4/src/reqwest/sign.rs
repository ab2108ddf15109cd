//! Signs a request of reqwest's, and checks where the response came from: what the layer, the client
//! and the middleware share.

use std::future::poll_fn;

use http::{Request, request::Parts};
use reqwest::{Body, Response};

use super::sent::Sent;
use crate::{
    Error, RequestSigner, SignedRequest, SigningOptions,
    body::{Form, Known, Read, SignedBody},
    error::{Kind, ReqwestKind},
};

/// A request that is ready to be sent, and what waits for its response.
pub(super) struct Outgoing {
    pub(super) request: reqwest::Request,
    pub(super) awaited: Awaited,
}

/// The response that a request is waiting for.
pub(super) struct Awaited {
    sent: Sent,
    /// `None` if the request was forwarded unsigned.
    signed: Option<SignedRequest>,
}

/// Signs a request, for the URL that reqwest's parser has made of what it was given.
///
/// Without a signer the request passes through, but for its options.
///
/// # Errors
///
/// A request that may not be signed, or has no certain signature; then nothing is to be sent.
pub(super) async fn sign(
    signer: Option<&RequestSigner>,
    request: reqwest::Request,
    options: Option<SigningOptions>,
) -> Result<Outgoing, Error> {
    // With its extensions, in which reqwest keeps the request's timeout.
    let request = Request::<Body>::try_from(request).map_err(not_uri)?;
    let (mut parts, body) = request.into_parts();
    if let Some(options) = options {
        parts.extensions.insert(options);
    }
    let (body, signed) = match signer {
        Some(signer) => sign_parts(signer, &mut parts, body).await?,
        None => {
            parts.extensions.remove::<SigningOptions>();
            (body, None)
        }
    };
    let request = Request::from_parts(parts, body)
        .try_into()
        .map_err(not_uri)?;
    let sent = Sent::new(&request);
    Ok(Outgoing {
        request,
        awaited: Awaited { sent, signed },
    })
}

async fn sign_parts(
    signer: &RequestSigner,
    parts: &mut Parts,
    body: Body,
) -> Result<(Body, Option<SignedRequest>), Error> {
    let Some(signing) = signer.check(parts)? else {
        return Ok((body, None));
    };
    let mut known = match signing.read_body(parts, body)? {
        Read::Done(known) => known,
        Read::Pending(mut collect) => {
            // So that credentials load while the body is read.
            signing.start_load();
            poll_fn(|cx| collect.poll_in_time(&parts.headers, cx)).await?
        }
    };
    known.write_headers(parts)?;
    let Known {
        mut body, payload, ..
    } = known;
    let signed = signing.sign(parts, payload).await?;
    signed.begin_body(&mut body, &parts.headers)?;
    Ok((client_body(body), Some(signed)))
}

/// What was in memory stays a body that reqwest can send again by itself.
fn client_body(body: SignedBody<Body>) -> Body {
    match body.into_form() {
        Form::Untouched(body) => body,
        Form::Whole(data) => data.into(),
        Form::Pieces(body) => Body::wrap(body),
    }
}

impl Awaited {
    /// Checks and observes the response.
    ///
    /// # Errors
    ///
    /// The response is from elsewhere.
    pub(super) fn observe(self, mut response: Response) -> Result<Response, Error> {
        self.sent.check_response(&response)?;
        if let Some(signed) = self.signed {
            let advice = signed.observe(response.status(), response.headers());
            let status = response.status();
            signed.note(status, advice, response.extensions_mut());
        }
        Ok(response)
    }
}

/// The parser's own message may quote the URL with its query.
fn not_uri(_: reqwest::Error) -> Error {
    Kind::Reqwest(ReqwestKind::NotUri).into()
}
