use super::{canonical::Lines, local::Local, redact::Redactor, rejection::Rejection};

/// Both sides of one exchange: what a service says, and what is known here.
pub(super) struct Exchange<'a> {
    pub(super) rejection: &'a Rejection<'a>,
    /// The canonical request that the service computed, if it quotes it whole.
    pub(super) received: Option<&'a Lines<'a>>,
    pub(super) local: &'a Local<'a>,
    pub(super) redactor: &'a Redactor<'a>,
}
