//! What a signature covers, as it was received.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Uri, Version, header::HOST};

use crate::{
    Rejection,
    authorization::{Authorization, X_AMZ_SIGNATURE},
    encoding::{decode_pair, pairs},
    header_values::values,
};

/// The parts of a request that its signature covers.
pub(crate) struct SignedParts<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    /// The query's pairs as they stand there, without the signature itself.
    pub(crate) query: Vec<&'a str>,
    /// The signed headers by name, each with all its values.
    pub(crate) headers: Vec<(&'a str, Vec<&'a [u8]>)>,
    pub(crate) body: &'a [u8],
}

impl<'a> SignedParts<'a> {
    /// Picks the signed parts.
    ///
    /// # Errors
    ///
    /// A header that has to be signed and is not, or that is named as signed and is not there.
    pub(crate) fn pick(
        request: &'a Request<Bytes>,
        authorization: &'a Authorization,
    ) -> Result<Self, Rejection> {
        let names = &authorization.signed_headers;
        let is_signed = |name: &str| names.iter().any(|signed| signed == name);
        if !is_signed("host") {
            return Err(Rejection::invalid_signature(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
            ));
        }
        let unsigned = request
            .headers()
            .keys()
            .find(|name| name.as_str().starts_with("x-amz-") && !is_signed(name.as_str()));
        if let Some(name) = unsigned {
            return Err(Rejection::invalid_signature(format!(
                "'{name}' must be a 'SignedHeader' in the AWS Authorization."
            )));
        }
        let host = host(request.uri(), request.version(), request.headers())?;
        let mut headers = Vec::with_capacity(names.len());
        for name in names {
            let values = match name.as_str() {
                "host" => vec![host],
                name => values(request.headers(), name),
            };
            if values.is_empty() {
                return Err(Rejection::incomplete_signature(format!(
                    "'{name}' is named as a SignedHeader, but it does not exist in the HTTP request"
                )));
            }
            headers.push((name.as_str(), values));
        }
        let query = pairs(request.uri().query().unwrap_or_default());
        Ok(Self {
            method: request.method(),
            path: request.uri().path(),
            query: query
                .filter(|pair| decode_pair(pair).0 != X_AMZ_SIGNATURE.as_bytes())
                .collect(),
            headers,
            body: request.body(),
        })
    }
}

/// The host that the client named: `:authority` on HTTP/2, the `Host` header before that.
fn host<'a>(uri: &'a Uri, version: Version, headers: &'a HeaderMap) -> Result<&'a [u8], Rejection> {
    let authority = uri
        .authority()
        .map(|authority| authority.as_str().as_bytes());
    let header = match values(headers, HOST.as_str())[..] {
        [] => None,
        [value] => Some(value),
        _ => {
            return Err(Rejection::bad_request(
                "Bad Request: more than one Host header",
            ));
        }
    };
    let host = match version {
        Version::HTTP_2 => authority.or(header),
        _ => header.or(authority),
    };
    host.ok_or_else(|| Rejection::bad_request("Bad Request: no Host header"))
}
