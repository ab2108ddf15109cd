//! Objects in parts.

use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::{Empty, Full};

use crate::store::{Store, data, e_tag};

#[tokio::test]
#[ignore = "needs a SeaweedFS: scripts/stores.sh"]
async fn an_object_in_parts_is_read_back_as_one() {
    for store in Store::all().await {
        let layer = Store::builder().build().unwrap();
        let uri = store.uri("multipart/a key+with=signs");
        let with = |query: &str| -> Uri { format!("{uri}?{query}").parse().unwrap() };

        let request = Request::post(with("uploads")).body(Empty::<Bytes>::new());
        let created = store.send(&layer, request.unwrap()).await.unwrap();
        let created = String::from_utf8_lossy(created.body()).into_owned();
        let id = created.split_once("<UploadId>").unwrap().1;
        let id = id.split_once("</UploadId>").unwrap().0;

        let whole = data(2 * 5 * 1024 * 1024 + 3);
        let mut parts = String::new();
        for (part, data) in (1..).zip(whole.chunks(5 * 1024 * 1024)) {
            let body = Full::new(Bytes::copy_from_slice(data));
            let uri = with(&format!("partNumber={part}&uploadId={id}"));
            let request = Request::put(uri).body(body).unwrap();
            let tag = e_tag(&store.send(&layer, request).await.unwrap());
            parts += &format!("<Part><PartNumber>{part}</PartNumber><ETag>{tag}</ETag></Part>");
        }
        let list = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        let request = Request::post(with(&format!("uploadId={id}")))
            .header("content-type", "application/xml")
            .body(Full::new(Bytes::from(list)));
        store.send(&layer, request.unwrap()).await.unwrap();
        store.expect(&uri, &whole).await;
    }
}
