//! The hash of the latest canonical request, as far as the next one is likely to be the same.
//!
//! Within one second, most requests to one URL differ in nothing but the payload's digest, which stands at
//! the end of the [canonical request]: what is in front of it is hashed once.
//!
//! [canonical request]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

use std::sync::Mutex;

use zeroize::Zeroizing;

use crate::hash::{Sha256, sha256};

/// SHA-256 reads so many bytes at a time.
const BLOCK: usize = 64;

/// The digest of the payload, in hexadecimal.
const PAYLOAD: usize = 64;

/// The method, the path and mostly the query. Where these differ from those of the request before, the
/// rest is not worth keeping.
const HEAD: usize = 2 * BLOCK;

/// Longer ones are left alone, so that nobody's headers fill the memory.
const LONGEST: usize = 8192;

/// After blocks that were kept for nothing, so many requests with the same head are hashed as they are:
/// they may differ in a header, as `x-amz-target`, every time.
const LEFT_OUT: u8 = 31;

/// The state of the hash after the blocks in front of the payload's digest, and those blocks, which are
/// compared byte for byte.
///
/// Both are wiped from memory on drop, since a session token may be in them. A clone starts empty. It has
/// its cache lines to itself: threads that share a key do not slow down each other's reading of it.
#[derive(Default)]
#[repr(align(128))]
pub(crate) struct KeptHash(Mutex<Kept>);

struct Kept {
    head: Zeroizing<[u8; HEAD]>,
    blocks: Zeroizing<Vec<u8>>,
    state: Sha256,
    /// Whether a request had the same blocks.
    was_of_use: bool,
    /// How many requests with the same head are still to be hashed as they are.
    left_out: u8,
}

impl KeptHash {
    /// Hashes a canonical request.
    pub(crate) fn sha256(&self, request: &[u8]) -> [u8; 32] {
        let end = request.len().saturating_sub(PAYLOAD) / BLOCK * BLOCK;
        let (blocks, rest) = request.split_at(end);
        let Some(mut hash) = self.hash_of(blocks) else {
            return sha256(request);
        };
        hash.update(rest);
        hash.finish()
    }

    /// Returns the state after `blocks`, if it is kept or is worth keeping.
    fn hash_of(&self, blocks: &[u8]) -> Option<Sha256> {
        let head = blocks.first_chunk()?;
        // Nobody waits for another thread that signs: hashing takes no longer than without.
        let mut kept = self.0.try_lock().ok()?;
        if **kept.blocks == *blocks {
            kept.was_of_use = true;
            return Some(kept.state.clone());
        }
        if *kept.head != *head || blocks.len() > LONGEST {
            *kept.head = *head;
            return None;
        }
        if !kept.was_of_use {
            kept.was_of_use = true;
            kept.left_out = LEFT_OUT;
        }
        if let Some(fewer) = kept.left_out.checked_sub(1) {
            kept.left_out = fewer;
            return None;
        }
        let mut state = Sha256::new();
        state.update(blocks);
        if kept.blocks.capacity() < blocks.len() {
            // Wiped here: to grow would leave its memory behind as it is.
            kept.blocks = Zeroizing::new(Vec::with_capacity(2 * blocks.len()));
        }
        kept.blocks.clear();
        kept.blocks.extend_from_slice(blocks);
        kept.state = state.clone();
        kept.was_of_use = false;
        Some(state)
    }
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            head: Zeroizing::new([0; HEAD]),
            blocks: Zeroizing::default(),
            state: Sha256::new(),
            was_of_use: true,
            left_out: 0,
        }
    }
}

impl Clone for KeptHash {
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(length: usize, head: u8, middle: u8, payload: u8) -> Vec<u8> {
        let mut request = vec![b'x'; length];
        for (at, byte) in [(0, head), (length / 2, middle), (length - 1, payload)] {
            request[at] = byte;
        }
        request
    }

    fn is_kept(kept: &KeptHash) -> bool {
        !kept.0.lock().unwrap().blocks.is_empty()
    }

