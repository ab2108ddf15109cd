use std::time::Duration;

use crate::explain::{clock::in_words, redact::Redactor};

/// What a hint has to name. The service may have written it.
pub(in crate::explain) enum Subject {
    /// The name of a header, or of several.
    Names(String),
    /// A parameter of the query, and what happened to it.
    Parameter(String, &'static str),
    /// A region or a service.
    Scope(String),
    Day(String),
    AccessKeyId(String),
    Span(Duration),
}

impl Subject {
    pub(super) fn from_names(names: &str) -> Self {
        Self::Names(names.to_owned())
    }

    pub(super) fn from_scope(part: &str) -> Self {
        Self::Scope(part.to_owned())
    }

    pub(super) fn from_day(day: &str) -> Self {
        Self::Day(day.to_owned())
    }

    pub(super) fn from_access_key_id(id: &str) -> Self {
        Self::AccessKeyId(id.to_owned())
    }

    /// Shows it, as far as it may be shown.
    pub(in crate::explain) fn show(&self, redactor: &Redactor<'_>) -> Option<String> {
        match self {
            Self::Names(names) => redactor.names(names),
            Self::Parameter(name, what) => {
                let name = redactor.names(name)?;
                Some(format!("`{name}` was {what}"))
            }
            Self::Scope(part) => redactor.part_of_scope(part),
            Self::Day(day) => redactor.day(day),
            Self::AccessKeyId(id) => redactor.access_key_id(id),
            Self::Span(span) => Some(in_words(*span)),
        }
    }
}
