use tower_layer::Layer;

use super::GrpcStatus;

/// Adds `grpc-status` to the rejections of gRPC requests; goes above
/// [`SigV4Layer`](crate::SigV4Layer). See the [module](super) for an example.
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct GrpcStatusLayer {
    // So that a setting can be added.
    _private: (),
}

impl GrpcStatusLayer {
    /// Makes the layer.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<S> Layer<S> for GrpcStatusLayer {
    type Service = GrpcStatus<S>;

    fn layer(&self, inner: S) -> GrpcStatus<S> {
        GrpcStatus::new(inner)
    }
}
