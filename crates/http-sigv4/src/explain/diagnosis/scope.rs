//! What services say of a credential scope that is not theirs.

use super::{Diagnosis, Subject};
use crate::explain::{Cause, exchange::Exchange, rejection::BUCKET_REGION};

pub(super) fn diagnose(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    told(exchange)
        .or_else(|| bucket_region(exchange))
        .or_else(|| serverless(exchange))
        .map(diagnosis)
}

/// Names the cause of a redirect, which is no rejection otherwise.
pub(super) fn diagnose_redirect(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    bucket_region(exchange).map(diagnosis)
}

fn diagnosis((cause, expected): (Cause, Option<&str>)) -> Diagnosis {
    let subject = match cause {
        Cause::ScopeDate => Subject::from_day,
        _ => Subject::from_scope,
    };
    Diagnosis::new(cause, expected.map(subject))
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

/// The region of a bucket, which stands in the head: S3 says nothing more to a `HEAD`.
fn bucket_region<'a>(exchange: &Exchange<'a>) -> Option<(Cause, Option<&'a str>)> {
    let region = exchange.rejection.header(BUCKET_REGION)?;
    let is_other = region != exchange.local.scope()?.region && exchange.local.is_for("s3");
    is_other.then_some((Cause::ScopeRegion, Some(region)))
}

/// What OpenSearch Serverless says in the head alone.
fn serverless<'a>(exchange: &Exchange<'a>) -> Option<(Cause, Option<&'a str>)> {
    let Exchange {
        rejection, local, ..
    } = exchange;
    // Of those that are signed without `x-amz-content-sha256`, that is the more likely cause.
    let is_helper = rejection.serverless_hint()?.contains("gw-helper");
    let is_other = local.scope()?.service != "aoss" && local.has_signed_body_hash();
    (is_helper && is_other).then_some((Cause::ScopeService, Some("aoss")))
}
