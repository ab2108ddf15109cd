use std::{
    collections::VecDeque,
    convert::Infallible,
    future::Future,
    io, mem,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri, Version, header::LOCATION};
use http_body::Body;
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::net::{TcpListener, TcpStream};
use tower::Service;

/// Two servers on loopback, and a network in which every host leads to one of them.
///
/// Both answer with the redirects that are planned, whichever of them is asked, and then with 200.
pub(crate) struct Network {
    meant: Server,
    foreign: Server,
}

impl Network {
    /// The hosts that lead to the server that is meant; all others lead to the foreign one.
    pub(crate) const MEANT: [&str; 3] = [
        "abc123.execute-api.eu-west-1.amazonaws.com",
        "def456.execute-api.eu-west-1.amazonaws.com",
        "127.0.0.1",
    ];

    /// Starts the servers.
    pub(crate) async fn redirecting(redirects: &[(StatusCode, &str)]) -> Self {
        let planned = redirects.iter().copied();
        let planned = planned.map(|(status, location)| (status, location.to_owned()));
        let planned: Planned = Arc::new(Mutex::new(planned.collect()));
        Self {
            meant: Server::start(Arc::clone(&planned)).await,
            foreign: Server::start(planned).await,
        }
    }

    /// A client in this network.
    pub(crate) fn client<B>(&self, version: Version) -> Client<Connector, B>
    where
        B: Body<Data: Send> + Send,
    {
        let connector = Connector {
            meant: self.meant.address,
            foreign: self.foreign.address,
        };
        Client::builder(TokioExecutor::new())
            .http2_only(version == Version::HTTP_2)
            .build(connector)
    }

    /// What the server that is meant has received since the last look.
    pub(crate) fn received(&self) -> Vec<Request<Bytes>> {
        mem::take(&mut *self.meant.received.lock().unwrap())
    }

    /// What the foreign server has received since the last look.
    pub(crate) fn received_abroad(&self) -> Vec<Request<Bytes>> {
        mem::take(&mut *self.foreign.received.lock().unwrap())
    }
}

/// Connects in clear, also for https.
#[derive(Clone)]
pub(crate) struct Connector {
    meant: SocketAddr,
    foreign: SocketAddr,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TokioIo<TcpStream>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let address = match Network::MEANT.contains(&uri.host().unwrap()) {
            true => self.meant,
            false => self.foreign,
        };
        Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            // Otherwise a small request waits for what the one before it has answered.
            stream.set_nodelay(true)?;
            Ok(TokioIo::new(stream))
        })
    }
}

type Planned = Arc<Mutex<VecDeque<(StatusCode, String)>>>;

struct Server {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Request<Bytes>>>>,
}

impl Server {
    /// Serves HTTP/1.1 and HTTP/2 as long as the runtime runs.
    async fn start(planned: Planned) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::<Mutex<Vec<_>>>::default();
        let service = service_fn({
            let received = Arc::clone(&received);
            move |request: Request<Incoming>| {
                let (received, planned) = (Arc::clone(&received), Arc::clone(&planned));
                async move {
                    let (parts, body) = request.into_parts();
                    let body = body.collect().await.unwrap().to_bytes();
                    let request = Request::from_parts(parts, body);
                    received.lock().unwrap().push(request);
                    let mut response = Response::new(Empty::<Bytes>::new());
                    if let Some((status, location)) = planned.lock().unwrap().pop_front() {
                        *response.status_mut() = status;
                        let location = location.parse().unwrap();
                        response.headers_mut().insert(LOCATION, location);
                    }
                    Ok::<_, Infallible>(response)
                }
            }
        });
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                let service = service.clone();
                tokio::spawn(async move {
                    let builder = auto::Builder::new(TokioExecutor::new());
                    // What breaks a connection is the client's affair.
                    let _ = builder
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { address, received }
    }
}
