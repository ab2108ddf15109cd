use std::{io, net::SocketAddr, time::Duration};

use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream, ToSocketAddrs},
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};

use crate::Gateway;

/// A gateway that serves. It stops when this is dropped.
#[derive(Debug)]
#[must_use = "the gateway stops when its server is dropped"]
pub struct Server {
    scheme: &'static str,
    local_addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Gateway {
    /// Serves on a free port of 127.0.0.1: HTTP/1.1 and, for clients that begin with it, HTTP/2,
    /// both in clear.
    ///
    /// Has to be called in a tokio runtime, and serves as long as that runs.
    ///
    /// # Errors
    ///
    /// No port could be bound.
    pub async fn serve(&self) -> io::Result<Server> {
        self.serve_on((std::net::Ipv4Addr::LOCALHOST, 0)).await
    }

    /// Serves on an address. See [`serve`](Self::serve).
    ///
    /// # Errors
    ///
    /// The address could not be bound.
    pub async fn serve_on(&self, address: impl ToSocketAddrs) -> io::Result<Server> {
        let listener = TcpListener::bind(address).await?;
        Server::start("http", listener, self.clone(), |stream| async {
            Ok(stream)
        })
    }
}

impl Server {
    /// Accepts connections, and speaks HTTP on what `handshake` makes of them.
    pub(crate) fn start<H, F, S>(
        scheme: &'static str,
        listener: TcpListener,
        gateway: Gateway,
        handshake: H,
    ) -> io::Result<Self>
    where
        H: Fn(TcpStream) -> F + Send + 'static,
        F: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let local_addr = listener.local_addr()?;
        let (stop, mut stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let graceful = GracefulShutdown::new();
            // Dropped with the task, and every connection with it.
            let mut connections = JoinSet::new();
            loop {
                let stream = tokio::select! {
                    accepted = listener.accept() => match accepted {
                        Ok((stream, _)) => stream,
                        // Out of file descriptors, for one; it would fail at once again.
                        Err(_) => {
                            tokio::time::sleep(Duration::from_millis(10)).await;
                            continue;
                        }
                    },
                    _ = &mut stopped => break,
                    Some(_) = connections.join_next() => continue,
                };
                let watcher = graceful.watcher();
                let service = TowerToHyperService::new(gateway.clone());
                // Small answers go out at once.
                let _ = stream.set_nodelay(true);
                let stream = handshake(stream);
                connections.spawn(async move {
                    let Ok(stream) = stream.await else { return };
                    let mut builder = auto::Builder::new(TokioExecutor::new());
                    builder.http1().timer(TokioTimer::new());
                    builder.http2().timer(TokioTimer::new());
                    let connection = builder.serve_connection(TokioIo::new(stream), service);
                    // What breaks a connection is the client's affair.
                    let _ = watcher.watch(connection.into_owned()).await;
                });
            }
            drop(listener);
            graceful.shutdown().await;
        });
        Ok(Self {
            scheme,
            local_addr,
            stop: Some(stop),
            task,
        })
    }

    /// The address that the gateway listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// The gateway's URL, such as `http://127.0.0.1:49152`, without a slash at its end.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.local_addr)
    }

    /// Stops accepting connections, and waits until the requests under way are answered.
    ///
    /// # Cancellation
    ///
    /// Dropping the future stops the gateway at once, as dropping the server does.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // Fails only if the task is gone already.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
