//! Keys with bytes of every class.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;

use crate::store::Store;

/// Keys that look like paths that nobody should tidy up.
const PATHS: [&str; 8] = ["a//b", "/a", "a/", "a/./b", "a/../b", "./a", "../a", "a/.."];

/// SeaweedFS keeps objects as files in folders, and reads `\` as `/`.
const LOST_BY_SEAWEEDFS: [&str; 8] = [
    // Replaced by what was put to `k/a\b`.
    "k/a/b", "/a", "a/", "a/./b", "a/../b", "./a", "../a", "a/..",
];

/// Every character of ASCII but NUL, and the first and the last of each length in UTF-8.
fn keys() -> impl Iterator<Item = String> {
    let ascii = (0x01..0x80_u8).map(char::from);
    let others = [
        '\u{80}',
        '\u{7ff}',
        '\u{800}',
        '\u{ffff}',
        '\u{10000}',
        '\u{10ffff}',
    ];
    let characters = ascii.chain(others);
    characters
        .map(|character| format!("k/a{character}b"))
        .chain(PATHS.map(String::from))
}

#[tokio::test]
#[ignore = "needs a SeaweedFS: scripts/stores.sh"]
async fn keys_with_bytes_of_every_class_name_the_objects_that_were_put_there() {
    for store in Store::all().await {
        let layer = Store::builder().build().unwrap();
        let mut lost = Vec::new();
        // First all, or one could be read at another's place.
        for key in keys() {
            // An object holds its own key, so that none is taken for another.
            let body = Full::new(Bytes::from(key.clone()));
            let request = Request::put(store.uri(&key)).body(body).unwrap();
            if let Err(error) = store.send(&layer, request).await {
                let error = error.to_string();
                assert!(error.contains("InvalidRequest"), "{key}: {error}");
                lost.push(key);
            }
        }
        for key in keys().filter(|key| !lost.contains(key)).collect::<Vec<_>>() {
            match store.read(&store.uri(&key)).await {
                Ok(read) if read == key => {}
                Ok(_) => lost.push(key),
                Err(error) => {
                    assert!(error.to_string().contains("NoSuchKey"), "{key}: {error}");
                    lost.push(key);
                }
            }
        }
        let mut expected = match store.name {
            "SeaweedFS" => LOST_BY_SEAWEEDFS.to_vec(),
            _ => Vec::new(),
        };
        expected.sort_unstable();
        lost.sort_unstable();
        assert_eq!(lost, expected, "{}", store.name);
        println!(
            "{}: {} keys, {} lost",
            store.name,
            keys().count(),
            lost.len()
        );
    }
}

/// The same key, written as a URL may have it.
#[tokio::test]
#[ignore = "needs a SeaweedFS: scripts/stores.sh"]
async fn a_key_that_is_not_encoded_strictly_is_the_same_key() {
    for store in Store::all().await {
        let layer = Store::builder().build().unwrap();
        for (key, written) in [
            ("raw/a=b@c:d", "raw/a=b@c:d"),
            ("raw/a,b;c!d", "raw/a,b;c!d"),
            ("raw/a$b&c'd(e)*", "raw/a$b&c'd(e)*"),
            ("raw/a/b-._~", "raw/%61/b%2D%2e%5F%7e"),
            ("raw/\u{e9}", "raw/%c3%A9"),
        ] {
            let body = Full::new(Bytes::from(written));
            let request = Request::put(store.raw_uri(written)).body(body).unwrap();
            let sent = store.send(&layer, request).await;
            sent.unwrap_or_else(|error| panic!("{}: {written}: {error}", store.name));
            store.expect(&store.uri(key), written.as_bytes()).await;
        }
    }
}
