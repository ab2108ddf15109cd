use std::fmt;

/// Why a request was rejected, as far as the response tells.
///
/// `Display` is half a sentence, as in "the path was decoded on its way". What to do about it says
/// [`Explanation::hint`](super::Explanation::hint).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum Cause {
    /// The path arrived with one layer of percent-encoding more than was signed.
    PathEncodedAgain,
    /// The path arrived with a layer of percent-encoding less than was signed, as `%2F` read as `/`.
    PathDecoded,
    /// The path arrived in another spelling of the same bytes, as `%2f` for `%2F`.
    PathReencoded,
    /// Slashes were added or removed: doubled ones, or the last one.
    PathSlashes,
    /// Dot segments (`.` and `..`) were resolved on one side only.
    PathDotSegments,
    /// Segments in front of the path were added or removed: a stage, a base path.
    PathPrefix,
    /// The service saw another path.
    PathChanged,
    /// A `+` in the query was read as a space by one side and as a plus by the other.
    QueryPlus,
    /// The query's parameters arrived in another order, or were sorted by another rule.
    QueryOrder,
    /// A parameter without a value has a `=` on one side only.
    QueryMissingEquals,
    /// The query arrived in another percent-encoding of the same parameters.
    QueryReencoded,
    /// A parameter of the query was added, removed or changed.
    QueryParameter,
    /// The service saw another method.
    MethodChanged,
    /// The service saw another host.
    HostChanged,
    /// The service saw the host with another port, or with one more or less.
    HostPort,
    /// The service saw the host in another case.
    HostCase,
    /// A signed header arrived with another value.
    HeaderChanged,
    /// A signed header arrived with other spaces in it.
    HeaderSpacing,
    /// A signed header did not arrive.
    HeaderMissing,
    /// A header that has to be signed was added after signing.
    HeaderNotSigned,
    /// The service read another list of signed headers.
    SignedHeaders,
    /// The request was signed again after this signature.
    SignedAgain,
    /// The session token that arrived is not the one that was signed.
    SessionTokenChanged,
    /// The body that was hashed did not arrive.
    BodyLost,
    /// A body arrived where none was hashed.
    BodyAdded,
    /// The body that arrived is not the one that was hashed.
    BodyChanged,
    /// One side hashed the body and the other took it as unsigned.
    PayloadMode,
    /// The service wants `x-amz-content-sha256`.
    BodyHashRequired,
    /// This clock is behind the service's.
    ClockBehind,
    /// This clock is ahead of the service's.
    ClockAhead,
    /// The clocks agree, but the request took minutes from being signed to arriving.
    SignatureAged,
    /// A presigned URL was used after its `X-Amz-Expires`.
    UrlExpired,
    /// A presigned URL lives longer than the service allows, or its `X-Amz-Expires` is no number.
    UrlLifetime,
    /// A presigned URL arrived without some of its parameters, or with others.
    UrlMalformed,
    /// The credential scope has another day.
    ScopeDate,
    /// The credential scope has another region.
    ScopeRegion,
    /// The credential scope has another service.
    ScopeService,
    /// The canonical requests agree, but the strings to sign do not.
    StringToSign,
    /// Both sides signed the same text, so the secret access key is not that of the access key id.
    WrongSecret,
    /// The signature does not fit, and there is nothing to compare with.
    SignatureMismatch,
    /// The request arrived without a signature.
    NotSigned,
    /// The request was signed, but no route of the API takes it. API Gateway says the same where the
    /// signature did not arrive.
    UnknownRoute,
    /// `Authorization` arrived with something else, such as a bearer token.
    NotASignature,
    /// `Authorization` arrived as half a signature.
    IncompleteSignature,
    /// The access key id is empty.
    AccessKeyIdMissing,
    /// The service does not take signatures by this algorithm.
    UnsupportedAlgorithm,
    /// The request arrived with a signature in a header and another in the query.
    SeveralSignatures,
    /// The service does not know the access key id or the session token.
    UnknownCredentials,
    /// The access key id is a temporary one and the request has no session token.
    SessionTokenMissing,
    /// The session token has expired.
    ExpiredCredentials,
    /// A policy does not allow the request. Services that name the caller have found the signature good.
    AccessDenied,
    /// The service does not take requests from this network.
    NetworkDenied,
    /// No reason is given.
    Unexplained,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PathEncodedAgain => "the path was percent-encoded once more on its way",
            Self::PathDecoded => "the path was percent-decoded on its way",
            Self::PathReencoded => "the path arrived in another percent-encoding",
            Self::PathSlashes => "slashes of the path were added or removed on its way",
            Self::PathDotSegments => "dot segments of the path were resolved on one side only",
            Self::PathPrefix => "the front of the path was added or removed on its way",
            Self::PathChanged => "the path was changed on its way",
            Self::QueryPlus => "a `+` of the query was read as a space on one side only",
            Self::QueryOrder => "the query's parameters are in another order",
            Self::QueryMissingEquals => "a parameter without a value lacks its `=` on one side",
            Self::QueryReencoded => "the query arrived in another percent-encoding",
            Self::QueryParameter => "a parameter of the query was changed on its way",
            Self::MethodChanged => "the method was changed on its way",
            Self::HostChanged => "the service saw another host than was signed",
            Self::HostPort => "the service saw another port than was signed",
            Self::HostCase => "the service saw the host in another case",
            Self::HeaderChanged => "a signed header was changed on its way",
            Self::HeaderSpacing => "the spaces in a signed header were changed on its way",
            Self::HeaderMissing => "a signed header did not arrive",
            Self::HeaderNotSigned => "a header was added after signing that has to be signed",
            Self::SignedHeaders => "the service read another list of signed headers",
            Self::SignedAgain => "the request was signed again after this signature",
            Self::SessionTokenChanged => "the session token was replaced after signing",
            Self::BodyLost => "the body was lost after it was hashed",
            Self::BodyAdded => "a body was added after signing",
            Self::BodyChanged => "the body was changed after it was hashed",
            Self::PayloadMode => "one side hashed the body and the other left it unsigned",
            Self::BodyHashRequired => "the service wants the header `x-amz-content-sha256`",
            Self::ClockBehind => "this clock is behind the service's",
            Self::ClockAhead => "this clock is ahead of the service's",
            Self::SignatureAged => "the request took minutes from being signed to arriving",
            Self::UrlExpired => "the presigned URL has expired",
            Self::UrlLifetime => "the presigned URL's lifetime is not allowed",
            Self::UrlMalformed => "the presigned URL arrived incomplete or rewritten",
            Self::ScopeDate => "the credential scope has another day",
            Self::ScopeRegion => "the request is signed for another region",
            Self::ScopeService => "the request is signed for another service",
            Self::StringToSign => "the strings to sign differ",
            Self::WrongSecret => "both sides signed the same text, so the secret is wrong",
            Self::SignatureMismatch => "the signature does not fit",
            Self::NotSigned => "the request arrived without a signature",
            Self::UnknownRoute => "the API has no such route, or the signature was lost",
            Self::NotASignature => "`Authorization` arrived without a signature in it",
            Self::IncompleteSignature => "`Authorization` arrived as half a signature",
            Self::AccessKeyIdMissing => "the access key id is empty",
            Self::UnsupportedAlgorithm => "the service does not take this algorithm",
            Self::SeveralSignatures => "the request arrived with more than one signature",
            Self::UnknownCredentials => "the service does not know these credentials",
            Self::SessionTokenMissing => "temporary credentials were sent without a session token",
            Self::ExpiredCredentials => "the credentials have expired",
            Self::AccessDenied => "a policy does not allow the request",
            Self::NetworkDenied => "the service takes no requests from this network",
            Self::Unexplained => "no reason is given",
        })
    }
}
