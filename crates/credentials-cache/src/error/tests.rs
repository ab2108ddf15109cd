//! Every message says what is wrong, with the value where there is one, and what to change or why.

use std::time::Duration;

use super::*;

/// Every kind, what is wrong, and what to change. A new kind does not compile until it is [`number`]ed,
/// and then has to stand here.
fn table() -> Vec<(Kind, &'static str, &'static str)> {
    let limit = Duration::from_secs(7);
    vec![
        (Kind::Provider, "could not load credentials", "scripted"),
        (
            Kind::Panicked {
                provider: "example::Provider",
            },
            "`example::Provider` panicked",
            "correct it",
        ),
        (
            Kind::LoadTimedOut(limit),
            "7s",
            "`CacheSettings::load_timeout`",
        ),
        (Kind::NoProgress, "no longer than", "look at where"),
        (
            Kind::DeliveredExpired { ago: limit },
            "7 s ago",
            "check the clock",
        ),
        (Kind::Aborted, "shut down", "keep one running"),
        (
            Kind::WaitedTooLong(limit),
            "7s",
            "`CacheSettings::max_wait`",
        ),
        (
            Kind::Expired {
                ago: limit,
                failures: 2,
            },
            "7 s ago",
            "in 2 attempts: scripted",
        ),
        (
            Kind::Reentrant,
            "for its own credentials",
            "give it a client",
        ),
        (
            Kind::MissingVariable {
                name: "AWS_ACCESS_KEY_ID",
                elsewhere: None,
            },
            "AWS_ACCESS_KEY_ID is not set, or is empty",
            "set it",
        ),
        (
            Kind::MissingVariable {
                name: "AWS_ACCESS_KEY_ID",
                elsewhere: Some("AWS_PROFILE"),
            },
            "AWS_ACCESS_KEY_ID is not set",
            "AWS_PROFILE says that credentials are elsewhere: take the default chain",
        ),
        (
            Kind::VariableNotUnicode("AWS_SESSION_TOKEN"),
            "AWS_SESSION_TOKEN is not valid Unicode",
            "correct it",
        ),
    ]
}

/// A number of its own for every kind.
fn number(kind: &Kind) -> usize {
    match kind {
        Kind::Provider => 0,
        Kind::Panicked { .. } => 1,
        Kind::LoadTimedOut(_) => 2,
        Kind::NoProgress => 3,
        Kind::DeliveredExpired { .. } => 4,
        Kind::Aborted => 5,
        Kind::WaitedTooLong(_) => 6,
        Kind::Expired { .. } => 7,
        Kind::Reentrant => 8,
        Kind::MissingVariable { .. } => 9,
        Kind::VariableNotUnicode(_) => 10,
    }
}

/// As the error is made: some kinds always have a cause.
fn error(kind: Kind) -> Error {
    match kind {
        Kind::Provider | Kind::Expired { .. } => Error::with_source(kind, "scripted"),
        kind => kind.into(),
    }
}

#[test]
fn every_message_says_what_is_wrong_and_what_to_change() {
    for (kind, wrong, change) in table() {
        let message = error(kind).to_string();
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
fn every_kind_stands_in_the_table() {
    let mut numbers: Vec<_> = table().iter().map(|(kind, ..)| number(kind)).collect();
    numbers.dedup();
    assert_eq!(numbers, (0..11).collect::<Vec<_>>());
}

#[derive(Debug)]
struct Quoting(&'static str, Option<Box<Self>>);

impl fmt::Display for Quoting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.1 {
            Some(cause) if self.0.is_empty() => cause.fmt(f),
            Some(cause) => write!(f, "{}: {cause}", self.0),
            None => f.write_str(self.0),
        }
    }
}

impl StdError for Quoting {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.1.as_deref().map(|cause| cause as _)
    }
}

#[test]
fn a_report_repeats_nothing_where_errors_quote_their_causes() {
    let refused = Quoting("refused", None);
    let connect = Quoting("connect", Some(Box::new(refused)));
    let same = Quoting("", Some(Box::new(connect)));
    let client = Quoting("client", Some(Box::new(same)));
    let provider = CredentialsError::provider_error(client);
    let error = Error::with_source(Kind::Provider, provider);
    let expired = Kind::Expired {
        ago: Duration::ZERO,
        failures: 1,
    };
    assert_eq!(
        Error::with_source(expired, error).report(),
        "the credentials expired 0 s ago by the local clock, and no others could be loaded in 1 \
         attempt\n\
         caused by: could not load credentials\n\
         caused by: an error occurred while loading credentials\n\
         caused by: client\n\
         caused by: connect\n\
         caused by: refused"
    );
}
