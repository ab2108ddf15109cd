//! Placeholder: the guide stands here once the crate does something.
