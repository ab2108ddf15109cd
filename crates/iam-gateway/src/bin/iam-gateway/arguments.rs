use std::{
    ffi::OsString,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use iam_gateway::{Account, Accounts, Gateway};
use lexopt::{Arg, Parser, ValueExt};

pub(crate) const HELP: &str = "\
A local stand-in for an IAM-authenticated API Gateway. It verifies AWS Signature Version 4, answers
as API Gateway does, and echoes or forwards what is signed as it should be.

Usage: iam-gateway --account ID:SECRET[:TOKEN] [OPTIONS]

  --account ID:SECRET[:TOKEN]  Accept these keys; may be repeated
  --expires SECONDS            Accept them only for so long
  --service NAME               The signing name of the service   [default: execute-api]
  --region NAME                The region                        [default: us-east-1]
  --listen ADDRESS             Where to listen                   [default: 127.0.0.1:0]
  --route PREFIX=URL           Forward a path to a server over http; may be repeated. Every other
                               path answers with an echo of the request
  --stream                     Pass on what these servers answer as it comes, and not in one piece
  --tls[=FILE]                 Serve over TLS, and write the certificate to FILE
  --help                       Show this text

Once it listens it prints one line: its URL. It ends on Ctrl-C.
";

/// What the command is asked to do.
pub(crate) enum Command {
    Help,
    Serve(Arguments),
}

/// How to serve.
pub(crate) struct Arguments {
    pub(crate) listen: String,
    pub(crate) tls: bool,
    pub(crate) certificate: Option<PathBuf>,
    service: String,
    region: String,
    accounts: Vec<Account>,
    expires: Option<Duration>,
    routes: Vec<(String, String)>,
    stream: bool,
}

impl Arguments {
    pub(crate) fn read(mut parser: Parser) -> Result<Command, lexopt::Error> {
        let mut arguments = Self {
            listen: "127.0.0.1:0".to_owned(),
            tls: false,
            certificate: None,
            service: "execute-api".to_owned(),
            region: "us-east-1".to_owned(),
            accounts: Vec::new(),
            expires: None,
            routes: Vec::new(),
            stream: false,
        };
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("account") => arguments.accounts.push(read_account(parser.value()?)?),
                Arg::Long("expires") => {
                    arguments.expires = Some(Duration::from_secs(parser.value()?.parse()?));
                }
                Arg::Long("service") => arguments.service = parser.value()?.string()?,
                Arg::Long("region") => arguments.region = parser.value()?.string()?,
                Arg::Long("listen") => arguments.listen = parser.value()?.string()?,
                Arg::Long("route") => arguments.routes.push(read_route(parser.value()?)?),
                Arg::Long("stream") => arguments.stream = true,
                Arg::Long("tls") => {
                    arguments.tls = true;
                    arguments.certificate = parser.optional_value().map(PathBuf::from);
                }
                Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
                other => return Err(other.unexpected()),
            }
        }
        match arguments.accounts.is_empty() {
            true => Err("no keys to accept: give at least one --account ID:SECRET".into()),
            false => Ok(Command::Serve(arguments)),
        }
    }

    pub(crate) fn gateway(&self) -> Result<Gateway, iam_gateway::Error> {
        let end = self
            .expires
            .and_then(|span| SystemTime::now().checked_add(span));
        let accounts = self.accounts.iter().cloned();
        let accounts: Accounts = accounts
            .map(|account| match end {
                Some(end) => account.expires_at(end),
                None => account,
            })
            .collect();
        let gateway = Gateway::new(&self.service, &self.region, accounts);
        let mut gateway = gateway.stream_responses(self.stream);
        for (prefix, upstream) in &self.routes {
            gateway = gateway.route(prefix, upstream)?;
        }
        Ok(gateway)
    }
}

/// The text is a secret, so an error does not repeat it.
fn read_account(text: OsString) -> Result<Account, lexopt::Error> {
    let text = text.into_string().unwrap_or_default();
    let mut parts = text.splitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(id), Some(secret), None) => Ok(Account::new(id, secret)),
        (Some(id), Some(secret), Some(token)) => Ok(Account::new(id, secret).session_token(token)),
        _ => Err("--account is not of the form ID:SECRET or ID:SECRET:TOKEN".into()),
    }
}

fn read_route(text: OsString) -> Result<(String, String), lexopt::Error> {
    let text = text.string()?;
    match text.split_once('=') {
        Some((prefix, upstream)) => Ok((prefix.to_owned(), upstream.to_owned())),
        None => Err(format!("--route {text:?} is not of the form PREFIX=URL").into()),
    }
}
