//! Every message says what was wrong, with the value where there is one, and what to change.

use super::*;
use crate::shown::Shown;

fn text(text: &str) -> Box<str> {
    text.into()
}

fn shown() -> Shown {
    Shown::new("a b")
}

/// Every kind, what was wrong, and what to change. A new kind does not compile until it is [`number`]ed,
/// and then has to stand here.
fn table() -> Vec<(Kind, &'static str, &'static str)> {
    use Kind::*;
    vec![
        (RequestTarget, "not a path", "use an absolute URI"),
        (AmbiguousPath, "`/.` or `/..`", "remove the dot segment"),
        (PathAbovePrefix, "above its root", "send a path without"),
        (AlreadyPresigned, "`X-Amz-Signature`", "send it unsigned"),
        (MissingHost, "no host", "use an absolute URI"),
        (InvalidHost(shown()), "host `a b`", "correct the URI"),
        (
            HostMismatch {
                header: text("a.example"),
                authority: text("b.example"),
            },
            "`a.example`, differs from the URI's authority, `b.example`",
            "remove the header",
        ),
        (SeveralHosts, "more than one `Host`", "leave one"),
        (HeaderValue(text("x-amz-a")), "`x-amz-a`", "encode it"),
        (
            NominatedByConnection(text("x-amz-a")),
            "`x-amz-a`",
            "remove it from `Connection`",
        ),
        (TooManyHeaders, "too many headers", "send fewer"),
        (TooManyLines { limit: 7 }, "7 lines", "remove those"),
        (UriTooLong, "65534", "shorten it"),
        (ReservedParameter("X-Amz-Date"), "`X-Amz-Date`", "remove"),
        (ExpiresIn(0), "not 0", "choose a time"),
        (OutlivesCredentials, "expire before", "expire sooner"),
        (TwoSessionTokens, "`x-amz-s3session-token`", "without"),
        (
            MovedAuthorization(text("x-a")),
            "moved to `x-a`",
            "leave one",
        ),
        (
            MovedOntoSignature(text("host")),
            "moved to `host`",
            "name a header",
        ),
        (InboundSignature, "no signature", "sign it anew"),
        (InboundCredentials, "another access key id", "look up"),
        (NeverSigned(text("te")), "`te`", "do not name it"),
        (SigningHost(shown()), "host `a b`", "`api.example.com`"),
        (PathPrefix(shown()), "prefix `a b`", "`/prod`"),
        (ScopeName("region", shown()), "region `a b`", "`us-east-1`"),
        #[cfg(feature = "sigv4a")]
        (RegionSet, "region set", "`us-east-1,eu-west-1`"),
        (AccessKeyId, "access key id", "look for white space"),
        (SecretAccessKey, "secret access key", "look for a newline"),
        (SessionToken, "session token", "look for white space"),
        (KeyOfAnotherDay, "another day", "derive it again"),
        (Clock, "1970", "set the clock"),
        (UnsignedRefused(text("es")), "`es`", "hash the body"),
        (UnsignedRequired(text("es")), "`es`", "use it"),
        (UnsignedInClear, "plain http", "use https"),
        (FramesRefused(text("es")), "`es`", "send the body plain"),
        (ChunksRefused(text("es")), "`es`", "send the body plain"),
        (
            SignedChunks("STREAMING-X"),
            "`STREAMING-X`",
            "send the body plain",
        ),
        (
            MarkerWithoutPayload,
            "sent in frames",
            "send the body plain",
        ),
        (FramesWithoutMarker, "`aws-chunked`", "remove the coding"),
        (FramesInClear, "plain http", "use https"),
        (FramesPresigned, "presigned URL", "send the body plain"),
        (UnknownEndpoint, "tells its service", "configure both"),
        (UnknownRegion, "does not tell the region", "configure that"),
        (
            RequiresSigV4a,
            "SigV4A only",
            "endpoint of one region, or sign for it with `SigningScope::for_region_set`",
        ),
        (OtherAuthentication("Git"), "takes Git", "do not sign"),
        (PayloadText, "not the text", "`UNSIGNED-PAYLOAD`"),
        #[cfg(feature = "tokens")]
        (KeyOfAnotherService("rds"), "another service", "for `rds`"),
        #[cfg(feature = "tokens")]
        (
            TokenExpiresIn {
                longest: 900,
                asked: 901,
            },
            "900 seconds, and not 901",
            "choose a time",
        ),
        #[cfg(feature = "tokens")]
        (Token("this is wrong; correct it"), "wrong", "correct it"),
        #[cfg(feature = "tokens")]
        (FormField(text("key")), "`key`", "leave it out"),
    ]
}

