//! What to do about a rejection: where to look and what to change, in two or three sentences.

mod advice;
mod wording;

use http::header::VIA;

use super::{Line, diagnosis::Diagnosis, exchange::Exchange};

pub(super) fn hint(diagnosis: &Diagnosis, exchange: &Exchange<'_>) -> String {
    let hint = advice::advice(diagnosis, exchange);
    let first = diagnosis.differences.first();
    let in_transit = first.is_some_and(|first| *first.line() != Line::StringToSign);
    let via = exchange.rejection.header(VIA.as_str());
    match via.filter(|_| in_transit) {
        Some(via) => {
            let via = exchange.redactor.show(via, 60);
            format!("{hint} The response came by way of `{via}`.")
        }
        None => hint.into_owned(),
    }
}
