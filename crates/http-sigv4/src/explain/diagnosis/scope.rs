//! What services say of a credential scope that is not theirs.

use super::{Diagnosis, Subject};
use crate::explain::{Cause, exchange::Exchange};

pub(super) fn diagnose(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let rejection = exchange.rejection;
    let (cause, expected) = if rejection.says("scoped to correct service") {
        let service = rejection.quoted_after("scoped to correct service");
        (Cause::ScopeService, service)
    } else if rejection.says("scoped to a valid region") {
        (Cause::ScopeRegion, None)
    } else if rejection.says("is wrong; expecting") {
        let told = rejection.fields.region.as_deref();
        let region = told.or_else(|| rejection.quoted_after("is wrong; expecting"));
        (Cause::ScopeRegion, region)
    } else if rejection.says("date in credential scope") {
        (Cause::ScopeDate, None)
    } else {
        return None;
    };
    Some(Diagnosis::new(cause, expected.map(Subject::from_scope)))
}
