//! Every message says what was wrong, with the value where there is one, and what to change or why.

mod report;
mod table;

use std::time::Duration;

use self::table::{missing_variable, table};
use super::*;

/// A number of its own for every kind.
fn number(kind: &Kind) -> usize {
    use Kind::*;
    match kind {
        Several(_) => 0,
        Environment { .. } => 1,
        MissingRegion => 2,
        RegionNotUnicode => 3,
        #[cfg(feature = "aws-config")]
        MissingRegionOfChain => 3,
        #[cfg(feature = "tokens")]
        MissingRegionOfToken => 3,
        PayloadMode { .. } => 4,
        HostName { .. } => 5,
        ProfileOfDetected => 6,
        ForwardedUnsigned => 7,
        BodyLimits { .. } => 8,
        Credentials(_) => 9,
        RejectedCredentials { .. } => 10,
        Signing(_) => 11,
        UpgradeWithBody => 12,
        Body => 13,
        BodyStalled { .. } => 14,
        BodyTooLarge { .. } | BodyLength { .. } => 15,
        BodiesTooLarge { .. } => 16,
        Trailers => 17,
        UnknownLength => 18,
        #[cfg(feature = "chunked")]
        Chunked(_) | ChecksumRefused { .. } | ResponseChecksum { .. } => 18,
        RefusedHost { why, .. } => match why {
            Unlisted::NotAws => 19,
            Unlisted::Loopback => 20,
            Unlisted::OtherEndpoint { .. } => 21,
            Unlisted::Unsupported(_) => 22,
            Unlisted::NotSigningHost { .. } => 23,
        },
        UndetectedHost { .. } => 24,
        UncertainHost => 25,
        RelativeUri { .. } => 26,
        RefusedTransport { .. } => 27,
        ExpiredCredentials => 28,
        FramesRefused { .. } => 29,
        TooManyHeaders => 30,
        // The last, so that the numbers before them have no gap without the features.
        #[cfg(feature = "chunked")]
        Inbound(_) => 31,
        #[cfg(feature = "reqwest")]
        Reqwest(_) => 31 + usize::from(cfg!(feature = "chunked")),
    }
}

/// As the error is made: some kinds have a cause.
fn error(kind: Kind) -> Error {
    match kind {
        Kind::Body | Kind::RejectedCredentials { .. } => Error::with_source(kind, "scripted"),
        kind => kind.into(),
    }
}

#[test]
fn every_message_says_what_was_wrong_and_what_to_change() {
    for (kind, wrong, change) in table() {
        let message = error(kind).to_string();
        let found = message.find(wrong).expect(&message);
        assert!(message[found..].contains(change), "{message}");
        assert!(
            !message.contains("  ") && !message.contains('\n'),
            "{message}"
        );
        assert!(!message.starts_with("The "), "{message}");
        assert!(!message.ends_with(['.', ' ']), "{message}");
    }
}

#[test]
fn a_body_is_too_large_by_itself_or_together_with_others() {
    for (kind, is_too_large, is_retryable) in [
        (
            Kind::BodyTooLarge {
                limit: 1,
                larger: Larger::Refused,
            },
            true,
            false,
        ),
        (Kind::BodiesTooLarge { limit: 1 }, false, true),
        (Kind::Trailers, false, false),
    ] {
        let error = error(kind);
        assert!(error.is_body(), "{error}");
        assert_eq!(error.is_body_too_large(), is_too_large, "{error}");
        assert_eq!(error.is_retryable(), is_retryable, "{error}");
    }
}

#[test]
fn a_body_that_stalls_takes_too_long() {
    let stalled = Kind::BodyStalled {
        after: Duration::from_secs(7),
        read: 0,
        is_grpc: false,
    };
    assert!(error(stalled).is_timeout());
    assert!(!error(Kind::Trailers).is_timeout());
}

#[test]
fn every_kind_stands_in_the_table() {
    let mut numbers: Vec<_> = table().iter().map(|(kind, ..)| number(kind)).collect();
    numbers.dedup();
    let features = [cfg!(feature = "chunked"), cfg!(feature = "reqwest")];
    let kinds = 31 + features.into_iter().filter(|&is| is).count();
    assert_eq!(numbers, (0..kinds).collect::<Vec<_>>());
}
