//! The table of the compiler's messages in the guide to stacks: what does not fit, and what mends it.

use std::marker::PhantomData;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{Full, combinators::UnsyncBoxBody};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use tower::{
    BoxError, Service,
    buffer::Buffer,
    limit::RateLimit,
    retry::Retry,
    util::{BoxCloneService, BoxCloneSyncService, BoxService, Either},
};
use tower_http::follow_redirect::FollowRedirect;
use tower_sigv4::{RetryPolicy, SigV4, SignedBody};

type Http<B> = Client<HttpConnector, B>;
type Sent = SignedBody<Full<Bytes>>;
type Boxed = UnsyncBoxBody<Bytes, BoxError>;

/// Whether a type, which must not be generic, implements a trait: a function of the type's own is taken
/// before one of a trait.
macro_rules! implements {
    ($type:ty: $($bound:tt)+) => {{
        #[allow(dead_code)] // where it is not needed
        trait Otherwise {
            fn implements() -> bool {
                false
            }
        }
        impl<T> Otherwise for T {}
        struct Check<T>(#[allow(dead_code)] PhantomData<T>);
        #[allow(dead_code)] // where the bound is not met
        impl<T: $($bound)+> Check<T> {
            fn implements() -> bool {
                true
            }
        }
        <Check<$type>>::implements()
    }};
}

macro_rules! takes {
    ($service:ty, $body:ty) => {
        implements!($service: Service<Request<$body>>)
    };
}

#[test]
fn what_is_not_clone_needs_a_buffer_below_the_layer() {
    type Limited = RateLimit<Http<Sent>>;
    assert!(!takes!(SigV4<Limited>, Full<Bytes>));
    type Buffered = Buffer<Request<Sent>, <Limited as Service<Request<Sent>>>::Future>;
    assert!(takes!(SigV4<Buffered>, Full<Bytes>));
    type Box = BoxService<Request<Sent>, Response<Boxed>, BoxError>;
    assert!(!takes!(SigV4<Box>, Full<Bytes>));
}

#[test]
fn a_retry_and_redirects_are_for_above_the_layer() {
    assert!(!takes!(SigV4<Retry<RetryPolicy, Http<Sent>>>, Full<Bytes>));
    assert!(takes!(Retry<RetryPolicy, SigV4<Http<Sent>>>, Full<Bytes>));
    assert!(!takes!(SigV4<FollowRedirect<Http<Sent>>>, Full<Bytes>));
    assert!(takes!(FollowRedirect<SigV4<Http<Sent>>>, Full<Bytes>));
}

#[test]
fn a_retry_takes_no_body_that_cannot_be_sent_twice() {
    type Client = SigV4<Http<SignedBody<Boxed>>>;
    assert!(takes!(Client, Boxed));
    assert!(!takes!(Retry<RetryPolicy, Client>, Boxed));
}

#[test]
fn a_client_is_for_the_layers_body_and_no_longer_for_ones_own() {
    assert!(!takes!(SigV4<Http<Full<Bytes>>>, Full<Bytes>));
    assert!(takes!(SigV4<Http<Sent>>, Full<Bytes>));
    // What `option_layer` makes of it.
    assert!(!takes!(Either<SigV4<Http<Sent>>, Http<Sent>>, Full<Bytes>));
}

#[test]
fn an_error_has_to_be_one_and_a_body_to_be_a_body() {
    type Failing<E> = BoxCloneService<Request<Sent>, Response<Boxed>, E>;
    struct NoError;
    assert!(!takes!(SigV4<Failing<NoError>>, Full<Bytes>));
    assert!(takes!(SigV4<Failing<BoxError>>, Full<Bytes>));
    assert!(!takes!(SigV4<Http<SignedBody<()>>>, ()));
}

#[test]
fn a_box_is_shared_between_threads_if_it_is_a_sync_one() {
    type Shared = BoxCloneSyncService<Request<Full<Bytes>>, Response<Boxed>, BoxError>;
    assert!(implements!(Shared: Clone + Send + Sync));
    type Sent = BoxCloneService<Request<Full<Bytes>>, Response<Boxed>, BoxError>;
    assert!(implements!(Sent: Clone + Send));
    assert!(!implements!(Sent: Sync));
}
