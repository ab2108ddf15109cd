use std::{collections::VecDeque, mem};

use bytes::Bytes;

/// The data of a chunk in the pieces it came in, until its signature is known.
///
/// Pieces are passed through, not copied, unless they are so small that the handle of each would
/// take as much memory as its data: a body of frames of one byte would be held thirty times over.
#[derive(Default)]
pub(super) struct Pieces {
    pieces: VecDeque<Bytes>,
    /// What follows the last of `pieces`.
    small: Vec<u8>,
    length: usize,
}

const SMALL: usize = 256;

/// How much of small pieces becomes one, so that little is allocated in vain.
const BLOCK: usize = 16 * 1024;

impl Pieces {
    pub(super) fn push(&mut self, piece: Bytes) {
        self.length += piece.len();
        if piece.len() < SMALL {
            if self.small.len() + piece.len() > BLOCK {
                self.close();
            }
            self.small.extend_from_slice(&piece);
        } else {
            self.close();
            self.pieces.push_back(piece);
        }
    }

    /// Puts `piece` in front of everything.
    pub(super) fn push_front(&mut self, piece: Bytes) {
        self.length += piece.len();
        self.pieces.push_front(piece);
    }

    pub(super) fn pop(&mut self) -> Option<Bytes> {
        if self.pieces.is_empty() {
            self.close();
        }
        let piece = self.pieces.pop_front()?;
        self.length -= piece.len();
        Some(piece)
    }

    /// How many bytes there are.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    fn close(&mut self) {
        if !self.small.is_empty() {
            self.pieces.push_back(mem::take(&mut self.small).into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_out_in_order_and_the_large_ones_are_not_copied() {
        let large = Bytes::from(vec![b'x'; SMALL]);
        let mut pieces = Pieces::default();
        for piece in [
            Bytes::from("ab"),
            Bytes::from("c"),
            large.clone(),
            "d".into(),
        ] {
            pieces.push(piece);
        }
        pieces.push_front("first".into());
        assert_eq!(pieces.length(), 5 + 4 + SMALL);
        assert_eq!(pieces.pop().unwrap(), "first");
        assert_eq!(pieces.pop().unwrap(), "abc");
        assert_eq!(pieces.pop().unwrap().as_ptr(), large.as_ptr());
        assert_eq!(pieces.pop().unwrap(), "d");
        assert_eq!((pieces.pop(), pieces.length()), (None, 0));
    }

    #[test]
    fn small_pieces_become_one_of_16_kib() {
        let mut pieces = Pieces::default();
        for _ in 0..64 + 1 {
            pieces.push(vec![b'x'; 128].into());
            pieces.push(vec![b'y'; 128].into());
        }
        let lengths: Vec<_> = std::iter::from_fn(|| pieces.pop())
            .map(|piece| piece.len())
            .collect();
        assert_eq!(lengths, [16_384, 256]);
    }
}
