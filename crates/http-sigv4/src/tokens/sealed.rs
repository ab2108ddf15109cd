//! Who may implement [`TokenSigner`](super::TokenSigner): nobody else, so that it can have more methods
//! one day.

#[expect(unnameable_types, reason = "so that nobody else implements it")]
pub trait Sealed {}
