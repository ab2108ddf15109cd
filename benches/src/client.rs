//! What signing leaves of an HTTP client's throughput.

use std::{
    convert::Infallible, error::Error, hint::black_box, net::SocketAddr, thread, time::Instant,
};

use bytes::Bytes;
use http::{Request, Response, request::Parts};
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::{net::TcpListener, runtime, task::JoinSet};
use tower_layer::Layer;
use tower_service::Service;
use tower_sigv4::{SigV4Layer, SignedBody};

use crate::{
    Case, Copies, Floor, Hashing, RustCrypto, Table, case,
    contenders::{http_sigv4, preload},
    peers::aws_sigv4,
};

const ROUNDS: usize = 11;
/// Requests in a round, of so many that are under way together.
const REQUESTS: usize = 2_000;
const TOGETHER: usize = 16;

/// Measures requests per second over loopback, signed and not, with the same bytes on the wire: a
/// request that is not signed carries a signature that was made before.
pub fn client() -> Table {
    let mut table = Table::new(&[
        "over loopback",
        "unsigned / s",
        "hashing alone / unsigned",
        "layer / unsigned",
        "by hand with aws-sigv4 / unsigned",
    ]);
    let server = serve();
    let runtime = runtime();
    for (name, http2) in [("HTTP/1.1", false), ("HTTP/2", true)] {
        let [unsigned, hashing, layer, by_hand] =
            runtime.block_on(requests_per_second(server, http2));
        table.push([
            name.to_owned(),
            format!("{unsigned:.0}"),
            format!("{:.3}", hashing / unsigned),
            format!("{:.3}", layer / unsigned),
            format!("{:.3}", by_hand / unsigned),
        ]);
    }
    table
}

async fn requests_per_second(server: SocketAddr, http2: bool) -> [f64; 4] {
    let case = Case::GET_TOKEN;
    let to_server = |mut parts: Parts| {
        let path = parts.uri.path_and_query().expect("a path");
        let uri = format!("http://{server}{path}");
        parts.uri = uri.parse().expect("a URI");
        parts
    };
    let mut requests = Copies::new((4000..4004).map(|order| to_server(case.parts_for(order))));
    let mut replayed = Copies::new([http_sigv4(case)(requests.copy(), &Bytes::new())]);
    let layer = SigV4Layer::builder(case::SERVICE, case::REGION, case.credentials())
        .allow_loopback(true)
        .build()
        .expect("a valid configuration");
    preload(&layer).await;
    let sign = aws_sigv4(case);
    let (floor, key) = (Floor::new(case), RustCrypto::key(&[7; 32]));
    let (unsigned, by_hand) = (connect(http2), connect(http2));
    let signed = layer.layer(connect::<SignedBody<Full<Bytes>>>(http2));
    let mut best = [0_f64; 4];
    // The first round connects and warms up.
    for round in 0..=ROUNDS {
        let rates = [
            rate(&unsigned, &mut replayed, |parts| parts).await,
            rate(&unsigned, &mut replayed, |parts| {
                black_box(floor.run::<RustCrypto>(black_box(&key)));
                parts
            })
            .await,
            rate(&signed, &mut requests, |parts| parts).await,
            rate(&by_hand, &mut requests, |parts| sign(parts, &Bytes::new())).await,
        ];
        if round > 0 {
            best = [0, 1, 2, 3].map(|index| best[index].max(rates[index]));
        }
    }
    best
}

fn connect<B>(http2: bool) -> Client<HttpConnector, B>
where
    B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>>
        + Send
        + Unpin
        + 'static,
{
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new())
        .http2_only(http2)
        .build(connector)
}

/// Sends copies of a request, and returns how many are answered in a second.
async fn rate<S, E>(service: &S, requests: &mut Copies, prepare: impl Fn(Parts) -> Parts) -> f64
where
    S: Service<Request<Full<Bytes>>, Response = Response<hyper::body::Incoming>, Error = E> + Clone,
    S::Future: Send + 'static,
    E: std::fmt::Debug + Send + 'static,
{
    let mut service = service.clone();
    let mut under_way = JoinSet::new();
    let start = Instant::now();
    for sent in 0..REQUESTS {
        if sent >= TOGETHER {
            under_way.join_next().await;
        }
        std::future::poll_fn(|cx| service.poll_ready(cx))
            .await
            .expect("a client that is ready");
        let parts = requests.copy();
        let response = service.call(Request::from_parts(prepare(parts), Full::default()));
        under_way.spawn(async {
            let response = response.await.expect("a response");
            assert_eq!(response.status(), 200);
            response.into_body().collect().await.expect("its body");
        });
    }
    while let Some(done) = under_way.join_next().await {
        done.expect("nothing panics");
    }
    REQUESTS as f64 / start.elapsed().as_secs_f64()
}

/// Answers every request, on a thread of its own.
fn serve() -> SocketAddr {
    let runtime = runtime();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"));
    let listener = listener.expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        runtime.block_on(async {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).expect("a TCP stream");
                let answer = service_fn(|_| async {
                    Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"{}"))))
                });
                tokio::spawn(async move {
                    // A client that goes away is no failure.
                    let _ = auto::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), answer)
                        .await;
                });
            }
        });
    });
    address
}

fn runtime() -> runtime::Runtime {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
}
