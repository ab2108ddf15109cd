//! Panics of code that is not ours end with it.

use std::{
    any::Any,
    future::Future,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

/// Runs a future, whose panic is its output and nobody else's.
///
/// What a panic says is not looked at: it may quote what the code was working on.
pub(crate) fn catch_panic<F>(future: F) -> CatchPanic<F>
where
    F: Future,
{
    CatchPanic {
        future: Some(Box::pin(future)),
    }
}

/// The code panicked.
#[derive(Debug)]
pub(crate) struct Panicked;

pub(crate) struct CatchPanic<F> {
    future: Option<Pin<Box<F>>>,
}

impl<F> Future for CatchPanic<F>
where
    F: Future,
{
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(future) = &mut self.future else {
            return Poll::Pending;
        };
        let poll = quietly(|| future.as_mut().poll(cx));
        let output = match poll {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(panicked) => Err(panicked),
        };
        self.discard();
        Poll::Ready(output)
    }
}

impl<F> CatchPanic<F> {
    fn discard(&mut self) {
        if let Some(future) = self.future.take() {
            // Whether it panics once more changes nothing.
            let _ = quietly(|| drop(future));
        }
    }
}

impl<F> Drop for CatchPanic<F> {
    fn drop(&mut self) {
        self.discard();
    }
}

fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    // Whatever it leaves behind half-done is dropped and not used.
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        discard_payload(payload);
        Panicked
    })
}

fn discard_payload(payload: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // There is no end to it, so this one is leaked.
        mem::forget(another);
    }
}
