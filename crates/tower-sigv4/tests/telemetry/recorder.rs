use std::sync::{Arc, Mutex};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

/// Everything that the layer records, a line each: `signatures_total payload=sha256 + 1`.
#[derive(Clone, Default)]
pub(crate) struct Recorded(Arc<Mutex<Vec<String>>>);

/// What all names begin with.
const PREFIX: &str = "aws_sigv4_";

impl Recorded {
    /// Takes the lines since the last look.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    fn instrument(&self, key: &Key) -> Option<Arc<Instrument>> {
        // What the credentials cache records is that crate's.
        let mut name = key.name().strip_prefix(PREFIX)?.to_owned();
        for label in key.labels() {
            name += &format!(" {}={}", label.key(), label.value());
        }
        let recorded = self.clone();
        Some(Arc::new(Instrument { name, recorded }))
    }
}

struct Instrument {
    name: String,
    recorded: Recorded,
}

impl Instrument {
    fn note(&self, what: &str, value: f64) {
        let line = format!("{} {what} {value}", self.name);
        self.recorded.0.lock().unwrap().push(line);
    }
}

impl CounterFn for Instrument {
    fn increment(&self, value: u64) {
        self.note("+", value as f64);
    }

    fn absolute(&self, value: u64) {
        self.note("=", value as f64);
    }
}

impl GaugeFn for Instrument {
    fn increment(&self, value: f64) {
        self.note("+", value);
    }

    fn decrement(&self, value: f64) {
        self.note("-", value);
    }

    fn set(&self, value: f64) {
        self.note("=", value);
    }
}

impl HistogramFn for Instrument {
    fn record(&self, value: f64) {
        self.note(":", value);
    }
}

impl Recorder for Recorded {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.instrument(key)
            .map_or_else(Counter::noop, Counter::from_arc)
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.instrument(key)
            .map_or_else(Gauge::noop, Gauge::from_arc)
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.instrument(key)
            .map_or_else(Histogram::noop, Histogram::from_arc)
    }
}
