//! Uploads of SDKs, through a proxy that signs them again with the keys of the stores.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tests::Python;

use crate::{
    objects::SIZES,
    proxy::{CLIENT, Proxy},
    store::Store,
};

/// What clients send, without the key and the size; and how its body is then covered.
fn uploads() -> Vec<(&'static str, Value, &'static str)> {
    const FRAMES: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    let put = |settings: Value| {
        let mut upload = json!({"kind": "put"});
        upload
            .as_object_mut()
            .unwrap()
            .extend(settings.as_object().unwrap().clone());
        upload
    };
    let chunks = |has_trailer: bool| json!({"kind": "chunks", "trailer": has_trailer});
    let mut uploads = vec![
        ("http", put(json!({})), "digest"),
        ("http", put(json!({"checksums": "when_required"})), "digest"),
        ("http", put(json!({"token": "a/token+of=a=role"})), "digest"),
        ("http", put(json!({"algorithm": "SHA256"})), "digest"),
        ("http", json!({"kind": "presigned"}), "nothing"),
        ("http", chunks(false), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        (
            "http",
            chunks(true),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        ),
        ("https", put(json!({})), FRAMES),
        ("https", put(json!({"token": "a/token+of=a=role"})), FRAMES),
        (
            "https",
            put(json!({"checksums": "when_required"})),
            "digest",
        ),
        ("https", put(json!({"signed": true})), FRAMES),
        (
            "https",
            put(json!({"checksums": "when_required", "md5": true})),
            "UNSIGNED-PAYLOAD",
        ),
    ];
    for algorithm in ["CRC32C", "CRC64NVME", "SHA1", "SHA256"] {
        uploads.push(("https", put(json!({"algorithm": algorithm})), FRAMES));
    }
    uploads
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a SeaweedFS and boto3: scripts/stores.sh"]
async fn what_sdks_upload_through_a_proxy_is_read_back_as_it_was() {
    let mut python = Python::start("uploads.py", &[]);
    for store in Store::all().await {
        let proxy = Proxy::start(&store.origin()).await;
        let mut count = 0;
        for (index, (scheme, upload, covered)) in uploads().into_iter().enumerate() {
            for size in SIZES {
                let key = format!("proxied/{index}-{size}");
                let answer = python.ask(&proxy.question(scheme, &upload, &key, size));
                assert_eq!(
                    answer.get("error"),
                    None,
                    "{}: {upload} {size}: {answer}",
                    store.name
                );
                let said = proxy.said();
                assert_eq!(said, [covered], "{}: {upload} {size}", store.name);
                let read = store.read(&store.uri(&key)).await.unwrap();
                let digest = Sha256::digest(&read);
                let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(
                    (digest.as_str(), read.len()),
                    (answer["sha256"].as_str().unwrap(), size)
                );
                count += 1;
            }
        }
        println!("{}: {count} uploads read back", store.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a SeaweedFS and boto3: scripts/stores.sh"]
async fn what_an_sdk_uploads_in_parts_through_a_proxy_is_read_back_as_it_was() {
    let mut python = Python::start("uploads.py", &[]);
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/stores-multipart");
    std::fs::create_dir_all(folder).unwrap();
    for store in Store::all().await {
        let proxy = Proxy::start(&store.origin()).await;
        for scheme in ["http", "https"] {
            let key = format!("proxied/parts-{scheme}");
            let upload = json!({"kind": "multipart", "folder": folder});
            let size = (11 << 20) + 3;
            let answer = python.ask(&proxy.question(scheme, &upload, &key, size));
            assert_eq!(answer.get("error"), None, "{}: {answer}", store.name);
            let read = store.read(&store.uri(&key)).await.unwrap();
            let digest = Sha256::digest(&read);
            let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(
                (digest.as_str(), read.len()),
                (answer["sha256"].as_str().unwrap(), size)
            );
            println!("{} {scheme}: {:?}", store.name, proxy.said());
        }
    }
}

/// Neither store gets an object of what was changed between the client and the proxy.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a SeaweedFS and boto3: scripts/stores.sh"]
async fn chunks_that_were_changed_before_the_proxy_make_no_object() {
    let mut python = Python::start("uploads.py", &[]);
    for store in Store::all().await {
        let proxy = Proxy::start(&store.origin()).await;
        let mut rejected = 0;
        for has_trailer in [false, true] {
            for size in [0, 1, 100_000] {
                // Places in the first lines, in the data and in all of the end.
                let places = (0..90)
                    .step_by(7)
                    .chain((0..300).map(|back| -1 - back).step_by(13));
                for place in places {
                    let key = format!("changed/{has_trailer}-{size}-{place}");
                    let upload = json!({"kind": "chunks", "trailer": has_trailer, "tamper": place});
                    let answer = python.ask(&proxy.question("http", &upload, &key, size));
                    assert!(
                        answer.get("error").is_some(),
                        "{}: {key}: {answer}",
                        store.name
                    );
                    let read = store.read(&store.uri(&key)).await;
                    let error = read.expect_err(&key).to_string();
                    assert!(
                        error.contains("NoSuchKey"),
                        "{}: {key}: {error}",
                        store.name
                    );
                    rejected += 1;
                }
            }
        }
        println!("{}: {rejected} changes, none stored", store.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a SeaweedFS and boto3: scripts/stores.sh"]
async fn chunks_of_a_client_that_the_proxy_does_not_know_make_no_object() {
    let mut python = Python::start("uploads.py", &[]);
    for store in Store::all().await {
        let proxy = Proxy::start_for(&store.origin(), "AKIDSTRANGER").await;
        let upload = json!({"kind": "chunks", "trailer": true});
        let answer = python.ask(&proxy.question("http", &upload, "changed/stranger", 10));
        assert!(
            answer.get("error").is_some(),
            "{}: {CLIENT:?}: {answer}",
            store.name
        );
        assert!(store.read(&store.uri("changed/stranger")).await.is_err());
    }
}
