use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use tower::retry::{Policy, budget::Budget};

use super::retry_advice::{RetryAdvice, Start};
use crate::telemetry;

/// Sends a rejected request once more, where the layer knows why it was rejected: a
/// [`Policy`] for tower's retry layer, which has to stand above [`SigV4Layer`](crate::SigV4Layer).
///
/// There is one more attempt where success is likely then, and only there:
///
/// - The signature's time was rejected, and the `Date` of the answer is minutes away from the local
///   clock. The next signature has the servers' time; see
///   [`clock_offset`](crate::SigV4Layer::clock_offset).
/// - The credentials were rejected as expired or unknown, and others could be loaded. The attempt
///   waits for the load.
///
/// Credentials are not loaded again within a second of a load, nor within a minute of a load that a
/// rejection has asked for: then there is no attempt.
///
/// Every attempt is signed afresh. The request has to be `Clone` for it, its body too, as for every
/// retry. For others, [`retry_rejected`](crate::SigV4LayerBuilder::retry_rejected) has the layer make
/// the attempt; with both there is still one. All else is none of its business: see [`or`](Self::or) for a policy that retries, for
/// example, what a service was too busy for.
///
/// ```
/// use tower::ServiceBuilder;
/// use tower_sigv4::{EnvironmentCredentials, RetryPolicy, SigV4Layer};
///
/// let layer = SigV4Layer::new("execute-api", "us-east-1", EnvironmentCredentials::new())?;
/// let client = ServiceBuilder::new()
///     .retry(RetryPolicy::new())
///     .layer(layer)
///     .service("an HTTP client");
/// # Ok::<_, tower_sigv4::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct RetryPolicy {
    budget: Option<Arc<dyn Budget + Send + Sync>>,
    retried: bool,
}

impl RetryPolicy {
    /// Creates a policy of one more attempt for each request, whenever another signature may help.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes every attempt more out of a budget, and puts something in with every response that
    /// called for none. Defaults to no budget, and so to one more attempt whenever it may help.
    pub fn budget(mut self, budget: Arc<dyn Budget + Send + Sync>) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Asks another policy about everything that this one has nothing to do with.
    pub fn or<P>(self, other: P) -> RetryOr<P> {
        RetryOr {
            policy: self,
            other,
            may_retry: true,
        }
    }

    /// A wait for the moment of the next attempt, if there is to be one.
    fn next_attempt<B, E>(&mut self, result: &mut Result<Response<B>, E>) -> Option<RetryFuture> {
        if self.retried {
            return None;
        }
        let response = result.as_mut().ok()?;
        let Some(advice) = response.extensions_mut().remove::<RetryAdvice>() else {
            if let Some(budget) = &self.budget {
                budget.deposit();
            }
            return None;
        };
        let (wait, cause) = (RetryFuture::until(advice.start())?, advice.cause());
        if self
            .budget
            .as_ref()
            .is_some_and(|budget| !budget.withdraw())
        {
            return None;
        }
        telemetry::retried(cause);
        self.retried = true;
        Some(wait)
    }
}

impl<B, ResBody, E> Policy<Request<B>, Response<ResBody>, E> for RetryPolicy
where
    B: Clone,
{
    type Future = RetryFuture;

    fn retry(
        &mut self,
        _: &mut Request<B>,
        result: &mut Result<Response<ResBody>, E>,
    ) -> Option<RetryFuture> {
        self.next_attempt(result)
    }

    fn clone_request(&mut self, request: &Request<B>) -> Option<Request<B>> {
        Some(request.clone())
    }
}

/// A [`RetryPolicy`] and another policy. See [`RetryPolicy::or`].
#[derive(Clone, Debug)]
#[must_use]
pub struct RetryOr<P> {
    policy: RetryPolicy,
    other: P,
    /// Whether the other policy wants to retry this request at all.
    may_retry: bool,
}

impl<P, B, ResBody, E> Policy<Request<B>, Response<ResBody>, E> for RetryOr<P>
where
    P: Policy<Request<B>, Response<ResBody>, E>,
    P::Future: Send + 'static,
    B: Clone,
{
    type Future = RetryFuture;

    fn retry(
        &mut self,
        request: &mut Request<B>,
        result: &mut Result<Response<ResBody>, E>,
    ) -> Option<RetryFuture> {
        if let Some(future) = self.policy.next_attempt(result) {
            return Some(future);
        }
        let other = self.may_retry.then(|| self.other.retry(request, result));
        other.flatten().map(RetryFuture::new)
    }

    fn clone_request(&mut self, request: &Request<B>) -> Option<Request<B>> {
        let cloned = self.other.clone_request(request);
        self.may_retry = cloned.is_some();
        Some(cloned.unwrap_or_else(|| request.clone()))
    }
}

/// A wait for the next attempt of a [`RetryPolicy`].
#[must_use = "futures do nothing unless polled"]
pub struct RetryFuture {
    wait: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl RetryFuture {
    fn new(wait: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            wait: Some(Box::pin(wait)),
        }
    }

    fn until(start: Start) -> Option<Self> {
        match start {
            Start::Now => Some(Self { wait: None }),
            // The attempt finds out for itself what came of it.
            Start::After(reload) => Some(Self::new(async move {
                let _is_replaced = reload.await;
            })),
            Start::Never => None,
        }
    }
}

impl Future for RetryFuture {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.wait {
            Some(wait) => wait.as_mut().poll(cx),
            None => Poll::Ready(()),
        }
    }
}

impl fmt::Debug for RetryPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryPolicy")
            .field("retried", &self.retried)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RetryFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryFuture").finish_non_exhaustive()
    }
}
