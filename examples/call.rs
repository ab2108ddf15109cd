//! Calls an IAM-protected URL and prints the answer: curl, with a signature.
//!
//! ```text
//! export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=eu-west-1
//! cargo run --example call -- https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders
//! cargo run --example call -- -X POST -H 'content-type: application/json' -d '{"item":"tea"}' URL
//! ```

use std::{io::Write, process::ExitCode};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Uri, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use lexopt::{Arg, ValueExt};
use tower::{BoxError, ServiceBuilder, ServiceExt};
use tower_sigv4::SigV4LayerBuilder;

const HELP: &str = "\
Calls a URL, signed with the keys and the region of the environment.

Usage: call [OPTIONS] URL

  -X, --request METHOD   the method; GET, or POST where there is data
  -d, --data DATA        the body
  -H, --header LINE      a header, as `name: value`; can be repeated
      --service NAME     the signing name of the service [execute-api]
      --allow-host HOST  sign for this host, which is not an AWS host of the service and region
  -h, --help             this text

Reads AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, and AWS_REGION or
AWS_DEFAULT_REGION. The exit code is 0 if the answer's status is 2xx.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("call: {error}");
            let mut source = error.source();
            while let Some(error) = source {
                eprintln!("  because {error}");
                source = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// Whether the call succeeded.
async fn run() -> Result<bool, BoxError> {
    let Some(call) = Call::parse()? else {
        println!("{HELP}");
        return Ok(true);
    };
    // The user names the host on the command line, so a local gateway is meant where it is named.
    let mut builder = SigV4LayerBuilder::from_env(&call.service).allow_loopback(true);
    for host in &call.allowed_hosts {
        builder = builder.allow_host(host);
    }
    let layer = builder.build()?;
    let mut http = HttpConnector::new();
    // Or else a small body waits for the peer's acknowledgement of its head, about 40 ms.
    http.set_nodelay(true);
    http.enforce_http(false);
    let https = HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(http);
    let client = ServiceBuilder::new()
        .layer(layer)
        .service(Client::builder(TokioExecutor::new()).build(https));

    let response = client.oneshot(call.request).await?;
    let status = response.status();
    eprintln!("{:?} {status}", response.version());
    let body = response.into_body().collect().await?.to_bytes();
    std::io::stdout().write_all(&body)?;
    Ok(status.is_success())
}

struct Call {
    request: Request<Full<Bytes>>,
    service: String,
    allowed_hosts: Vec<String>,
}

impl Call {
    /// What the command line asks for; `None` is help.
    fn parse() -> Result<Option<Self>, BoxError> {
        let mut service = "execute-api".to_owned();
        let mut allowed_hosts = Vec::new();
        let (mut uri, mut method, mut data) = (None::<Uri>, None::<Method>, None::<String>);
        let mut request = Request::builder();
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            match argument {
                Arg::Short('X') | Arg::Long("request") => {
                    method = Some(arguments.value()?.parse()?);
                }
                Arg::Short('d') | Arg::Long("data") => data = Some(arguments.value()?.string()?),
                Arg::Short('H') | Arg::Long("header") => {
                    let (name, value) = header(&arguments.value()?.string()?)?;
                    request = request.header(name, value);
                }
                Arg::Long("service") => service = arguments.value()?.string()?,
                Arg::Long("allow-host") => allowed_hosts.push(arguments.value()?.string()?),
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Value(value) if uri.is_none() => uri = Some(value.parse()?),
                other => return Err(other.unexpected().into()),
            }
        }
        let uri = uri.ok_or("no URL; see --help")?;
        if let Some(headers) = request.headers_mut()
            && data.is_some()
        {
            // As curl does.
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.entry(CONTENT_TYPE).or_insert(form);
        }
        let method = method.unwrap_or(match data {
            Some(_) => Method::POST,
            None => Method::GET,
        });
        let body = Full::from(data.unwrap_or_default());
        Ok(Some(Self {
            request: request.method(method).uri(uri).body(body)?,
            service,
            allowed_hosts,
        }))
    }
}

fn header(line: &str) -> Result<(HeaderName, HeaderValue), BoxError> {
    let (name, value) = line
        .split_once(':')
        .ok_or_else(|| format!("not a header, which is `name: value`: {line:?}"))?;
    Ok((name.trim().parse()?, value.trim().parse()?))
}
