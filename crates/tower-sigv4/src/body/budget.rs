use std::{
    fmt,
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
    #[cfg(feature = "reqwest")]
    pub(crate) fn is_empty(&self) -> bool {
        self.held == 0
    }

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

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(budget) = &self.budget {
            budget.used.fetch_sub(self.held, Ordering::Relaxed);
        }
    }
}
