//! Requests that this project signed, put before `scratchstack-aws-signature`.
//!
//! It knows the rules that are common to all services but S3.

use http::{Request, Uri};
use http_sigv4::Profile;
use tests::{
    Case, Encoding, Field, Received, Verifier, has_malformed_percent, prove,
    verify_with_scratchstack,
};
use tokio::runtime::Runtime;

#[test]
fn what_was_signed_is_accepted_and_every_change_of_it_is_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    prove(&mut Scratchstack { runtime }, |seed| {
        Case::generate(Profile::STANDARD, Encoding::Any, seed)
    });
}

struct Scratchstack {
    runtime: Runtime,
}

impl Verifier for Scratchstack {
    fn verify(&mut self, case: &Case, received: &Received) -> Result<(), String> {
        let mut request = Request::new(received.body.clone());
        *request.method_mut() = received.method.clone();
        *request.uri_mut() = received
            .target
            .parse()
            .map_err(|error| format!("{error}"))?;
        *request.headers_mut() = received.headers.clone();
        let scope = (case.service, case.region);
        let verification = verify_with_scratchstack(request, case.credentials(), scope, case.time);
        self.runtime
            .block_on(verification)
            .map_err(|error| error.to_string())
    }

    fn misreads(&self, case: &Case) -> Option<&'static str> {
        let uri: Uri = case.uri.parse().unwrap();
        if goes_above_the_root(uri.path()) {
            return Some("`..` above the root is refused, not dropped");
        }
        let query = uri.query().unwrap_or_default();
        if has_malformed_percent(query) {
            return Some("a `%` without two digits in a query is refused");
        }
        let canonical = case.canonical_request().unwrap();
        let canonical = canonical.canonical_request().lines().nth(2).unwrap();
        if !canonical.split('&').is_sorted() {
            return Some("the query is sorted by `name=value`, not by name and then by value");
        }
        None
    }

    fn overlooks(&self, _: &Received, _: &Received, _: &Field) -> Option<&'static str> {
        None
    }
}

fn goes_above_the_root(path: &str) -> bool {
    let mut depth = 0;
    path.split('/')
        .filter(|segment| !matches!(*segment, "" | "."))
        .any(|segment| {
            depth += if segment == ".." { -1 } else { 1 };
            depth < 0
        })
}
