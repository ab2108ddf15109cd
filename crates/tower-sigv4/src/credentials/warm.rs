//! Keeps a cache warm: a timer that refreshes credentials when nobody asks.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use tokio::runtime::Handle;

use super::{gate::Gate, schedule::Stage, time::Moment};
use crate::clock::Clock;

/// Sets the timer after a load, if the cache is to be kept warm.
pub(super) fn keep(gate: &Arc<Gate>, clock: &Clock) {
    if !gate.settings.keep_warm {
        return;
    }
    // After a load in the caller, for want of a runtime, there is none for a timer either.
    if let (Ok(runtime), Some(delay)) = (Handle::try_current(), delay(gate, clock)) {
        let timer = runtime.spawn(run(Arc::downgrade(gate), clock.clone(), delay));
        gate.set_warmer(timer.abort_handle());
    }
}

async fn run(gate: Weak<Gate>, clock: Clock, mut delay: Duration) {
    loop {
        tokio::time::sleep(delay).await;
        let Some(gate) = gate.upgrade() else { return };
        match gate.held(&Moment::now(&clock)) {
            // Unused ones are the next request's to replace.
            Some((snapshot, _)) if !snapshot.was_used() => return,
            Some(_) => {}
            None => return,
        }
        // The clock decides, not that the timer has fired.
        match self::delay(&gate, &clock) {
            Some(Duration::ZERO) => {
                // The load sets the next timer.
                gate.answer(&clock);
                return;
            }
            Some(left) => delay = left,
            None => return,
        }
    }
}

/// How long until a load may start; `None` if that is left to the next request.
fn delay(gate: &Gate, clock: &Clock) -> Option<Duration> {
    let now = Moment::now(clock);
    let (snapshot, held) = gate.held(&now)?;
    let delay = snapshot.until_due(&now).max(gate.pause_left(&now));
    (held.stage != Stage::Expired).then_some(delay)
}
