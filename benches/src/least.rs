use std::hint::black_box;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, header::AUTHORIZATION, request::Parts};

use crate::{Case, Floor, Hashing, RustCrypto, contenders::http_sigv4};

/// As long as `Authorization` and `x-amz-date` are together, or longer.
const VALUES: usize = 384;

/// What no signer can do without whose requests are those of the crate `http`: the hashing of [`Floor`]
/// by `sha2`, and the values of the signature's headers in one piece of memory, checked and inserted. All
/// texts are ready, so a signer that also has to write them takes longer.
pub(crate) fn least(case: Case) -> impl Fn(Parts, &Bytes) -> Parts {
    static DATE: HeaderName = HeaderName::from_static("x-amz-date");
    static TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

    let (floor, key) = (Floor::new(case), RustCrypto::key(&[7; 32]));
    let signed = http_sigv4(case)(case.parts(), &case.body().into()).headers;
    let [authorization, date] =
        [&AUTHORIZATION, &DATE].map(|name| signed[name].as_bytes().to_vec());
    let token = signed.get(&TOKEN).cloned();
    move |mut parts, _| {
        black_box(floor.run::<RustCrypto>(black_box(&key)));
        let mut values = [0; VALUES];
        let (start, rest) = values.split_at_mut(authorization.len());
        start.copy_from_slice(black_box(&authorization));
        rest[..date.len()].copy_from_slice(black_box(&date));
        let mut values = Bytes::from_owner(values);
        let value = |text: Bytes| HeaderValue::from_maybe_shared(text).expect("a signature's text");
        let end = authorization.len() + date.len();
        let date = value(values.slice(authorization.len()..end));
        values.truncate(authorization.len());
        parts.headers.insert(&AUTHORIZATION, value(values));
        parts.headers.insert(&DATE, date);
        if let Some(token) = &token {
            parts.headers.insert(&TOKEN, token.clone());
        }
        parts
    }
}
