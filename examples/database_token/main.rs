//! A pool of connections to a PostgreSQL behind IAM, each opened with a fresh token for its password.
//!
//! What stands for RDS is local: a real PostgreSQL behind a door that takes tokens only, and verifies
//! them with `aws-sigv4`.
//!
//! ```text
//! scripts/database.sh    # starts a PostgreSQL, sets POSTGRES_ADDRESS, and runs this
//! ```

mod rds;

use std::{net::SocketAddr, time::Duration};

use aws_credential_types::Credentials;
use deadpool::managed::{Manager, Metrics, Pool, RecycleResult};
use http_sigv4::{
    ExpiresIn,
    tokens::{RdsSigner, Token},
};
use iam_gateway::{Account, Gateway};
use tokio_postgres::{Client, Config, NoTls};
use tower::BoxError;
use tower_sigv4::RequestSigner;

use self::rds::Rds;

const HOST: &str = "orders.abc123.eu-west-1.rds.amazonaws.com";

/// Opens connections for a pool.
struct Connections {
    signer: RequestSigner,
    database: RdsSigner,
    config: Config,
}

impl Manager for Connections {
    type Type = Client;
    type Error = BoxError;

    async fn create(&self) -> Result<Client, BoxError> {
        // In time for this connection, which then stays open for as long as it likes.
        self.connect(&self.signer.sign_token(&self.database).await?)
            .await
    }

    async fn recycle(&self, client: &mut Client, _: &Metrics) -> RecycleResult<BoxError> {
        Ok(client.check_connection().await.map_err(BoxError::from)?)
    }
}

impl Connections {
    async fn connect(&self, token: &Token) -> Result<Client, BoxError> {
        let mut config = self.config.clone();
        config.password(token.as_str());
        // RDS itself takes tokens over TLS only: give a connector, as that of `tokio-postgres-rustls`.
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let postgres = std::env::var("POSTGRES_ADDRESS");
    let postgres = postgres.map_err(|_| "POSTGRES_ADDRESS is not set: run scripts/database.sh")?;
    let postgres: SocketAddr = postgres.parse()?;
    let account = Account::new("AKIDEXAMPLE", "secret");
    let verifier = Gateway::new("rds-db", "eu-west-1", account);
    let rds = Rds::start(HOST, postgres, verifier).await?;

    let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
    let connections = |user: &str| -> Result<_, BoxError> {
        let signer = RequestSigner::builder("rds-db", "eu-west-1", provider.clone());
        let mut config = Config::new();
        config.host(HOST).port(rds.address().port());
        config.user(user).dbname("orders");
        // The name is RDS's, and the machine this one.
        config.hostaddr(rds.address().ip());
        Ok(Connections {
            signer: signer.build_signer()?,
            database: RdsSigner::new(HOST, rds.address().port(), "app")?,
            config,
        })
    };
    let pool: Pool<Connections> = Pool::builder(connections("app")?).max_size(4).build()?;

    println!("1. Three connections, each with a token of its own.");
    let mut clients = Vec::new();
    for _ in 0..3 {
        let client = pool.get().await.map_err(|error| error.to_string())?;
        let row = client.query_one("select current_user::text, version()", &[]);
        let row = row.await?;
        println!("   {} at {}", row.get::<_, &str>(0), row.get::<_, &str>(1));
        clients.push(client);
    }
    assert_eq!(rds.logins(), 3, "each connection logs in");
    drop(clients);
    drop(pool.get().await.map_err(|error| error.to_string())?);
    assert_eq!(rds.logins(), 3, "a connection that is reused does not");

    println!("2. A token is no good any more once it has expired, so none is kept.");
    let short = ExpiresIn::exactly(Duration::from_secs(1));
    let manager = pool.manager();
    let database = manager.database.clone().expires_in(short)?;
    let token = manager.signer.sign_token(&database).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    refused(manager.connect(&token).await)?;

    println!("3. Nor is it for another user, or with another secret.");
    let postgres = connections("postgres")?;
    refused(postgres.create().await)?;
    let guess = Credentials::new("AKIDEXAMPLE", "a guess", None, None, "example");
    let signer = RequestSigner::builder("rds-db", "eu-west-1", guess).build_signer()?;
    let token = signer.sign_token(&manager.database).await?;
    refused(manager.connect(&token).await)?;
    assert_eq!(rds.logins(), 3);

    println!("\nEverything happened as it should.");
    Ok(())
}

/// Whether it was the password that was refused.
fn refused(connected: Result<Client, BoxError>) -> Result<(), BoxError> {
    let error = match connected {
        Ok(_) => return Err("logged in".into()),
        Err(error) => error.downcast::<tokio_postgres::Error>()?,
    };
    match error.as_db_error() {
        Some(error) => println!("   {}", error.message()),
        None => return Err(error),
    }
    Ok(())
}
