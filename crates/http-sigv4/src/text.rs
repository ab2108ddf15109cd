//! What a signature is written in.

use std::ops::Deref;

use arrayvec::ArrayVec;
use bytes::Bytes;

/// Holds every canonical request that a service takes, with the longest session token of today.
const ON_STACK: usize = 8192;

/// A text in the making: on the stack unless it outgrows it.
///
/// What is written in it may be a live session token, so it has no `Debug`.
#[expect(
    clippy::large_enum_variant,
    reason = "a box would be one more allocation"
)]
pub(crate) enum Text {
    Stack(ArrayVec<u8, ON_STACK>),
    Heap(Vec<u8>),
}

impl Text {
    pub(crate) fn new() -> Self {
        Self::Stack(ArrayVec::new())
    }

    #[inline]
    pub(crate) fn push(&mut self, byte: u8) {
        self.extend_from_slice(&[byte]);
    }

    #[inline]
    pub(crate) fn extend_from_slice(&mut self, bytes: &[u8]) {
        match self {
            Self::Stack(text) => {
                if text.try_extend_from_slice(bytes).is_err() {
                    self.spill(bytes);
                }
            }
            Self::Heap(text) => text.extend_from_slice(bytes),
        }
    }

    #[cold]
    fn spill(&mut self, bytes: &[u8]) {
        let mut text = Vec::with_capacity(2 * (self.len() + bytes.len()));
        text.extend_from_slice(self);
        text.extend_from_slice(bytes);
        *self = Self::Heap(text);
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        match self {
            Self::Stack(text) => text.truncate(len),
            Self::Heap(text) => text.truncate(len),
        }
    }
}

impl Deref for Text {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Stack(text) => text,
            Self::Heap(text) => text,
        }
    }
}

/// Copies texts, one after the other, to where any number of [`Bytes`] share them.
///
/// This is the one allocation of a signature. Memory of any length would take a second one for the
/// count of those who share it, memory of a fixed length has it in front.
pub(crate) fn shared(texts: &[&[u8]]) -> Bytes {
    let len: usize = texts.iter().map(|text| text.len()).sum();
    let shared = match len {
        0..=384 => shared_in::<384>(texts),
        385..=1024 => shared_in::<1024>(texts),
        1025..=8192 => shared_in::<8192>(texts),
        _ => None,
    };
    shared.unwrap_or_else(|| texts.concat().into())
}

/// Copies texts that together are no longer than `CAPACITY`.
#[inline]
fn shared_in<const CAPACITY: usize>(texts: &[&[u8]]) -> Option<Bytes> {
    let mut owner = ArrayVec::<u8, CAPACITY>::new();
    for text in texts {
        owner.try_extend_from_slice(text).ok()?;
    }
    Some(Bytes::from_owner(owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_any_length_is_what_was_written() {
        for length in [0, 1, 384, 385, 1024, 1025, 8191, 8192, 8193, 20_000] {
            let expected: Vec<u8> = (0..length).map(|index: usize| index as u8).collect();
            let (mut by_byte, mut at_once) = (Text::new(), Text::new());
            expected.iter().for_each(|&byte| by_byte.push(byte));
            at_once.extend_from_slice(&expected);
            for text in [&mut by_byte, &mut at_once] {
                assert!(**text == expected[..]);
                assert_eq!(shared(&[text]), expected);
                let (start, end) = text.split_at(length / 3);
                assert_eq!(shared(&[start, b"", end]), expected);
                text.truncate(length / 2);
                assert!(**text == expected[..length / 2]);
            }
        }
    }

    #[test]
    fn texts_of_up_to_8_kib_are_shared_with_one_allocation() {
        for length in [1, 384, 385, 1024, 1025, 8192] {
            let text = vec![b'x'; length];
            let made = allocation_counter::measure(|| {
                let shared = shared(&[&text]);
                assert_eq!(shared.clone(), shared);
            });
            assert_eq!(made.count_total, 1, "{length}");
        }
    }
}