    #[test]
    fn a_digest_is_that_of_the_whole_request_whatever_came_before() {
        const OTHERS: [(u8, u8); 8] = [
            (1, 1),
            (1, 1),
            (1, 1),
            (1, 2),
            (1, 2),
            (2, 2),
            (1, 2),
            (1, 1),
        ];
        for length in [1, 63, 64, 191, 192, 193, 1_181, 8_256, 8_257, 20_000] {
            let kept = KeptHash::default();
            for ((head, middle), payload) in OTHERS.iter().cycle().zip(0..200) {
                let request = request(length, *head, *middle, payload);
                assert_eq!(kept.sha256(&request), sha256(&request), "{length}");
            }
            assert_eq!(is_kept(&kept), (192..=LONGEST + 127).contains(&length));
        }
    }

    #[test]
    fn a_request_that_has_more_or_fewer_blocks_is_another() {
        let kept = KeptHash::default();
        for length in [400, 400, 500, 400, 300, 400, 463, 464] {
            let request = request(length, 0, b'x', 0);
            assert_eq!(kept.sha256(&request), sha256(&request), "{length}");
        }
        assert!(is_kept(&kept));
    }

    #[test]
    fn the_same_request_but_for_its_payload_is_hashed_from_what_is_kept() {
        let kept = KeptHash::default();
        kept.sha256(&request(1_000, 0, 0, 0));
        kept.sha256(&request(1_000, 0, 0, 1));
        // Nothing else tells that the state is used, where it is right.
        kept.0.lock().unwrap().state = Sha256::new();
        let request = request(1_000, 0, 0, 2);
        assert_ne!(kept.sha256(&request), sha256(&request));
    }

    /// A vector that grows by itself gives back memory that was not wiped.
    #[test]
    fn memory_is_taken_anew_only_for_what_is_longer_than_it() {
        let kept = KeptHash::default();
        let capacity_after = |length| {
            for payload in 0..LEFT_OUT + 3 {
                kept.sha256(&request(length, 0, 0, payload));
            }
            let blocks = &kept.0.lock().unwrap().blocks;
            assert_eq!(blocks.len(), length - PAYLOAD);
            blocks.capacity()
        };
        assert_eq!(capacity_after(PAYLOAD + 960), 1_920);
        assert_eq!(capacity_after(PAYLOAD + 640), 1_920);
        assert_eq!(capacity_after(PAYLOAD + 1_920), 1_920);
        assert_eq!(capacity_after(PAYLOAD + 1_984), 3_968);
    }

    #[test]
    fn requests_that_differ_in_the_middle_are_kept_now_and_then() {
        let kept = KeptHash::default();
        let mut times = 0;
        for middle in 0..100 {
            let before = kept.0.lock().unwrap().blocks.clone();
            kept.sha256(&request(1_000, 0, middle, 0));
            times += usize::from(*before != *kept.0.lock().unwrap().blocks);
        }
        assert_eq!(times, 4);
    }

    #[test]
    fn requests_that_begin_differently_keep_nothing() {
        let kept = KeptHash::default();
        for head in 0..100 {
            kept.sha256(&request(1_000, head, 0, 0));
        }
        assert!(!is_kept(&kept));
        kept.sha256(&request(1_000, 99, 0, 1));
        assert!(is_kept(&kept));
    }

    #[test]
    fn a_request_that_is_too_long_is_not_kept() {
        let kept = KeptHash::default();
        for payload in 0..3 {
            kept.sha256(&request(LONGEST + BLOCK + PAYLOAD, 0, 0, payload));
        }
        assert!(!is_kept(&kept));
    }

    #[test]
    fn what_is_kept_is_no_part_of_a_clone() {
        let kept = KeptHash::default();
        kept.sha256(&request(1_000, 0, 0, 0));
        kept.sha256(&request(1_000, 0, 0, 1));
        let clone = kept.clone();
        assert!(!is_kept(&clone));
        assert!(is_kept(&kept));
    }

    #[test]
    fn a_request_is_hashed_while_another_thread_holds_what_is_kept() {
        let kept = KeptHash::default();
        let held = kept.0.lock().unwrap();
        let request = request(1_000, 0, 0, 0);
        assert_eq!(kept.sha256(&request), sha256(&request));
        drop(held);
    }
}
