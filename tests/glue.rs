//! What projects write by hand today, written against the engine: a function over `Parts`, and a proxy
//! that signs again what others have signed.

use bytes::Bytes;
use http::{Request, Response, StatusCode, request::Parts};
use http_body_util::{BodyExt, Full};
use http_sigv4::Payload;
use iam_gateway::{Account, Accounts, Gateway, Server};
use tower::{BoxError, Service, ServiceExt};
use tower_sigv4::{Error, RequestSigner, SignedRequest};

/// Signs the parts of any request, as eight projects of nine do.
mod function {
    use super::*;

    pub(crate) async fn sign(
        signer: &RequestSigner,
        parts: &mut Parts,
        body: &[u8],
    ) -> Result<SignedRequest, Error> {
        signer.sign(parts, Payload::hash(body)).await
    }
}

/// A proxy's own service: whatever came in signed, or not, goes out signed for the upstream.
mod signing_again {
    use super::*;

    pub(crate) async fn forward<S>(
        signer: &RequestSigner,
        upstream: S,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, BoxError>
    where
        S: Service<Request<Full<Bytes>>, Response = Response<Bytes>, Error = BoxError>,
    {
        let (mut parts, body) = request.into_parts();
        // The signature, the token and the dates that came in are replaced or removed.
        let signed = signer.sign(&mut parts, Payload::hash(&body)).await?;
        let response = upstream
            .oneshot(Request::from_parts(parts, Full::new(body)))
            .await?;
        signed.observe(response.status(), response.headers());
        Ok(response)
    }
}

async fn gateway() -> (Server, RequestSigner) {
    let accounts = Accounts::from(Account::new("AKIDEXAMPLE", "secret"));
    let server = Gateway::new("execute-api", "eu-west-1", accounts)
        .serve()
        .await
        .unwrap();
    let provider =
        aws_credential_types::Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
    let signer = RequestSigner::builder("execute-api", "eu-west-1", provider).allow_loopback(true);
    (server, signer.build_signer().unwrap())
}

/// Sends over a socket to the gateway, which verifies.
async fn send(request: Request<Full<Bytes>>) -> Result<Response<Bytes>, BoxError> {
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
        .build_http();
    let (parts, body) = client.request(request).await?.into_parts();
    Ok(Response::from_parts(
        parts,
        body.collect().await?.to_bytes(),
    ))
}

#[tokio::test]
async fn a_function_over_parts_signs_for_any_client() {
    let (server, signer) = gateway().await;
    let request = Request::post(format!("{}/prod/a%20b?b=2&a=1", server.url()))
        .body(Bytes::from("body"))
        .unwrap();
    let (mut parts, body) = request.into_parts();
    let signed = function::sign(&signer, &mut parts, &body).await.unwrap();
    let response = send(Request::from_parts(parts, Full::new(body)))
        .await
        .unwrap();
    assert!(
        signed
            .observe(response.status(), response.headers())
            .is_none()
    );
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_proxy_signs_again_what_others_have_signed() {
    let (server, signer) = gateway().await;
    let request = Request::put(format!("{}/prod/key", server.url()))
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=PLACEHOLDER/20150830/us-east-1/s3/aws4_request",
        )
        .header("x-amz-date", "20150830T123600Z")
        .header("x-amz-security-token", "of the sandbox")
        .body(Bytes::from("body"))
        .unwrap();
    let upstream = tower::service_fn(send);
    let response = signing_again::forward(&signer, upstream, request)
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}
