use std::sync::Arc;

use tower_layer::Layer;

use super::{Explain, log::Log};

/// Explains refused requests; goes above [`SigV4Layer`](crate::SigV4Layer). See the
/// [module](super) for an example.
///
/// Cheap to clone. Clones, and the services that they make, log each cause once a minute together.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ExplainLayer {
    log: Arc<Log>,
}

impl ExplainLayer {
    /// A layer that has not logged anything yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<S> Layer<S> for ExplainLayer {
    type Service = Explain<S>;

    fn layer(&self, inner: S) -> Explain<S> {
        Explain::new(inner, Arc::clone(&self.log))
    }
}
