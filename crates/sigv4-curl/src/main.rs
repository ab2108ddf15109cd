//! The `sigv4-curl` command. `sigv4-curl --help` says what it does.

mod arguments;
mod body;
mod client;
mod credentials;
mod dry_run;
mod failure;
mod output;
mod request;

use std::process::ExitCode;

use clap::Parser;
use tokio::time::timeout;

use crate::{arguments::Arguments, credentials::Signing, failure::Failure};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let called = match arguments.max_time {
        Some(limit) => timeout(limit, run(&arguments))
            .await
            .unwrap_or(Err(Failure::TimedOut(limit))),
        None => run(&arguments).await,
    };
    match called {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("sigv4-curl: {failure}");
            failure.exit_code()
        }
    }
}

/// Does what the command line asks for: signs and sends, or presigns, or shows what it would sign.
async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let signing = Signing::from_arguments(arguments).await?;
    let request = request::from_arguments(arguments).await?;
    if let Some(life) = arguments.presign {
        let (mut parts, _) = request.into_parts();
        signing.presign(&mut parts, life).await?;
        println!("{}", parts.uri);
        return Ok(());
    }
    if arguments.dry_run {
        print!("{}", dry_run::describe(arguments, &signing, request).await?);
        return Ok(());
    }
    let response = client::send(arguments, signing, request).await?;
    output::write(arguments, response).await
}