/// A number of its own for every kind.
fn number(kind: &Kind) -> usize {
    use Kind::*;
    match kind {
        RequestTarget => 0,
        AmbiguousPath => 1,
        PathAbovePrefix => 2,
        AlreadyPresigned => 3,
        MissingHost => 4,
        InvalidHost(_) => 5,
        HostMismatch { .. } => 6,
        SeveralHosts => 7,
        HeaderValue(_) => 8,
        NominatedByConnection(_) => 9,
        TooManyHeaders => 10,
        TooManyLines { .. } => 11,
        UriTooLong => 12,
        ReservedParameter(_) => 13,
        ExpiresIn(_) => 14,
        OutlivesCredentials => 15,
        TwoSessionTokens => 16,
        NeverSigned(_) => 17,
        SigningHost(_) => 18,
        PathPrefix(_) => 19,
        ScopeName(..) => 20,
        AccessKeyId => 21,
        SecretAccessKey => 22,
        SessionToken => 23,
        KeyOfAnotherDay => 24,
        Clock => 25,
        UnsignedRefused(_) => 26,
        UnsignedRequired(_) => 27,
        UnsignedInClear => 28,
        UnknownEndpoint => 29,
        UnknownRegion => 30,
        RequiresSigV4a => 31,
        OtherAuthentication(_) => 32,
        PayloadText => 33,
        FramesRefused(_) => 34,
        SignedChunks(_) => 35,
        MarkerWithoutPayload => 36,
        FramesWithoutMarker => 37,
        FramesInClear => 38,
        FramesPresigned => 39,
        MovedAuthorization(_) => 45,
        InboundSignature => 46,
        InboundCredentials => 47,
        #[cfg(feature = "sigv4a")]
        RegionSet => 40,
        #[cfg(feature = "tokens")]
        KeyOfAnotherService(_) => 41,
        #[cfg(feature = "tokens")]
        TokenExpiresIn { .. } => 42,
        #[cfg(feature = "tokens")]
        Token(_) => 43,
        #[cfg(feature = "tokens")]
        FormField(_) => 44,
        ChunksRefused(_) => 48,
        MovedOntoSignature(_) => 49,
    }
}

#[test]
fn every_message_says_what_was_wrong_and_what_to_change() {
    for (kind, wrong, change) in table() {
        let message = SignError::from(kind).to_string();
        let found = message.find(wrong).expect(&message);
        assert!(message[found..].contains(change), "{message}");
        assert!(
            !message.contains("  ") && !message.contains('\n'),
            "{message}"
        );
        assert!(!message.starts_with(char::is_uppercase), "{message}");
        assert!(!message.ends_with(['.', ' ']), "{message}");
    }
}

#[test]
fn every_kind_stands_in_the_table_and_is_at_least_of_one_kind_that_can_be_asked_for() {
    let mut numbers: Vec<_> = table().iter().map(|(kind, ..)| number(kind)).collect();
    numbers.sort_unstable();
    let mut expected: Vec<_> = (0..40).collect();
    #[cfg(feature = "sigv4a")]
    expected.push(40);
    #[cfg(feature = "tokens")]
    expected.extend(41..45);
    expected.extend(45..50);
    assert_eq!(numbers, expected);
    for (kind, ..) in table() {
        let error = SignError::from(kind);
        let predicates = [
            error.is_request(),
            error.is_credentials(),
            error.is_clock(),
            error.is_expiry(),
            error.is_payload(),
            error.is_configuration(),
            error.needs_configuration(),
            error.is_unsupported(),
        ];
        assert_eq!(predicates.iter().filter(|&&is| is).count(), 1, "{error}");
    }
}
