//! What stands for RDS: a PostgreSQL that lets everybody in, behind a door that takes tokens only.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Empty;
use iam_gateway::Gateway;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tower::ServiceExt;
use url::form_urlencoded;

/// See <https://www.postgresql.org/docs/current/protocol-message-formats.html>.
const SSL_REQUEST: i32 = 80_877_103;
const CLEARTEXT_PASSWORD: &[u8] = b"R\0\0\0\x08\0\0\0\x03";

pub(crate) struct Rds {
    address: SocketAddr,
    logins: Arc<AtomicUsize>,
}

#[derive(Clone)]
struct Door {
    /// The name and the port that a token has to be for.
    endpoint: String,
    postgres: SocketAddr,
    /// With `aws-sigv4`, in memory.
    verifier: Gateway,
    logins: Arc<AtomicUsize>,
}

impl Rds {
    /// Listens on a free port, for tokens that name `host`.
    pub(crate) async fn start(
        host: &str,
        postgres: SocketAddr,
        verifier: Gateway,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let logins = Arc::default();
        let door = Door {
            endpoint: format!("{host}:{}", address.port()),
            postgres,
            verifier,
            logins: Arc::clone(&logins),
        };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // What breaks a connection is the client's affair.
                tokio::spawn(door.clone().open(client));
            }
        });
        Ok(Self { address, logins })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often somebody was let in.
    pub(crate) fn logins(&self) -> usize {
        self.logins.load(Ordering::Relaxed)
    }
}

impl Door {
    async fn open(self, mut client: TcpStream) -> io::Result<()> {
        let mut startup = read_message(&mut client).await?;
        if startup.get_i32() == SSL_REQUEST {
            client.write_all(b"N").await?;
            startup = read_message(&mut client).await?;
        }
        let user = startup.parameter("user");
        client.write_all(CLEARTEXT_PASSWORD).await?;
        if client.read_u8().await? != b'p' {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let password = read_message(&mut client).await?;
        let password = password.text(0);
        if !self.verify(&user, &password).await {
            let text = format!("PAM authentication failed for user \"{user}\"");
            return client.write_all(&error_response(&text)).await;
        }
        self.logins.fetch_add(1, Ordering::Relaxed);
        let mut postgres = TcpStream::connect(self.postgres).await?;
        postgres.write_all(&startup.framed()).await?;
        copy_bidirectional(&mut client, &mut postgres).await?;
        Ok(())
    }

    /// Whether a password is a token for this user, signed as it should be and in its time.
    async fn verify(&self, user: &str, token: &str) -> bool {
        let Some((endpoint, query)) = token.split_once("/?") else {
            return false;
        };
        let parameter = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
        };
        let seconds = parameter("X-Amz-Expires").and_then(|text| text.parse().ok());
        if endpoint != self.endpoint
            || parameter("Action").as_deref() != Some("connect")
            || parameter("DBUser").as_deref() != Some(user)
            || seconds.is_none_or(|seconds: u32| seconds > 900)
        {
            return false;
        }
        let request = Request::get(format!("/?{query}"))
            .header("host", endpoint)
            .body(Empty::<Bytes>::new());
        let Ok(request) = request else { return false };
        let Ok(response) = self.verifier.clone().oneshot(request).await;
        response.status() == StatusCode::OK
    }
}

/// What follows a message's length.
struct Body(Vec<u8>);

async fn read_message(client: &mut TcpStream) -> io::Result<Body> {
    const LONGEST: u32 = 64 * 1024;
    match client.read_u32().await? {
        length @ 4..LONGEST => {
            let mut body = vec![0; length as usize - 4];
            client.read_exact(&mut body).await?;
            Ok(Body(body))
        }
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

impl Body {
    fn get_i32(&self) -> i32 {
        let bytes = self.0.first_chunk().copied();
        bytes.map_or(0, i32::from_be_bytes)
    }

    /// The text from `at` to its NUL.
    fn text(&self, at: usize) -> String {
        let bytes = self.0.get(at..).unwrap_or_default();
        let end = bytes.iter().position(|&byte| byte == 0);
        String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]).into_owned()
    }

    /// A parameter of a startup message: behind the version, names and values in turn.
    fn parameter(&self, name: &str) -> String {
        let texts = self.0.get(4..).unwrap_or_default().split(|&byte| byte == 0);
        let texts: Vec<_> = texts.map(String::from_utf8_lossy).collect();
        let value = texts.chunks_exact(2).find(|pair| pair[0] == name);
        value.map_or_else(String::new, |pair| pair[1].to_string())
    }

    fn framed(&self) -> Vec<u8> {
        [&(self.0.len() as u32 + 4).to_be_bytes(), &*self.0].concat()
    }
}

fn error_response(message: &str) -> Vec<u8> {
    let fields = format!("SFATAL\0VFATAL\0C28000\0M{message}\0\0");
    let length = (fields.len() as u32 + 4).to_be_bytes();
    [b"E", &length[..], fields.as_bytes()].concat()
}
