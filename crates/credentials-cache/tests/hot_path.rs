//! What a lookup of valid credentials costs.

use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use aws_credential_types::{Credentials, provider::ProvideCredentials};
use credentials_cache::{CachedCredentials, CredentialsCache};

async fn loaded() -> CredentialsCache {
    let keys = Credentials::new("AKIDEXAMPLE", "secret", Some("token".into()), None, "test");
    let cache = CredentialsCache::new(keys);
    let cached = cache.get().await.unwrap();
    let _: &u64 = cached.derived().unwrap();
    cache
}

#[tokio::test]
async fn a_lookup_of_valid_credentials_allocates_nothing() {
    let cache = loaded().await;
    let allocations = measure(|| {
        for _ in 0..1_000 {
            let cached = cache.try_get().unwrap();
            assert_eq!(cached.credentials().access_key_id().len(), 11);
            assert_eq!(cached.derived::<u64>(), Some(&0));
        }
    });
    assert_eq!(allocations.count_total, 0);
}

#[tokio::test]
async fn nor_does_one_that_would_have_waited_if_need_be() {
    let cache = loaded().await;
    let allocations = measure(|| {
        for _ in 0..1_000 {
            let mut get = cache.get();
            let mut context = Context::from_waker(Waker::noop());
            let Poll::Ready(Ok(cached)) = Future::poll(std::pin::Pin::new(&mut get), &mut context)
            else {
                panic!("waits");
            };
            let another: CachedCredentials = cached.clone();
            assert_eq!(another.generation(), cached.generation());
        }
    });
    assert_eq!(allocations.count_total, 0);
}

#[tokio::test]
async fn a_thread_may_hold_many_at_once() {
    // More than the places for those that count no reference.
    let cache = loaded().await;
    let mut held = Vec::with_capacity(1_000);
    let allocations = measure(|| {
        for _ in 0..1_000 {
            held.push(cache.try_get().unwrap());
        }
    });
    assert_eq!(allocations.count_total, 0);
    let generation = cache.generation().unwrap();
    assert!(held.iter().all(|cached| cached.generation() == generation));
}

#[tokio::test]
async fn a_handle_provides_what_is_valid_without_a_future_to_wait_for() {
    let provider = loaded().await.provider();
    let allocations = measure(|| {
        for _ in 0..1_000 {
            let mut provided = std::pin::pin!(provider.provide_credentials());
            let mut context = Context::from_waker(Waker::noop());
            assert!(Future::poll(provided.as_mut(), &mut context).is_ready());
        }
    });
    assert_eq!(allocations.count_total, 0);
}
