//! Signs requests for a synchronous client, from a thread that has no runtime.
//!
//! Credentials are loaded, and refreshed, on a small runtime that belongs to the program; the thread
//! that sends takes what is at hand.
//!
//! ```text
//! cargo run --example blocking
//! ```

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use aws_credential_types::Credentials;
use http::{Request, request::Parts};
use http_sigv4::Payload;
use iam_gateway::{Account, Accounts, Gateway};
use tokio::runtime::{Builder, Runtime};
use tower_sigv4::{RequestSigner, TrySign};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Signs with the credentials that are at hand, or else waits for them.
fn sign(
    signer: &RequestSigner,
    runtime: &Runtime,
    parts: &mut Parts,
    body: &[u8],
) -> Result<(), BoxError> {
    // So that a refresh which is due runs in the background.
    let _context = runtime.enter();
    if let TrySign::Waiting(signing) = signer.try_sign(parts, Payload::hash(body))? {
        let _signed = runtime.block_on(signing.sign(parts, Payload::hash(body)))?;
    }
    Ok(())
}

fn main() -> Result<(), BoxError> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let accounts = Accounts::from(Account::new("AKIDEXAMPLE", "secret"));
    let gateway = Gateway::new("execute-api", "eu-west-1", accounts);
    let server = runtime.block_on(gateway.serve())?;

    let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
    let signer = RequestSigner::builder("execute-api", "eu-west-1", provider)
        .allow_loopback(true)
        .build_signer()?;

    for item in ["tea", "coffee"] {
        let body = format!(r#"{{"item":"{item}"}}"#);
        let request = Request::post(format!("{}/prod/orders", server.url())).body(())?;
        let (mut parts, ()) = request.into_parts();
        sign(&signer, &runtime, &mut parts, body.as_bytes())?;
        let answer = send(&parts, &body)?;
        println!("{}", answer.lines().next().unwrap_or_default());
        if !answer.starts_with("HTTP/1.1 200") {
            return Err(answer.into());
        }
    }
    Ok(())
}

/// A client as small as they come.
fn send(parts: &Parts, body: &str) -> Result<String, BoxError> {
    let host = parts.uri.authority().ok_or("no host")?.as_str();
    let mut stream = TcpStream::connect(host)?;
    let mut request = format!(
        "{} {} HTTP/1.1\r\nhost: {host}\r\n",
        parts.method,
        parts.uri.path()
    );
    for (name, value) in &parts.headers {
        request += &format!("{name}: {}\r\n", value.to_str()?);
    }
    request += &format!(
        "connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
