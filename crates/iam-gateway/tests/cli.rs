//! The command.

mod common;

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Output, Stdio},
    time::SystemTime,
};

use common::{Answer, TOKEN, client};
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};

#[tokio::test]
async fn it_prints_its_url_serves_and_ends_when_it_is_terminated() {
    let account = format!("ID:SECRET:{TOKEN}");
    let arguments = [
        "--account",
        &account,
        "--region",
        "eu-west-1",
        "--expires",
        "3600",
    ];
    let (mut gateway, url) = start(&arguments);
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");

    let mut client = common::Client {
        access_key_id: "ID".to_owned(),
        secret: "SECRET".to_owned(),
        token: Some(TOKEN.to_owned()),
        region: "eu-west-1".to_owned(),
        time: SystemTime::now(),
        ..client()
    };
    let answer = call(&url, &client).await;
    assert_eq!(answer.status, 200, "{}", answer.rejection());
    client.token = None;
    assert_eq!(
        call(&url, &client).await.error_type(),
        "UnrecognizedClientException"
    );

    terminate(&mut gateway);
    let mut rest = String::new();
    gateway
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut rest)
        .unwrap();
    assert_eq!(rest, "", "more than one line");
}

#[tokio::test]
async fn keys_expire_after_the_seconds_that_it_was_given() {
    let (mut gateway, url) = start(&["--account", "ID:SECRET", "--expires", "0"]);
    let client = common::Client {
        access_key_id: "ID".to_owned(),
        secret: "SECRET".to_owned(),
        time: SystemTime::now(),
        ..client()
    };
    assert_eq!(
        call(&url, &client).await.error_type(),
        "ExpiredTokenException"
    );
    terminate(&mut gateway);
}

#[test]
fn it_serves_tls_and_writes_its_certificate() {
    let file = std::env::temp_dir().join(format!("iam-gateway-{}.pem", std::process::id()));
    let tls = format!("--tls={}", file.display());
    let (mut gateway, url) = start(&["--account", "ID:SECRET", &tls]);
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let pem = std::fs::read_to_string(&file).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "{pem}");
    terminate(&mut gateway);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn help_names_every_flag() {
    let Output { status, stdout, .. } = run(&["--help"]);
    assert!(status.success());
    let help = String::from_utf8(stdout).unwrap();
    for flag in [
        "account", "expires", "service", "region", "listen", "route", "stream", "tls", "help",
    ] {
        assert!(help.contains(&format!("  --{flag}")), "{flag}");
    }
}

#[test]
fn wrong_arguments_are_named_and_secrets_among_them_are_not() {
    for (arguments, said) in [
        (&[][..], "--account"),
        (&["--acount", "ID:hidden"], "--acount"),
        (&["--account", "hidden"], "ID:SECRET"),
        (&["--account", "ID:hidden", "--expires", "soon"], "soon"),
        (&["--account", "ID:hidden", "--route", "/a"], "PREFIX=URL"),
    ] {
        let Output { status, stderr, .. } = run(arguments);
        let stderr = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(2), "{stderr}");
        assert!(
            stderr.contains(said) && !stderr.contains("hidden"),
            "{stderr}"
        );
    }
    let wrong = [
        "--account",
        "ID:hidden",
        "--route",
        "/a=https://example.com",
    ];
    let Output { status, stderr, .. } = run(&wrong);
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("https://example.com"), "{stderr}");
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iam-gateway"));
    command.args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// Starts the command and waits for its URL.
fn start(arguments: &[&str]) -> (Child, String) {
    let mut gateway = command(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(gateway.stdout.take().unwrap());
    let mut url = String::new();
    stdout.read_line(&mut url).unwrap();
    gateway.stdout = Some(stdout.into_inner());
    (gateway, url.trim_end().to_owned())
}

/// Asks the command to end, as a supervisor does, and sees that it does so in peace.
#[cfg(unix)]
fn terminate(gateway: &mut Child) {
    let id = gateway.id().to_string();
    let asked = Command::new("kill").args(["-TERM", &id]).status();
    assert!(asked.unwrap().success());
    assert!(gateway.wait().unwrap().success());
}

/// Ends the command. Nothing but a console asks a process of Windows to end.
#[cfg(windows)]
fn terminate(gateway: &mut Child) {
    gateway.kill().unwrap();
    gateway.wait().unwrap();
}

async fn call(url: &str, signer: &common::Client) -> Answer {
    let host = url.strip_prefix("http://").unwrap();
    let request = http::Request::get("/dev").header("host", host);
    let mut request = signer.sign(request.body(bytes::Bytes::new()).unwrap());
    *request.uri_mut() = format!("{url}/dev").parse().unwrap();
    let client = Client::builder(TokioExecutor::new()).build_http();
    let (parts, body) = client.request(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer::from_parts(parts.status, parts.headers, &body)
}
