/// The most bytes of a body, of a request's or of an upstream's answer.
pub(crate) const BODY_LIMIT: usize = 10 * 1024 * 1024;
