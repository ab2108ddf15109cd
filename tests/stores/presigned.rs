//! Objects behind presigned URLs, which whoever has them can read and write.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Uri};
use http_body_util::Full;
use http_sigv4::ExpiresIn;

use crate::{
    objects::SIZES,
    store::{Store, data},
};

async fn presigned(method: Method, uri: &Uri) -> Uri {
    let signer = Store::builder().build_signer().unwrap();
    let request = Request::builder().method(method).uri(uri).body(());
    let (mut parts, ()) = request.unwrap().into_parts();
    let minute = ExpiresIn::from(Duration::from_secs(60));
    signer.presign(&mut parts, minute).await.unwrap();
    parts.uri
}

#[tokio::test]
#[ignore = "needs a SeaweedFS: scripts/stores.sh"]
async fn an_object_is_put_and_read_by_presigned_urls() {
    for store in Store::all().await {
        for size in SIZES {
            let data = data(size);
            let uri = store.uri(&format!("presigned/{size} +=&"));
            let put = presigned(Method::PUT, &uri).await;
            // A client sends none by itself where there is no body.
            let request = Request::put(put).header("content-length", size);
            let request = request.body(Full::new(data.clone())).unwrap();
            store.send_as_it_is(request).await.unwrap();
            store.expect(&uri, &data).await;

            let get = presigned(Method::GET, &uri).await;
            let request = Request::get(get).body(Full::<Bytes>::default()).unwrap();
            let read = store.send_as_it_is(request).await.unwrap();
            assert!(read.body() == &data, "{}: {size}", store.name);
        }
    }
}

#[tokio::test]
#[ignore = "needs a SeaweedFS: scripts/stores.sh"]
async fn a_presigned_url_is_good_for_its_own_method_and_object_only() {
    for store in Store::all().await {
        let layer = Store::builder().build().unwrap();
        for key in ["presigned/one", "presigned/two"] {
            let request = Request::put(store.uri(key)).body(Full::new(Bytes::from("data")));
            store.send(&layer, request.unwrap()).await.unwrap();
        }
        let uri = presigned(Method::GET, &store.uri("presigned/one")).await;
        let other: Uri = uri.to_string().replace("/one", "/two").parse().unwrap();
        let longer: Uri = uri
            .to_string()
            .replace("Expires=60", "Expires=61")
            .parse()
            .unwrap();
        for (method, uri, is_good) in [
            (Method::GET, &uri, true),
            (Method::PUT, &uri, false),
            (Method::GET, &other, false),
            (Method::GET, &longer, false),
        ] {
            let request = Request::builder().method(&method).uri(uri);
            let request = request.body(Full::new(Bytes::new())).unwrap();
            let answer = store.send_as_it_is(request).await;
            assert_eq!(
                answer.is_ok(),
                is_good,
                "{}: {method} {uri}: {answer:?}",
                store.name
            );
        }
    }
}
