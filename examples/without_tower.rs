//! Signs requests for a client that is no tower service: hyper's own connection.
//!
//! The engine under `SigV4Layer` signs `http::request::Parts`. It checks the host, waits for
//! credentials where there are none yet, and observes the response that it is shown.
//!
//! ```text
//! cargo run --example without_tower
//! ```

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use http_sigv4::Payload;
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use iam_gateway::{Account, Accounts, Gateway};
use tokio::net::TcpStream;
use tower_sigv4::RequestSigner;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Signs and sends, and once more where the rejection says that this may help.
async fn send(
    signer: &RequestSigner,
    connection: &mut http1::SendRequest<Full<Bytes>>,
    request: Request<Bytes>,
) -> Result<Response<Incoming>, BoxError> {
    let (parts, body) = request.into_parts();
    for is_last in [false, true] {
        let mut parts = parts.clone();
        let signed = signer.sign(&mut parts, Payload::hash(&body)).await?;
        let mut request = Request::from_parts(parts, Full::new(body.clone()));
        // A connection of its own wants the path alone, and the host in its header.
        let host = request
            .uri()
            .authority()
            .ok_or("no host")?
            .as_str()
            .parse()?;
        request.headers_mut().entry("host").or_insert(host);
        let path = request.uri().path_and_query().ok_or("no path")?.clone();
        *request.uri_mut() = path.into();

        // It may not have noticed yet that the last response was read to its end.
        connection.ready().await?;
        let response = connection.send_request(request).await?;
        let advice = signed.observe(response.status(), response.headers());
        match advice {
            Some(advice) if !is_last && advice.ready().await => continue,
            _ => return Ok(response),
        }
    }
    Err("two attempts are all there are".into())
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let accounts = Accounts::from(Account::new("AKIDEXAMPLE", "secret"));
    let gateway = Gateway::new("execute-api", "eu-west-1", accounts);
    let server = gateway.serve().await?;

    let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
    let signer = RequestSigner::builder("execute-api", "eu-west-1", provider)
        .allow_loopback(true)
        .build_signer()?;

    let stream = TcpStream::connect(server.local_addr()).await?;
    let (mut connection, driver) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(driver);
    for item in ["tea", "coffee"] {
        let request = Request::post(format!("{}/prod/orders", server.url()))
            .header("content-type", "application/json")
            .body(Bytes::from(format!(r#"{{"item":"{item}"}}"#)))?;
        let response = send(&signer, &mut connection, request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        println!("{status} {}", String::from_utf8_lossy(&body));
        if status != StatusCode::OK {
            return Err("the gateway rejected what should be right".into());
        }
    }
    Ok(())
}
