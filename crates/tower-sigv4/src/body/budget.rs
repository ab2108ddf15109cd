use std::{
    fmt, mem,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{Error, error::Kind};

/// How many bytes all bodies that are held for their hashes may take together.
#[derive(Clone)]
pub(crate) struct Budget {
    shared: Arc<Shared>,
}

struct Shared {
    limit: usize,
    used: AtomicUsize,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Self {
        let used = AtomicUsize::new(0);
        Self {
            shared: Arc::new(Shared { limit, used }),
        }
    }

    pub(crate) fn permit(&self) -> Permit {
        Permit {
            budget: Some(Arc::clone(&self.shared)),
            held: 0,
        }
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("limit", &self.shared.limit)
            .field("used", &self.shared.used)
            .finish()
    }
}

/// One body's share of a [`Budget`], given back on drop. Without a budget it holds nothing.
#[derive(Default)]
pub(crate) struct Permit {
    budget: Option<Arc<Shared>>,
    held: usize,
}

impl Permit {
    pub(crate) fn extend(&mut self, length: usize) -> Result<(), Error> {
        let Some(budget) = &self.budget else {
            return Ok(());
        };
        let fits = |used: usize| {
            used.checked_add(length)
                .filter(|&used| used <= budget.limit)
        };
        let limit = budget.limit;
        match budget
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits)
        {
            Ok(_) => self.held += length,
            Err(_) => return Err(Kind::BodiesTooLarge { limit }.into()),
        }
        Ok(())
    }
}

/// A body's own permit, or the one that it has together with its copy. The bytes are the same, so they
/// count once, and until both are gone.
pub(crate) enum Share {
    Own(Permit),
    Joint(Arc<Permit>),
}

impl Share {
    /// Returns whether the body takes nothing of the budget.
    #[cfg(feature = "reqwest")]
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Own(permit) => permit.held == 0,
            Self::Joint(permit) => permit.held == 0,
        }
    }

    /// Returns the share of a copy.
    pub(crate) fn join(&mut self) -> Self {
        let permit = match mem::replace(self, Self::Own(Permit::default())) {
            Self::Own(permit) if permit.held == 0 => return Self::Own(Permit::default()),
            Self::Own(permit) => Arc::new(permit),
            Self::Joint(permit) => permit,
        };
        *self = Self::Joint(Arc::clone(&permit));
        Self::Joint(permit)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(budget) = &self.budget {
            budget.used.fetch_sub(self.held, Ordering::Relaxed);
        }
    }
}
