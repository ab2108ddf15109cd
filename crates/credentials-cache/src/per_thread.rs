//! State of which threads that sign at the same time have one each.
//!
//! Whoever takes a lock or counts a reference writes to memory, and the cache line of it then travels
//! between the processors that do. So each thread has locks and counts of its own, or shares them with
//! few others.

use std::{
    cell::Cell,
    fmt,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// One `T` for each of as many groups of threads as there are processors.
///
/// Hidden, as it is no part of the public interface: `tower-sigv4` keeps keys and decisions in it.
pub struct PerThread<T> {
    places: Box<[Place<T>]>,
}

/// Two cache lines of 64 bytes, as processors fetch them in pairs.
#[repr(align(128))]
#[derive(Default)]
struct Place<T>(T);

impl<T> PerThread<T> {
    /// Returns what the thread has.
    pub fn get(&self) -> &T {
        // As many as there are is a power of two.
        &self.places[thread_number() & (self.places.len() - 1)].0
    }

    /// Returns what each group of threads has.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.places.iter().map(|Place(place)| place)
    }
}

impl<T: Default> Default for PerThread<T> {
    fn default() -> Self {
        Self {
            places: (0..processors()).map(|_| Place::default()).collect(),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for PerThread<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all()).finish()
    }
}

/// How many processors there are, to the next power of two, within reason.
fn processors() -> usize {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    *PROCESSORS.get_or_init(|| {
        let processors = thread::available_parallelism().map_or(1, Into::into);
        processors.next_power_of_two().min(64)
    })
}

/// The how many-th thread to ask this is.
#[inline]
fn thread_number() -> usize {
    thread_local! {
        static NUMBER: Cell<Option<usize>> = const { Cell::new(None) };
    }
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.try_with(|number| match number.get() {
        Some(number) => number,
        None => {
            let next = NEXT.fetch_add(1, Ordering::Relaxed);
            number.set(Some(next));
            next
        }
    });
    // A thread that is ending shares the first place.
    number.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_of_a_program_spread_over_all_places() {
        let counts = PerThread::<AtomicUsize>::default();
        thread::scope(|scope| {
            for _ in 0..2 * processors() {
                scope.spawn(|| {
                    counts.get().fetch_add(1, Ordering::Relaxed);
                    // The same one again.
                    assert!(counts.get().load(Ordering::Relaxed) > 0);
                });
            }
        });
        let counts = counts.places.iter();
        let counts = counts.map(|Place(count)| count.load(Ordering::Relaxed));
        assert_eq!(counts.sum::<usize>(), 2 * processors());
    }

    #[test]
    fn the_places_do_not_overlap() {
        assert_eq!(size_of::<Place<u8>>(), 128);
        assert_eq!(size_of::<Place<[AtomicUsize; 4]>>(), 128);
        assert!(processors().is_power_of_two());
    }
}
