use std::collections::VecDeque;

use bytes::Bytes;

/// Pieces of a body in their order. The first has a place of its own, as most bodies are one piece.
#[derive(Clone, Default)]
pub(crate) struct Collected {
    first: Bytes,
    rest: VecDeque<Bytes>,
    remaining: u64,
}

impl Collected {
    pub(crate) fn push(&mut self, data: Bytes) {
        if data.is_empty() {
            return;
        }
        let is_first = self.remaining == 0;
        self.remaining += data.len() as u64;
        match is_first {
            true => self.first = data,
            false => self.rest.push_back(data),
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Bytes> {
        let next = match self.first.is_empty() {
            true => self.rest.pop_front()?,
            false => std::mem::take(&mut self.first),
        };
        self.remaining -= next.len() as u64;
        Some(next)
    }

    /// Returns whether there is one piece at most.
    #[cfg(feature = "reqwest")]
    pub(crate) fn is_whole(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn remaining(&self) -> u64 {
        self.remaining
    }

    /// A copy of the first bytes.
    #[cfg(feature = "explain")]
    pub(crate) fn start(&self, limit: usize) -> Vec<u8> {
        let pieces = std::iter::once(&self.first).chain(&self.rest);
        pieces.flatten().take(limit).copied().collect()
    }
}
