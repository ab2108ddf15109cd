//! The command as a shell runs it, against a gateway that verifies what it signs.

use std::{
    env, fs,
    io::{Read, Write},
    net::TcpListener,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use iam_gateway::{Account, Accounts, Gateway, Server};

const SECRET: &str = "s3cr3t/of+the/account";
const TOKEN: &str = "session-token-of-the-account";

async fn gateway() -> Server {
    let account = Account::new("AKIDEXAMPLE", SECRET).session_token(TOKEN);
    let accounts = Accounts::new();
    accounts.add(account);
    let gateway = Gateway::new("execute-api", "eu-west-1", accounts);
    gateway.serve().await.unwrap()
}

/// The command with keys in its environment, and nothing else of this machine's.
fn curl(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigv4-curl"));
    command
        .args(arguments)
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_SESSION_TOKEN", TOKEN)
        .env("AWS_REGION", "eu-west-1")
        // Without it, Windows gives a process no sockets.
        .envs(env::var_os("SystemRoot").map(|folder| ("SystemRoot", folder)))
        .env("AWS_CONFIG_FILE", "/none")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/none")
        .stdin(Stdio::null());
    command
}

async fn run(mut command: Command) -> Output {
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = output.await.unwrap();
    // What the gateway answers has the token, which it was sent.
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn a_get_is_signed_and_its_answer_printed() {
    let server = gateway().await;
    let url = format!("{}/prod/orders?b=2&a=1", server.url());
    let output = run(curl(&[&url])).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let answer = text(&output.stdout);
    assert!(
        answer.contains(r#""accessKeyId":"AKIDEXAMPLE""#),
        "{answer}"
    );
    assert!(answer.contains(r#""method":"GET""#), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn data_is_posted_as_curl_posts_it() {
    let server = gateway().await;
    let url = format!("{}/prod/orders", server.url());
    let file = scratch("data").join("lines");
    fs::write(&file, "tea\r\ncup\n").unwrap();
    let from_file = format!("@{}", file.display());
    let output = run(curl(&["-d", "a=1", "-d", &from_file, &url])).await;
    let answer = text(&output.stdout);
    assert!(answer.contains("a=1&teacup"), "{answer}");
    assert!(answer.contains(r#""method":"POST""#), "{answer}");
    assert!(
        answer.contains("application/x-www-form-urlencoded"),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_put_as_it_is() {
    let server = gateway().await;
    let url = format!("{}/prod/orders", server.url());
    let file = scratch("upload").join("lines");
    fs::write(&file, "tea\ncup\n").unwrap();
    let output = run(curl(&["-T", file.to_str().unwrap(), &url])).await;
    let answer = text(&output.stdout);
    assert!(answer.contains(r#"tea\ncup\n"#), "{answer}");
    assert!(answer.contains(r#""method":"PUT""#), "{answer}");
    let missing = run(curl(&["-T", "/nowhere/at/all", &url])).await;
    assert_eq!(missing.status.code(), Some(26), "{missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn standard_input_is_sent() {
    let server = gateway().await;
    let mut command = curl(&["--data-binary", "@-", &format!("{}/prod", server.url())]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"piped tea").unwrap();
        child.wait_with_output().unwrap()
    });
    let output = output.await.unwrap();
    let answer = text(&output.stdout);
    assert!(answer.contains("piped tea"), "{answer} {output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_goes_to_a_file_with_its_head_where_that_is_asked_for() {
    let server = gateway().await;
    let file = scratch("output").join("answer");
    let path = file.to_str().unwrap();
    let output = run(curl(&["-i", "-o", path, &server.url()])).await;
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    let answer = fs::read_to_string(&file).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("\r\n\r\n{"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_shown_without_secrets() {
    let server = gateway().await;
    let output = run(curl(&["-v", &server.url()])).await;
    let shown = text(&output.stderr);
    assert!(shown.contains("> authorization: Sensitive"), "{shown}");
    assert!(shown.contains("< HTTP/1.1 200 OK"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_is_explained_and_fails_where_it_is_to() {
    let server = gateway().await;
    let url = server.url();
    let output = run(curl(&[
        "--region",
        "us-east-1",
        "--explain",
        "--fail",
        &url,
    ]))
    .await;
    assert_eq!(output.status.code(), Some(22), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let shown = text(&output.stderr);
    assert!(shown.contains("signed for another region"), "{shown}");
    let unexplained = run(curl(&["--region", "us-east-1", &url])).await;
    assert_eq!(unexplained.status.code(), Some(0), "{unexplained:?}");
    assert!(text(&unexplained.stderr).contains("--explain"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_presigned_url_is_good_by_itself() {
    let server = gateway().await;
    let url = format!("{}/prod/orders", server.url());
    let mut command = curl(&["--presign", "60", &url]);
    // It holds the token, as it has to.
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    let presigned = text(&output.await.unwrap().stdout);
    assert!(presigned.contains("X-Amz-Expires=60"), "{presigned}");
    // The answer of a client that knows nothing of signatures.
    let presigned: http::Uri = presigned.trim().parse().unwrap();
    let answer = http_get(&presigned).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_what_would_be_signed() {
    let output = run(curl(&[
        "--dry-run",
        "-d",
        "{}",
        "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/a b"
            .replace(' ', "%20")
            .as_str(),
    ]))
    .await;
    let shown = text(&output.stdout);
    assert!(!shown.contains(SECRET) && !shown.contains(TOKEN), "{shown}");
    for line in [
        "  POST\n",
        "  /prod/a%2520b\n",
        "  x-amz-security-token:[28 bytes]\n",
        "  AWS4-HMAC-SHA256\n",
        "/eu-west-1/execute-api/aws4_request\n",
    ] {
        assert!(shown.contains(line), "{line:?} in {shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_signed_has_an_exit_code_of_its_own() {
    let output = run(curl(&["https://example.com/"])).await;
    assert_eq!(output.status.code(), Some(94), "{output:?}");
    assert!(text(&output.stderr).contains("--allow-host"), "{output:?}");
    let mut without_keys = curl(&["https://abc.execute-api.eu-west-1.amazonaws.com/"]);
    without_keys
        .env_remove("AWS_ACCESS_KEY_ID")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let output = run(without_keys).await;
    assert_eq!(output.status.code(), Some(94), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_answer_is_left_in_time_or_not_reached_at_all() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let output = run(curl(&["--max-time", "0.3", &url])).await;
    assert_eq!(output.status.code(), Some(28), "{output:?}");
    drop(listener);
    let output = run(curl(&[&url])).await;
    assert_eq!(output.status.code(), Some(7), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_answer_is_asked_for_and_decompressed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        let length = GZIP.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {length}\r\n\r\n"
        )
        .unwrap();
        stream.write_all(GZIP).unwrap();
        text(&head)
    });
    let output = run(curl(&["--compressed", &url])).await;
    assert_eq!(text(&output.stdout), "tea, compressed", "{output:?}");
    assert!(server.join().unwrap().contains("accept-encoding: gzip"));
}

/// What gzip makes of `tea, compressed`.
const GZIP: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 43, 73, 77, 212, 81, 72, 206, 207, 45, 40, 74, 45, 46, 78, 77,
    1, 0, 113, 100, 147, 111, 15, 0, 0, 0,
];

async fn http_get(uri: &http::Uri) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let authority = uri.authority().unwrap().as_str();
    let mut stream = tokio::net::TcpStream::connect(authority).await.unwrap();
    let target = uri.path_and_query().unwrap();
    let request =
        format!("GET {target} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
