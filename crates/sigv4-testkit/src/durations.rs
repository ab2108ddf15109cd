use std::time::Duration;

/// A thousandth of a second.
pub const MILLI: Duration = Duration::from_millis(1);
/// A second.
pub const SECOND: Duration = Duration::from_secs(1);
/// 60 seconds.
pub const MINUTE: Duration = Duration::from_secs(60);
/// 60 minutes.
pub const HOUR: Duration = Duration::from_secs(3_600);
/// 24 hours.
pub const DAY: Duration = Duration::from_secs(86_400);
