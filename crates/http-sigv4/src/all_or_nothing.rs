use http::HeaderMap;

/// Changes `headers`, or leaves them as they are where that fails.
///
/// A map refuses an insertion when it is full, but also when thousands of its names collide, which shows
/// too late. So a map of that size is changed in a copy.
#[inline]
pub(crate) fn all_or_nothing<E>(
    headers: &mut HeaderMap,
    change: impl FnOnce(&mut HeaderMap) -> Result<(), E>,
) -> Result<(), E> {
    const ALWAYS_ROOM: usize = 4096;
    if headers.keys_len() < ALWAYS_ROOM {
        return change(headers);
    }
    let mut changed = headers.clone();
    change(&mut changed)?;
    *headers = changed;
    Ok(())
}
