//! Providers panic.

use std::error::Error as _;

use sigv4_testkit::Step;
use tokio::time::sleep;

use crate::{
    harness::{HOUR, Harness, SECOND},
    secrets::Log,
};

#[tokio::test(start_paused = true)]
async fn f34_a_provider_that_panics_has_failed_and_nothing_else() {
    let harness = Harness::new(|load| match load.number {
        1 | 2 => Step::Panic,
        _ => Step::Living(HOUR),
    });
    for _ in 0..2 {
        assert!(harness.call().await.error().is_retryable());
        sleep(SECOND).await;
    }
    assert!(harness.call().await.result.is_ok());
    assert_eq!(harness.provider.loads(), 3);
    assert_eq!(harness.cache.stats().loads_panicked, 2);
}

#[tokio::test(start_paused = true)]
async fn f62_neither_the_error_nor_the_log_holds_the_message_of_a_panic() {
    let log = Log::default();
    let _guard = log.start();
    let harness = Harness::new(|_| Step::Panic);
    let call = harness.call().await;
    let error = call.error();
    assert_eq!(
        error.to_string(),
        "the credentials provider `sigv4_testkit::provider::ScriptedProvider` panicked; correct it, \
         or give another"
    );
    assert!(error.source().is_none());
    let shown = format!("{error:?} {error} {} {}", error.report(), log.text());
    assert!(!shown.contains("scripted"), "{shown}");
    assert!(log.text().contains("panicked"));
}
