//! Uploads of every mode, checksum and size, read back and compared.

use bytes::Bytes;
use http::Request;
use http_body_util::Empty;

use crate::{
    cases::{Frames, data, modes},
    store::{Store, URI, builder},
};

const SIZES: [usize; 9] = [
    0,
    1,
    8191,
    8192,
    8193,
    64 * 1024 - 1,
    64 * 1024,
    64 * 1024 + 1,
    5 * 1024 * 1024 + 3,
];

#[tokio::test]
async fn what_was_uploaded_is_read_back_as_it_was() {
    let store = Store::new();
    let mut count = 0;
    for length in SIZES {
        let data = data(length);
        for mode in modes(&data) {
            // The default is another one above the limit.
            for limit in [length + 1, length.saturating_sub(1)] {
                if mode.is_some() && limit < length {
                    continue;
                }
                let layer = builder().body_limit(limit);
                let layer = mode.into_iter().fold(layer, |it, mode| it.payload(mode));
                let layer = layer.build().unwrap();
                for is_known in [true, false] {
                    let body = Frames {
                        data: data.clone(),
                        size: 60_000,
                        is_known,
                    };
                    let request = Request::put(URI).header("content-length", length);
                    let request = request.body(body).unwrap();
                    let what = format!("{mode:?} {length} {limit} {is_known}");
                    let put = store.send(&layer, request).await;
                    put.unwrap_or_else(|error| panic!("{what}: {error}"));
                    let request = Request::get(URI).body(Empty::<Bytes>::new()).unwrap();
                    let read = store.send(&layer, request).await;
                    let read = read.unwrap_or_else(|error| panic!("{what}: {error}"));
                    assert!(*read.body() == data, "{what}");
                    assert!(store.take().unwrap() == data, "{what}");
                    count += 1;
                }
            }
        }
    }
    println!("{count} uploads read back");
}
