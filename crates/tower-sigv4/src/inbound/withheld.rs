use bytes::Bytes;

/// The last piece of a body, held until all of the body is checked: what is sent without its end is no
/// whole body to anybody.
#[derive(Default)]
pub(super) struct Withheld {
    last: Bytes,
}

impl Withheld {
    /// Takes the next piece, and returns the one before it, if there is one.
    pub(super) fn replace(&mut self, piece: Bytes) -> Option<Bytes> {
        if piece.is_empty() {
            return None;
        }
        let before = std::mem::replace(&mut self.last, piece);
        (!before.is_empty()).then_some(before)
    }

    /// Returns the last piece, if there is one, once everything is checked.
    pub(super) fn release(&mut self) -> Option<Bytes> {
        let last = std::mem::take(&mut self.last);
        (!last.is_empty()).then_some(last)
    }

    pub(super) fn length(&self) -> u64 {
        self.last.len() as u64
    }
}
