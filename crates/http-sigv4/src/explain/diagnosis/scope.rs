//! What services say of a credential scope that is not theirs.

use super::{Diagnosis, Subject};
use crate::explain::{Cause, exchange::Exchange};

pub(super) fn diagnose(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let (cause, expected) = told(exchange).or_else(|| shown_by_head(exchange))?;
    let subject = match cause {
        Cause::ScopeDate => Subject::from_day,
        _ => Subject::from_scope,
    };
    Some(Diagnosis::new(cause, expected.map(subject)))
}

fn told<'a>(exchange: &Exchange<'a>) -> Option<(Cause, Option<&'a str>)> {
    let rejection = exchange.rejection;
    let region = rejection.fields.region.as_deref();
    Some(if rejection.says("scoped to correct service") {
        let service = rejection.quoted_after("scoped to correct service");
        (Cause::ScopeService, service)
    } else if rejection.says("incorrect service") {
        let service = rejection.quoted_after("endpoint belongs to");
        (Cause::ScopeService, service)
    } else if rejection.says("scoped to a valid region") {
        (Cause::ScopeRegion, None)
    } else if rejection.says("is wrong; expecting") {
        let told = rejection.quoted_after("is wrong; expecting");
        (Cause::ScopeRegion, region.or(told))
    } else if rejection.says("the region is wrong") || rejection.says("region does not match") {
        (Cause::ScopeRegion, region)
    } else if rejection.says("unexpected scope") {
        // Garage, which has but one service.
        (Cause::ScopeRegion, region)
    } else if rejection.says("date in credential scope") {
        (Cause::ScopeDate, None)
    } else if rejection.says("invalid credential date") {
        (
            Cause::ScopeDate,
            rejection.quoted_after("not the same as x-amz-date"),
        )
    } else {
        return None;
    })
}

/// What the head alone tells: S3 says nothing more to a `HEAD`, OpenSearch Serverless to nobody.
fn shown_by_head<'a>(exchange: &Exchange<'a>) -> Option<(Cause, Option<&'a str>)> {
    let Exchange {
        rejection, local, ..
    } = exchange;
    let scope = local.scope()?;
    let region = rejection.header("x-amz-bucket-region");
    if let Some(region) = region.filter(|region| *region != scope.region)
        && local.is_for("s3")
    {
        return Some((Cause::ScopeRegion, Some(region)));
    }
    // Of those that are signed without `x-amz-content-sha256`, that is the more likely cause.
    let is_helper = rejection.serverless_hint()?.contains("gw-helper");
    let is_other = scope.service != "aoss" && local.has_signed_body_hash();
    (is_helper && is_other).then_some((Cause::ScopeService, Some("aoss")))
}
