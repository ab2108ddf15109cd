use std::borrow::Cow;

use super::wording;
use crate::explain::{Cause, diagnosis::Diagnosis, exchange::Exchange};

/// Says what to do, for every cause there is.
pub(super) fn advice(diagnosis: &Diagnosis, exchange: &Exchange<'_>) -> Cow<'static, str> {
    let local = exchange.local;
    let subject = diagnosis.subject.as_ref();
    let subject = subject.and_then(|subject| subject.show(exchange.redactor));
    let subject = subject.as_deref();
    let name = || wording::name(subject);
    match diagnosis.cause {
        Cause::PathEncodedAgain => {
            "Something between the signer and the service encodes the path again. Move what takes \
             URLs apart above the signer, and make the proxy pass the path through. If there is \
             none, the signer has the wrong `Profile`: S3 alone encodes a path once, and the others \
             sign `%25` for each `%` of the URL."
                .into()
        }
        Cause::PathDecoded if local.is_for("s3") => {
            "S3 encodes a path once, and this one was signed encoded twice or was decoded on its way. \
             Sign with `Profile::S3`; if that is so, keep proxies from decoding paths."
                .into()
        }
        Cause::PathDecoded => {
            "Something between the signer and the service decodes escapes such as `%2F` and `%3A` in \
             the URL, which are signed as `%252F` and `%253A`. Make the proxy pass the path through as \
             it came. If there is none, the signer has the wrong `Profile`."
                .into()
        }
        Cause::PathReencoded if local.is_for("s3") => {
            "S3 reads a raw `+` in a path as a space. Write `%20` or `%2B`, and keep proxies from \
             rewriting paths."
                .into()
        }
        Cause::PathReencoded => {
            "Something between the signer and the service writes the path's escapes anew. Make the \
             proxy pass the path through as it came."
                .into()
        }
        Cause::PathSlashes => {
            "A slash at the end counts, and so does each of several in a row. Send the path that the \
             service has, and keep proxies from adding and merging slashes."
                .into()
        }
        Cause::PathDotSegments => {
            "Something resolves `.` and `..` in the path, or the service does not; URL parsers take \
             `%2e` for a dot too. Send a path without them; for object keys that hold them, sign with \
             `Profile::S3`."
                .into()
        }
        Cause::PathPrefix => {
            "A stage or base path is added or removed after signing: by a base-URI layer below the \
             signer, a proxy, or a custom domain's mapping. Sign the path that the service receives: \
             move that layer above the signer."
                .into()
        }
        Cause::PathChanged => {
            "Something between the signer and the service rewrites the path. Move it above the \
             signer, or make the proxy pass paths through."
                .into()
        }
        Cause::QueryPlus => {
            "A raw `+` is a space to some and a plus to others. Write `%20` for a space and `%2B` for \
             a plus, and both sides agree."
                .into()
        }
        Cause::QueryOrder => {
            "A canonical query is sorted by encoded name, then by value. If the service is not AWS's \
             own, it may sort otherwise: send the parameters sorted, and each name once."
                .into()
        }
        Cause::QueryMissingEquals => {
            "Write the `=` in the URL, as in `?acl=`, and both sides agree on it.".into()
        }
        Cause::QueryReencoded => {
            "Something takes the query apart and writes it anew. Percent-encode everything but \
             letters, digits, `-`, `.`, `_` and `~` in the URL, and keep what rewrites URLs above \
             the signer."
                .into()
        }
        Cause::QueryParameter => format!(
            "The parameter {} after signing. Set the query above the signer, and let nothing below \
             touch it.",
            subject.unwrap_or("was changed")
        )
        .into(),
        Cause::MethodChanged => {
            "Something replaced the method: a redirect that is followed below the signer, or a method \
             override. Let redirects pass through the signer."
                .into()
        }
        Cause::HostPort => {
            "A proxy adds or drops the port, or the client sends a default port that a signature \
             leaves out. Make the proxy pass `Host` through, or sign for the host that the service \
             sees, with `signing_host`."
                .into()
        }
        Cause::HostCase => {
            "A host is signed in lower case, and something writes it otherwise. Write it in lower \
             case in the URL and in the proxy."
                .into()
        }
        Cause::HostChanged => {
            "The service checks the `Host` that reaches it, and a CDN or a proxy in front of it has \
             put in another. Make that pass `Host` through, or sign for the host that the service \
             sees, with `signing_host`."
                .into()
        }
        Cause::HeaderChanged => format!(
            "Something rewrote {} after signing. Set it above the signer and let nothing below \
             touch it; if a proxy rewrites it, do not sign it.",
            name()
        )
        .into(),
        Cause::HeaderSpacing => format!(
            "A proxy joined or folded {} otherwise than it was sent. Send it on one line, with \
             single spaces.",
            name()
        )
        .into(),
        Cause::HeaderMissing => format!(
            "Something removed {} after signing: a proxy that drops what it does not know, or a \
             layer below the signer. Let it through, or send the request without it.",
            name()
        )
        .into(),
        Cause::HeaderNotSigned => format!(
            "Something added {} after signing, and every `x-amz-*` header has to be signed. Move \
             the layer that adds it above the signer.",
            name()
        )
        .into(),
        Cause::SignedHeaders | Cause::SignedAgain => {
            "The `Authorization` that arrived is not this one. Look for a second signer below: \
             another signing layer, an SDK's client, a signing proxy."
                .into()
        }
        Cause::SessionTokenChanged => format!(
            "Something replaced {} after signing, such as a layer or a proxy with credentials of \
             its own. Let one of them sign.",
            name()
        )
        .into(),
        Cause::BodyLost => {
            "The service received an empty body. Look for a redirect or a retry below the signer \
             that sends the request without its body, or for a body that was read already."
                .into()
        }
        Cause::BodyAdded => {
            "The signature covers an empty body, and one arrived. Give the signer the body that is \
             sent."
                .into()
        }
        Cause::BodyChanged => {
            "The bytes that arrived are not those that were hashed. Compression, encryption and \
             re-serialisation belong above the signer; a retry has to send the same bytes."
                .into()
        }
        Cause::PayloadMode => {
            "`UNSIGNED-PAYLOAD` is for S3 over TLS, OpenSearch Serverless and VPC Lattice, which \
             takes nothing else. Choose the service's own `Profile`, and hash the body where it \
             wants a hash."
                .into()
        }
        Cause::BodyHashRequired => {
            "S3, OpenSearch Serverless and VPC Lattice want `x-amz-content-sha256` on every request, \
             and Lattice wants `UNSIGNED-PAYLOAD` in it. Sign with the service's own `Profile`."
                .into()
        }
        Cause::ClockBehind => wording::clock_behind(diagnosis, exchange).into(),
        Cause::ClockAhead => wording::clock_ahead(diagnosis, exchange).into(),
        Cause::SignatureAged => format!(
            "The clocks agree, but the request was signed {} before it was rejected. Retries, queues \
             and limits belong above the signer, so that signing comes last.",
            subject.unwrap_or("minutes")
        )
        .into(),
        Cause::UrlExpired => wording::expired_url(subject).into(),
        Cause::UrlLifetime => {
            "`X-Amz-Expires` is a number of seconds, at most 604800: seven days. Presign for a shorter \
             time; with temporary credentials a URL lives no longer than they do."
                .into()
        }
        Cause::UrlMalformed => wording::malformed_url(exchange).into(),
        Cause::ScopeDate => wording::scope(
            ("day", subject),
            local.scope().map(|scope| scope.day),
            "Use one reading of the clock, in UTC, for the date and for the key.",
        )
        .into(),
        Cause::ScopeRegion if exchange.rejection.status.is_redirection() => wording::scope(
            ("region", subject),
            local.scope().map(|scope| scope.region),
            "The bucket is there: sign for that region, and send to its endpoint.",
        )
        .into(),
        Cause::ScopeRegion => wording::scope(
            ("region", subject),
            local.scope().map(|scope| scope.region),
            "Sign for the region that the endpoint is in; an AWS host name holds it.",
        )
        .into(),
        Cause::ScopeService => wording::scope(
            ("service", subject),
            local.scope().map(|scope| scope.service),
            "Sign for the service's signing name, which its host name need not begin with.",
        )
        .into(),
        Cause::StringToSign => {
            "The same request was signed with another algorithm, date or terminator. Look for a proxy \
             that changes `Authorization`."
                .into()
        }
        Cause::WrongSecret => format!(
            "The request arrived as it was signed, so the secret access key is not that of{}, or the \
             session token belongs to other credentials. Look for keys of two sources mixed, or a \
             secret that was cut when it was copied.",
            wording::id(subject)
        )
        .into(),
        Cause::SignatureMismatch => wording::nothing_to_compare(exchange).into(),
        Cause::NotSigned if local.signed.is_some() => {
            "The request was signed, but `Authorization` did not arrive. Look for a proxy, or a \
             redirect below the signer, that drops it."
                .into()
        }
        Cause::NotSigned => {
            "The request did not pass a signer, as far as is known here: put the signing layer around \
             this client, innermost. Or there is no such route, of which API Gateway says the same."
                .into()
        }
        Cause::UnknownRoute => {
            "API Gateway says so of every method and path that it has no route for. Check the stage, \
             the path and the method, and that the API is deployed. If they are right, look for a \
             proxy that removes `Authorization`."
                .into()
        }
        Cause::NotASignature if local.signed.is_some() => {
            "Something below the signer replaced `Authorization`, such as a layer that adds a bearer \
             token. Move it above, or send that token in a header of another name."
                .into()
        }
        Cause::NotASignature => {
            "The route asks for IAM authorization and got a token. Sign the request, and do not set \
             `Authorization` yourself. Or there is no such route, of which API Gateway says the same."
                .into()
        }
        Cause::IncompleteSignature => {
            "Something cut or rewrote `Authorization`, or an access key id was copied with white space or \
             a slash in it. Send the header as the signer wrote it, on one line."
                .into()
        }
        Cause::AccessKeyIdMissing => {
            "The credentials were loaded without an access key id: look for an empty \
             `AWS_ACCESS_KEY_ID`, an empty field of a credentials file, or a provider that returned \
             empty credentials."
                .into()
        }
        Cause::UnsupportedAlgorithm => {
            "The service takes `AWS4-HMAC-SHA256`, and not Signature Version 2 or an asymmetric \
             signature. Look for an older signer below, or a presigned URL that another library made."
                .into()
        }
        Cause::SeveralSignatures => {
            "Sign in the header or in the query, not in both: do not send a presigned URL through a \
             signer."
                .into()
        }
        Cause::UnknownCredentials => format!(
            "The service knows no such access key id{}, or not with this session token. Look for a \
             deleted key, a token of other credentials, or an account in another partition (China, \
             GovCloud).",
            wording::id(subject)
        )
        .into(),
        Cause::SessionTokenMissing => format!(
            "The access key id{} is a temporary one. Give the signer its session token too; in the \
             environment it is `AWS_SESSION_TOKEN`.",
            wording::id(subject)
        )
        .into(),
        Cause::ExpiredCredentials => {
            "Get new ones. Keys in the environment and in files do not renew themselves; a provider \
             that refreshes itself loads others in time."
                .into()
        }
        Cause::AccessDenied => wording::denied(exchange).into(),
        Cause::NetworkDenied => {
            "The collection's network policy does not allow the source of the request. Allow public \
             access in it, or name the VPC endpoint that the client connects through. The signature was \
             not looked at."
                .into()
        }
        Cause::Unexplained => wording::no_reason(exchange),
    }
}
