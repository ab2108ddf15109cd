use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::pin,
    time::Duration,
};

use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream, ToSocketAddrs},
    sync::watch,
    task::{JoinHandle, JoinSet},
};

use crate::Gateway;

/// A gateway that serves. It stops when this is dropped.
#[derive(Debug)]
#[must_use = "the gateway stops when its server is dropped"]
pub struct Server {
    scheme: &'static str,
    local_addr: SocketAddr,
    #[cfg(feature = "tls")]
    pub(crate) certificate_pem: Option<String>,
    stop: watch::Sender<()>,
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
        self.serve_on((Ipv4Addr::LOCALHOST, 0)).await
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
        let (stop, mut stopped) = watch::channel(());
        let task = tokio::spawn(async move {
            // Dropped with the task, and every connection with it.
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => match accepted {
                        Ok((stream, _)) => {
                            // Small answers go out at once.
                            let _ = stream.set_nodelay(true);
                            let stream = handshake(stream);
                            connections.spawn(talk(stream, gateway.clone(), stopped.clone()));
                        }
                        // Out of file descriptors, for one; it would fail at once again.
                        Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                    },
                    Some(_) = connections.join_next() => {}
                    _ = stopped.changed() => break,
                }
            }
            drop(listener);
            while connections.join_next().await.is_some() {}
        });
        Ok(Self {
            scheme,
            local_addr,
            #[cfg(feature = "tls")]
            certificate_pem: None,
            stop,
            task,
        })
    }

    /// Returns the address that the gateway listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Returns the gateway's URL, such as `http://127.0.0.1:49152`, without a slash at its end.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.local_addr)
    }

    /// Stops accepting connections, and waits until the requests under way are answered. WebSockets
    /// are closed.
    ///
    /// # Cancellation
    ///
    /// Dropping the future stops the gateway at once, as dropping the server does.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(());
        // Fails only if the task is gone already.
        let _ = (&mut self.task).await;
    }
}

/// Speaks HTTP on a connection until the client or the server has had enough.
async fn talk<S>(
    stream: impl Future<Output = io::Result<S>>,
    gateway: Gateway,
    mut stopped: watch::Receiver<()>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stream = tokio::select! {
        stream = stream => stream,
        _ = stopped.changed() => return,
    };
    let Ok(stream) = stream else { return };
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    builder.http2().timer(TokioTimer::new());
    #[cfg(feature = "websocket")]
    let gateway = gateway.until(stopped.clone());
    let service = TowerToHyperService::new(gateway);
    let stream = TokioIo::new(stream);
    let mut connection = pin!(builder.serve_connection_with_upgrades(stream, service));
    // What breaks a connection is the client's affair.
    tokio::select! {
        _ = connection.as_mut() => {}
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
