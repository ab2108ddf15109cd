//! The `iam-gateway` command. `iam-gateway --help` says what it does.

mod arguments;

use std::{error::Error, io, process::ExitCode, time::Duration};

use arguments::{Arguments, Command};
use iam_gateway::Server;

/// How long requests under way may take once the command is asked to end.
const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match Arguments::read(lexopt::Parser::from_env()) {
        Ok(Command::Serve(arguments)) => arguments,
        Ok(Command::Help) => {
            print!("{}", arguments::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("iam-gateway: {error}\nTry `iam-gateway --help`.");
            return ExitCode::from(2);
        }
    };
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("iam-gateway: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    // Before the URL is out, for whoever reads it may end the command at once.
    let asked_to_end = asked_to_end()?;
    let server = serve(&arguments).await?;
    println!("{}", server.url());
    asked_to_end.await;
    // What is not answered by then is cut off.
    let _ = tokio::time::timeout(PATIENCE, server.shutdown()).await;
    Ok(())
}

async fn serve(arguments: &Arguments) -> Result<Server, Box<dyn Error>> {
    let gateway = arguments.gateway()?;
    if !arguments.tls {
        return Ok(gateway.serve_on(&arguments.listen).await?);
    }
    let server = gateway.serve_tls_on(&arguments.listen).await?;
    if let (Some(path), Some(pem)) = (&arguments.certificate, server.certificate_pem()) {
        std::fs::write(path, pem)?;
    }
    Ok(server)
}

/// Listens for Ctrl-C and `SIGTERM` from now on; the future waits for one of them.
#[cfg(unix)]
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(windows)]
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
