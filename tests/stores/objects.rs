//! Objects of every size, by every way to cover their bodies that needs no frames.

use std::time::Instant;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use sha2::{Digest, Sha256};
use tower_sigv4::PayloadMode;

use crate::store::{Store, data};

pub(crate) const SIZES: [usize; 7] = [
    0,
    1,
    8 * 1024 - 1,
    8 * 1024 + 1,
    64 * 1024 - 1,
    64 * 1024 + 1,
    5 * 1024 * 1024 + 3,
];

#[tokio::test]
#[ignore = "needs a SeaweedFS: scripts/stores.sh"]
async fn objects_of_every_size_are_read_back_as_they_were() {
    for store in Store::all().await {
        for mode in ["buffered", "precomputed", "unsigned"] {
            for size in SIZES {
                let data = data(size);
                let builder = match mode {
                    "buffered" => Store::builder(),
                    "unsigned" => Store::builder().payload(PayloadMode::Unsigned),
                    _ => {
                        let digest = Sha256::digest(&data).into();
                        Store::builder().payload(PayloadMode::Precomputed(digest))
                    }
                };
                let layer = builder.build().unwrap();
                let uri = store.uri(&format!("objects/{mode}-{size}"));
                let request = Request::put(&uri).body(Full::new(data.clone())).unwrap();
                let start = Instant::now();
                let sent = store.send(&layer, request).await;
                sent.unwrap_or_else(|error| panic!("{}: {uri}: {error}", store.name));
                let took = start.elapsed();
                store.expect(&uri, &data).await;
                println!("{} {mode} {size}: {took:.1?}", store.name);
            }
        }
    }
}

#[tokio::test]
#[ignore = "needs a SeaweedFS: scripts/stores.sh"]
async fn an_object_is_replaced_and_one_that_is_not_there_is_not_found() {
    for store in Store::all().await {
        let layer = Store::builder().build().unwrap();
        let uri = store.uri("objects/replaced");
        for data in ["one", "another"] {
            let body = Full::new(Bytes::from(data));
            let request = Request::put(&uri).body(body).unwrap();
            store.send(&layer, request).await.unwrap();
            store.expect(&uri, data.as_bytes()).await;
        }
        let error = store.read(&store.uri("objects/none")).await.unwrap_err();
        assert!(
            error.to_string().contains("NoSuchKey"),
            "{}: {error}",
            store.name
        );
    }
}
