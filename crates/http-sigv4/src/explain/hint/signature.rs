//! For what is wrong with the signature itself: its time, its scope, its keys, or that there is none.

use std::borrow::Cow;

use crate::explain::{Cause, classify::Ours};

/// `about` is a span of time, what the service expects, or an access key id.
pub(super) fn hint(
    cause: Cause,
    about: Option<&str>,
    ours: &Ours<'_>,
) -> Option<Cow<'static, str>> {
    let hint = match cause {
        Cause::BodyHashRequired => {
            "S3, OpenSearch Serverless and VPC Lattice want `x-amz-content-sha256` on every request, \
             and Lattice wants `UNSIGNED-PAYLOAD` in it. Sign with the service's own `Profile`."
        }
        Cause::IncompleteSignature => {
            "Something cut or rewrote `Authorization`, or an access key id was copied with white \
             space. Send the header as the signer wrote it, on one line."
        }
        Cause::SeveralSignatures => {
            "Sign in the header or in the query, not in both: do not send a presigned URL through a \
             signer."
        }
        Cause::NotASignature if ours.signed.is_some() => {
            "Something below the signer replaced `Authorization`, such as a layer that adds a bearer \
             token. Move it above, or send that token in a header of another name."
        }
        Cause::NotASignature => {
            "The route asks for IAM authorization and got a token. Sign the request, and do not set \
             `Authorization` yourself. Or there is no such route, of which API Gateway says the same."
        }
        Cause::NotSigned if ours.signed.is_some() => {
            "The request was signed, but `Authorization` did not arrive. Look for a proxy, or a \
             redirect below the signer, that drops it."
        }
        Cause::NotSigned => {
            "The request did not pass a signer, as far as is known here: put the signing layer around \
             this client, innermost. Or there is no such route, of which API Gateway says the same."
        }
        Cause::UnknownRoute => {
            "API Gateway says so of every method and path that it has no route for. Check the stage, \
             the path and the method, and that the API is deployed. If they are right, look for a \
             proxy that removes `Authorization`."
        }
        Cause::ExpiredCredentials => {
            "Get new ones. Keys in the environment and in files do not renew themselves; a provider \
             that refreshes itself loads others in time."
        }
        _ => return told(cause, about, ours).map(Cow::Owned),
    };
    Some(hint.into())
}

/// Where it counts what the service told.
fn told(cause: Cause, about: Option<&str>, ours: &Ours<'_>) -> Option<String> {
    let by = about.map_or(String::new(), |by| format!("{by} "));
    let id = about.map_or(String::new(), |id| format!(" `{id}`"));
    Some(match cause {
        Cause::ClockBehind => format!(
            "This clock is {by}behind the service's. Most services take five minutes, S3 and STS \
             fifteen. Synchronise it (NTP), and read it anew for each request."
        ),
        Cause::ClockAhead => format!(
            "This clock is {by}ahead of the service's. Most services take five minutes, S3 and STS \
             fifteen. Synchronise it (NTP)."
        ),
        Cause::SignatureAged => format!(
            "The clocks agree, but the request was signed {} before it was refused. Retries, queues \
             and limits belong above the signer, so that signing comes last.",
            about.unwrap_or("minutes")
        ),
        Cause::ScopeDate => scope(
            0,
            "day",
            about,
            ours,
            "Use one reading of the clock, in UTC, for the date and for the key.",
        ),
        Cause::ScopeRegion => scope(
            1,
            "region",
            about,
            ours,
            "Sign for the region that the endpoint is in; an AWS host name holds it.",
        ),
        Cause::ScopeService => scope(
            2,
            "service",
            about,
            ours,
            "Sign for the service's signing name, which its host name need not begin with.",
        ),
        Cause::WrongSecret => format!(
            "The request arrived as it was signed, so the secret access key is not that of{id}, or the \
             session token belongs to other credentials. Look for keys of two sources mixed, or a \
             secret that was cut when it was copied."
        ),
        Cause::UnknownCredentials => format!(
            "The service knows no such access key id{id}, or not with this session token. Look for a \
             deleted key, a token of other credentials, or an account in another partition (China, \
             GovCloud)."
        ),
        Cause::SessionTokenMissing => format!(
            "The access key id{id} is a temporary one. Give the signer its session token too; in the \
             environment it is `AWS_SESSION_TOKEN`."
        ),
        Cause::AccessDenied => denied(ours),
        _ => return None,
    })
}

fn scope(
    index: usize,
    part: &str,
    expected: Option<&str>,
    ours: &Ours<'_>,
    remedy: &str,
) -> String {
    let signed = ours.scope().map(|scope| format!("`{}`", scope[index]));
    let signed = signed.as_deref().unwrap_or("another one");
    match expected {
        Some(expected) => format!(
            "The service expects the {part} `{expected}`, and the request is signed for {signed}. \
             {remedy}"
        ),
        None => format!(
            "The service does not take the {part} that the request is signed for, {signed}. {remedy}"
        ),
    }
}

fn denied(ours: &Ours<'_>) -> String {
    let permission = match ours.scope().map(|[_, _, service, _]| service) {
        Some("execute-api") => "`execute-api:Invoke` on this stage, method and path",
        Some("lambda") => "both `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`",
        Some("aoss") => "`aoss:APIAccessAll` and a data access policy with the caller in it",
        Some("vpc-lattice-svcs") => "`vpc-lattice-svcs:Invoke` on this service and path",
        _ => "this action on this resource",
    };
    let mut hint = format!(
        "Nothing is wrong with the signature. The caller's policy or the resource's has to allow \
         {permission}; look for an explicit deny, a permissions boundary or a VPC endpoint's policy."
    );
    if ours.signed.is_none() {
        hint.push_str(" A function URL says the same of a request without a signature.");
    }
    hint
}
