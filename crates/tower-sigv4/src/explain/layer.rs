use std::sync::Arc;

use http_sigv4::explain::Explainer;
use tower_layer::Layer;

use super::{Explain, log::Log};

/// Explains rejected requests; goes above [`SigV4Layer`](crate::SigV4Layer). See the
/// [module](super) for an example.
///
/// Cheap to clone. Clones, and the services that they make, log each cause once a minute together.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ExplainLayer {
    explainer: Explainer,
    log: Arc<Log>,
}

impl ExplainLayer {
    /// Creates a layer that has not logged anything yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Shows the values of all headers and parameters that differ, and what a service's message
    /// quotes, in the log and in the response's extensions.
    ///
    /// This is for debugging on a developer's machine: what it shows may be keys, passwords and
    /// personal data, and belongs in no log that others read. Session tokens and signatures stay
    /// hidden, where they are called by their names. Defaults to `false`.
    pub fn show_values(mut self, show: bool) -> Self {
        self.explainer = self.explainer.show_values(show);
        self
    }
}

impl<S> Layer<S> for ExplainLayer {
    type Service = Explain<S>;

    fn layer(&self, inner: S) -> Explain<S> {
        Explain::new(inner, self.explainer, Arc::clone(&self.log))
    }
}
