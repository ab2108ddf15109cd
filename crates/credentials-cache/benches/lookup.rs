//! What a lookup of valid credentials costs, alone and on all processors at once.
//!
//! `cargo bench -p credentials-cache`

use aws_credential_types::Credentials;
use credentials_cache::CredentialsCache;
use divan::{AllocProfiler, Bencher};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

fn loaded() -> CredentialsCache {
    let keys = Credentials::new("AKIDEXAMPLE", "secret", Some("token".into()), None, "bench");
    let cache = CredentialsCache::new(keys);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(cache.get()).unwrap();
    cache
}

/// What both clocks cost, of which each lookup reads one each.
#[divan::bench(threads = [1, 0])]
fn both_clocks(bencher: Bencher<'_, '_>) {
    bencher.bench(|| (std::time::SystemTime::now(), std::time::Instant::now()));
}

#[divan::bench(threads = [1, 0])]
fn try_get(bencher: Bencher<'_, '_>) {
    let cache = loaded();
    bencher.bench(|| cache.try_get().is_some());
}

/// As if it were kept: this counts a reference, which all threads write to.
#[divan::bench(threads = [1, 0])]
fn try_get_and_clone(bencher: Bencher<'_, '_>) {
    let cache = loaded();
    bencher.bench(|| cache.try_get().map(|cached| (cached.clone(), cached)));
}
