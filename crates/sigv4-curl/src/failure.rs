use std::{fmt, io, process::ExitCode, time::Duration};

use http::StatusCode;
use tower::BoxError;

/// Why the command ends without what was asked for.
#[derive(Debug)]
pub(crate) enum Failure {
    Usage(String),
    Unsigned(tower_sigv4::Error),
    Transfer(BoxError),
    Status(StatusCode),
    Write(io::Error),
    Read(String, io::Error),
    TimedOut(Duration),
}

impl Failure {
    /// Returns the code that `--help` lists.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => 2,
            Self::Transfer(_) => 7,
            Self::Status(_) => 22,
            Self::Write(_) => 23,
            Self::Read(..) => 26,
            Self::TimedOut(_) => 28,
            Self::Unsigned(_) => 94,
        })
    }
}

/// Tells the layer's own errors from those of the connection below it.
impl From<BoxError> for Failure {
    fn from(error: BoxError) -> Self {
        match error.downcast::<tower_sigv4::Error>() {
            Ok(error) => Self::Unsigned(*error),
            Err(error) => Self::Transfer(error),
        }
    }
}

impl From<tower_sigv4::Error> for Failure {
    fn from(error: tower_sigv4::Error) -> Self {
        Self::Unsigned(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(what) => write!(f, "{what}; see --help"),
            Self::Unsigned(error) => {
                write!(f, "the request could not be signed: {}", error.report())?;
                match error.is_refused_host() {
                    true => write!(
                        f,
                        "\n  --allow-host HOST names a host that may be signed for"
                    ),
                    false => Ok(()),
                }
            }
            Self::Transfer(error) => {
                write!(f, "the transfer failed: {error}")?;
                let mut cause = error.source();
                while let Some(error) = cause {
                    write!(f, "\ncaused by: {error}")?;
                    cause = error.source();
                }
                Ok(())
            }
            Self::Status(status) => write!(f, "the service answered {status}"),
            Self::Write(error) => write!(f, "the response could not be written: {error}"),
            Self::Read(name, error) => write!(f, "{name} could not be read: {error}"),
            Self::TimedOut(limit) => {
                write!(f, "not done within {} seconds", limit.as_secs_f64())
            }
        }
    }
}
