//! For what was changed between the signer and the service.

use std::borrow::Cow;

use crate::explain::{Cause, classify::Ours};

/// `about` is a header's name, or a parameter and what happened to it.
pub(super) fn hint(
    cause: Cause,
    about: Option<&str>,
    ours: &Ours<'_>,
) -> Option<Cow<'static, str>> {
    let is_s3 = ours
        .scope()
        .is_some_and(|[_, _, service, _]| service.starts_with("s3"));
    let hint = match cause {
        Cause::PathEncodedAgain => {
            "Something between the signer and the service encodes the path again. Move what takes \
             URLs apart above the signer, and make the proxy pass the path through. If there is \
             none, the signer has the wrong `Profile`: S3 alone encodes a path once, and the others \
             sign `%25` for each `%` of the URL."
        }
        Cause::PathDecoded if is_s3 => {
            "S3 encodes a path once, and this one was signed encoded twice or was decoded on its way. \
             Sign with `Profile::S3`; if that is so, keep proxies from decoding paths."
        }
        Cause::PathDecoded => {
            "Something between the signer and the service decodes escapes such as `%2F` and `%3A` in \
             the URL, which are signed as `%252F` and `%253A`. Make the proxy pass the path through as \
             it came. If there is none, the signer has the wrong `Profile`."
        }
        Cause::PathReencoded if is_s3 => {
            "S3 reads a raw `+` in a path as a space. Write `%20` or `%2B`, and keep proxies from \
             rewriting paths."
        }
        Cause::PathReencoded => {
            "Something between the signer and the service writes the path's escapes anew. Make the \
             proxy pass the path through as it came."
        }
        Cause::PathSlashes => {
            "A slash at the end counts, and so does each of several in a row. Send the path that the \
             service has, and keep proxies from adding and merging slashes."
        }
        Cause::PathDotSegments => {
            "Something resolves `.` and `..` in the path, or the service does not. Send a path \
             without them; for object keys that hold them, sign with `Profile::S3`."
        }
        Cause::PathPrefix => {
            "A stage or base path is added or removed after signing: by a base-URI layer below the \
             signer, a proxy, or a custom domain's mapping. Sign the path that the service receives: \
             move that layer above the signer."
        }
        Cause::PathChanged => {
            "Something between the signer and the service rewrites the path. Move it above the \
             signer, or make the proxy pass paths through."
        }
        Cause::QueryPlus => {
            "A raw `+` is a space to some and a plus to others. Write `%20` for a space and `%2B` for \
             a plus, and both sides agree."
        }
        Cause::QueryOrder => {
            "A canonical query is sorted by encoded name, then by value. If the service is not AWS's \
             own, it may sort otherwise: send the parameters sorted, and each name once."
        }
        Cause::QueryMissingEquals => {
            "Write the `=` in the URL, as in `?acl=`, and both sides agree on it."
        }
        Cause::QueryReencoded => {
            "Something takes the query apart and writes it anew. Percent-encode everything but \
             letters, digits, `-`, `.`, `_` and `~` in the URL, and keep what rewrites URLs above \
             the signer."
        }
        Cause::MethodChanged => {
            "Something replaced the method: a redirect that is followed below the signer, or a method \
             override. Let redirects pass through the signer."
        }
        Cause::HostPort => {
            "A proxy adds or drops the port, or the client sends a default port that a signature \
             leaves out. Make the proxy pass `Host` through, or sign for the host that the service \
             sees, with `signing_host`."
        }
        Cause::HostCase => {
            "A host is signed in lower case, and something writes it otherwise. Write it in lower \
             case in the URL and in the proxy."
        }
        Cause::HostChanged => {
            "The service checks the `Host` that reaches it, and a CDN or a proxy in front of it has \
             put in another. Make that pass `Host` through, or sign for the host that the service \
             sees, with `signing_host`."
        }
        Cause::SignedHeaders | Cause::SignedAgain => {
            "The `Authorization` that arrived is not this one. Look for a second signer below: \
             another signing layer, an SDK's client, a signing proxy."
        }
        Cause::BodyLost => {
            "The service received an empty body. Look for a redirect or a retry below the signer \
             that sends the request without its body, or for a body that was read already."
        }
        Cause::BodyAdded => {
            "The signature covers an empty body, and one arrived. Give the signer the body that is \
             sent."
        }
        Cause::BodyChanged => {
            "The bytes that arrived are not those that were hashed. Compression, encryption and \
             re-serialisation belong above the signer; a retry has to send the same bytes."
        }
        Cause::PayloadMode => {
            "`UNSIGNED-PAYLOAD` is for S3 over TLS, OpenSearch Serverless and VPC Lattice, which \
             takes nothing else. Choose the service's own `Profile`, and hash the body where it \
             wants a hash."
        }
        _ => return named(cause, about),
    };
    Some(hint.into())
}

/// Where the name counts.
fn named(cause: Cause, about: Option<&str>) -> Option<Cow<'static, str>> {
    let name = about.map_or(Cow::Borrowed("the header"), |name| {
        format!("`{name}`").into()
    });
    let hint = match cause {
        Cause::QueryParameter => format!(
            "The parameter {} after signing. Set the query above the signer, and let nothing below \
             touch it.",
            about.unwrap_or("was changed")
        ),
        Cause::HeaderChanged => format!(
            "Something rewrote {name} after signing. Set it above the signer and let nothing below \
             touch it; if a proxy rewrites it, do not sign it."
        ),
        Cause::HeaderSpacing => format!(
            "A proxy joined or folded {name} otherwise than it was sent. Send it on one line, with \
             single spaces."
        ),
        Cause::HeaderMissing => format!(
            "Something removed {name} after signing: a proxy that drops what it does not know, or a \
             layer below the signer. Let it through, or send the request without it."
        ),
        Cause::HeaderNotSigned => format!(
            "Something added {name} after signing, and every `x-amz-*` header has to be signed. Move \
             the layer that adds it above the signer."
        ),
        Cause::SessionTokenChanged => format!(
            "Something replaced {name} after signing, such as a layer or a proxy with credentials of \
             its own. Let one of them sign."
        ),
        _ => return None,
    };
    Some(hint.into())
}
