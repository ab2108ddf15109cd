//! A local stand-in for an IAM-authenticated API Gateway (REST, `execute-api`).

mod account;
mod authorization;
mod canonical;
mod date;
mod echo;
mod encoding;
mod error;
mod gateway;
mod oracle;
mod proxy;
mod received;
mod refusal;
mod server;
mod signed_parts;
#[cfg(feature = "tls")]
mod tls;
mod verify;

pub use self::{
    account::{Account, Accounts},
    error::Error,
    gateway::Gateway,
    received::Received,
    refusal::Refusal,
    server::Server,
    verify::Accepted,
};
