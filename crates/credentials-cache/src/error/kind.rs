use std::{borrow::Cow, fmt, time::Duration};

#[derive(Debug)]
pub(crate) enum Kind {
    /// The provider failed; its error is the source.
    Provider,
    Panicked {
        /// The type of the provider.
        provider: &'static str,
    },
    LoadTimedOut(Duration),
    NoProgress,
    DeliveredExpired {
        ago: Duration,
    },
    /// The runtimes of the loads that somebody waited for were shut down.
    Aborted,
    WaitedTooLong(Duration),
    /// There are credentials, but they have expired; why no others came is the source.
    Expired {
        ago: Duration,
        failures: u32,
    },
    Reentrant,
    MissingVariable {
        name: &'static str,
        /// The variable that says that credentials are elsewhere.
        elsewhere: Option<&'static str>,
    },
    VariableNotUnicode(&'static str),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: Cow<'_, str> = match self {
            Self::Provider => "could not load credentials".into(),
            Self::Panicked { provider } => format!(
                "the credentials provider `{provider}` panicked; correct it, or give another"
            )
            .into(),
            Self::LoadTimedOut(limit) => format!(
                "the credentials provider did not answer within {limit:?}; see \
                 `CacheSettings::load_timeout`"
            )
            .into(),
            Self::NoProgress => "the credentials provider delivered credentials that live no \
                                 longer than those it delivered before; look at where it gets them"
                .into(),
            Self::DeliveredExpired { ago } => format!(
                "the credentials provider delivered credentials that expired {} s ago by the local \
                 clock; check the clock, and where the provider gets them from",
                ago.as_secs()
            )
            .into(),
            Self::Aborted => "credentials were not loaded, as the runtimes that they were loaded \
                              on were shut down; keep one running"
                .into(),
            Self::WaitedTooLong(limit) => format!(
                "there were no credentials within {limit:?}, and they are still being loaded; see \
                 `CacheSettings::max_wait`"
            )
            .into(),
            Self::Expired { ago, failures } => {
                let ago = ago.as_secs();
                let attempts = match failures {
                    0 => "have been loaded yet".into(),
                    1 => "could be loaded in 1 attempt".into(),
                    _ => format!("could be loaded in {failures} attempts"),
                };
                format!(
                    "the credentials expired {ago} s ago by the local clock, and no others \
                     {attempts}"
                )
                .into()
            }
            Self::Reentrant => "the credentials provider asked for its own credentials, and so \
                                would wait for itself; give it a client of its own"
                .into(),
            Self::MissingVariable { name, elsewhere } => {
                let advice = match elsewhere {
                    Some(elsewhere) => format!(
                        "{elsewhere} says that credentials are elsewhere: take the default chain of \
                         AWS's SDKs, which looks there"
                    ),
                    None => "set it".into(),
                };
                format!("the environment variable {name} is not set, or is empty; {advice}").into()
            }
            Self::VariableNotUnicode(name) => {
                format!("the environment variable {name} is not valid Unicode; correct it").into()
            }
        };
        f.write_str(&text)
    }
}
