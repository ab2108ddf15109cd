//! Why a service rejects a signature: each cause brought about, and what `ExplainLayer` says of it.
//!
//! The service is a local gateway that really verifies. In front of it stands a proxy that does what
//! proxies do, and the client makes the mistakes that people make. The program fails if an
//! explanation names another cause than the one that was brought about.
//!
//! ```text
//! cargo run --example explain            # all of them
//! cargo run --example explain -- path    # those with this word in them
//! ```

mod cases;
mod proxy;
mod terminal;

use std::{net::SocketAddr, process::ExitCode};

use bytes::Bytes;
use http::Uri;
use http_body_util::Full;
use hyper_util::{
    client::legacy::{Client, connect::Connect},
    rt::{TokioExecutor, TokioIo},
};
use tokio::net::TcpStream;
use tower::{BoxError, Layer, ServiceBuilder, ServiceExt, service_fn};
use tower_sigv4::{ExplainLayer, Explanation};

use crate::{cases::Case, terminal::Terminal};

#[tokio::main]
async fn main() -> Result<ExitCode, BoxError> {
    let terminal = Terminal::new();
    let word = std::env::args().nth(1).unwrap_or_default();
    let mut cases = cases::all();
    cases.retain(|case| case.title.contains(&word));
    let mut wrong = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        terminal.title(index + 1, case);
        let explanation = provoke(case).await?;
        match &explanation {
            Some(explanation) => terminal.explanation(explanation),
            None => terminal.line("The request was not rejected."),
        }
        let cause = explanation.map(|explanation| explanation.cause());
        if cause != Some(case.cause) {
            wrong.push(format!(
                "{}: {:?} was explained as {cause:?}",
                case.title, case.cause
            ));
        }
    }
    terminal.summary(cases.len(), &wrong);
    let is_right = wrong.is_empty() && !cases.is_empty();
    Ok(if is_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Sends a request that is rejected, and returns what the layer says of it.
async fn provoke(case: &Case) -> Result<Option<Explanation>, BoxError> {
    let address = proxy::start(cases::gateway(), case.proxy).await?;
    let request = (case.request)().map(Full::<Bytes>::from);
    let response = match case.signer {
        // This is all there is to it.
        Some(signer) => {
            let client = ServiceBuilder::new()
                .layer(ExplainLayer::new())
                .layer(signer()?)
                .service(client(address));
            client.oneshot(request).await?
        }
        None => {
            ExplainLayer::new()
                .layer(client(address))
                .oneshot(request)
                .await?
        }
    };
    Ok(response.extensions().get().cloned())
}

/// hyper-util's client, in a network where every host is the proxy.
fn client<B>(proxy: SocketAddr) -> Client<impl Connect + Clone + Send + Sync + 'static, B>
where
    B: http_body::Body<Data: Send> + Send,
{
    // In clear, also for https.
    let connector = service_fn(move |_: Uri| {
        Box::pin(async move { TcpStream::connect(proxy).await.map(TokioIo::new) })
    });
    Client::builder(TokioExecutor::new()).build(connector)
}
