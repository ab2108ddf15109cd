//! Forms that this project signed, sent over a loopback socket to `s3s` with a file, and altered.
//!
//! Needs the feature `s3s`, since that crate takes a minute to compile.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use aws_credential_types::Credentials;
use bytes::Bytes;
use fastrand::Rng;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use http_sigv4::{
    ExpiresIn, SigningKey, SigningScope,
    tokens::{PostPolicy, TokenSigner},
};
use hyper::{client, server};
use hyper_util::rt::TokioIo;
use s3s::{
    Body, S3, S3Request, S3Response, S3Result,
    auth::SimpleAuth,
    dto::{PostObjectInput, PostObjectOutput},
    service::{S3Service, S3ServiceBuilder},
};
use tokio::net::{TcpListener, TcpStream};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

#[tokio::test]
async fn an_upload_that_the_policy_allows_is_taken_and_any_other_is_refused() {
    let store = Store::start().await;
    let mut altered = 0;
    for seed in 0..200 {
        let upload = Upload::generate(&mut Rng::with_seed(seed));
        let answer = store.post(&upload).await;
        assert!(answer.is_ok(), "{answer:?} {upload:#?}");
        assert_eq!(store.uploaded(), (upload.key(), upload.file.len()));

        for (what, other) in upload.altered() {
            let answer = store.post(&other).await;
            assert!(answer.is_err(), "{what} was taken: {other:#?}");
            altered += 1;
        }
    }
    println!("200 forms, {altered} altered");
    assert!(altered > 200 * 10);
}

#[tokio::test]
async fn an_upload_with_a_form_that_has_expired_is_refused() {
    let store = Store::start().await;
    let a_minute_ago = SystemTime::now() - Duration::from_secs(60);
    for (seconds, is_taken) in [(30, false), (600, true)] {
        let expires_in = ExpiresIn::exactly(Duration::from_secs(seconds));
        let policy = PostPolicy::new("uploads", "key").unwrap();
        let policy = policy.expires_in(expires_in).unwrap();
        let upload = Upload::with_form(&policy, None, a_minute_ago);
        let answer = store.post(&upload).await;
        assert_eq!(answer.is_ok(), is_taken, "{answer:?}");
    }
}

/// A form, filled in.
#[derive(Clone, Debug)]
struct Upload {
    bucket: String,
    fields: Vec<(String, String)>,
    file: Vec<u8>,
}

impl Upload {
    fn generate(rng: &mut Rng) -> Self {
        // Anything but what ends a line, which no form field holds as it is.
        let text = |rng: &mut Rng| -> String {
            let character = |rng: &mut Rng| match rng.u8(..4) {
                0 => rng.char(' '..='~'),
                1 => rng.char('\u{a0}'..),
                _ => rng.alphanumeric(),
            };
            let length = rng.usize(1..30);
            std::iter::repeat_with(|| character(rng))
                .take(length)
                .collect()
        };
        let key = format!("user/{}", text(rng));
        let is_prefix = rng.bool();
        let policy = match is_prefix {
            true => PostPolicy::new("uploads", &format!("{key}${{filename}}")),
            false => PostPolicy::new("uploads", &key),
        };
        let mut policy = policy.unwrap().content_length(10..=100);
        let mut added = Vec::new();
        for at in 0..rng.usize(..4) {
            let (name, value) = (format!("x-amz-meta-{at}"), text(rng));
            policy = match rng.bool() {
                true => policy.field(&name, &value).unwrap(),
                false => {
                    added.push((name.clone(), format!("{value}{}", text(rng))));
                    policy.starts_with(&name, &value).unwrap()
                }
            };
        }

        let token = rng
            .bool()
            .then(|| "IQoJb3JpZ2luX2VjEXAMPLE+token/==".to_owned());
        // The store reads the clock.
        let mut upload = Self::with_form(&policy, token, SystemTime::now());
        upload.fields.extend(added);
        upload.file = vec![b'a'; rng.usize(10..=100)];
        upload
    }

    fn with_form(policy: &PostPolicy, token: Option<String>, now: SystemTime) -> Self {
        let credentials = Credentials::new("AKIDEXAMPLE", SECRET, token, None, "test");
        let scope = SigningScope::new(policy.service(), "us-east-1").unwrap();
        let key = SigningKey::derive(&credentials, &scope, now).unwrap();
        let form = policy.sign(&key, now).unwrap();
        let fields = form
            .fields()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            bucket: "uploads".into(),
            fields: fields.collect(),
            file: b"a".to_vec(),
        }
    }

    fn key(&self) -> String {
        self.fields[0].1.clone()
    }

    /// What the policy does not allow, or what is no longer signed.
    fn altered(&self) -> Vec<(String, Self)> {
        let with = |what: &str, alter: &dyn Fn(&mut Self)| {
            let mut other = self.clone();
            alter(&mut other);
            (what.to_owned(), other)
        };
        let mut all = vec![
            with("a longer file", &|upload| upload.file = vec![b'a'; 101]),
            with("a shorter file", &|upload| upload.file = vec![b'a'; 9]),
            with("another bucket", &|upload| upload.bucket = "others".into()),
            with("one more field", &|upload| {
                upload.fields.push(("acl".into(), "public-read".into()));
            }),
        ];
        for at in 0..self.fields.len() {
            let name = &self.fields[at].0;
            all.push(with(&format!("another {name}"), &|upload| {
                upload.fields[at].1.insert(0, 'X');
            }));
            all.push(with(&format!("no {name}"), &|upload| {
                upload.fields.remove(at);
            }));
        }
        all
    }

    fn body(&self, boundary: &str) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, value) in &self.fields {
            let head = format!("Content-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend(format!("--{boundary}\r\n{head}{value}\r\n").bytes());
        }
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"f.txt\"\r\n\
                    Content-Type: text/plain\r\n\r\n";
        body.extend(format!("--{boundary}\r\n{head}").bytes());
        body.extend(&self.file);
        body.extend(format!("\r\n--{boundary}--\r\n").bytes());
        body
    }
}

type Uploaded = Arc<Mutex<Option<(String, usize)>>>;

struct Store {
    address: SocketAddr,
    uploaded: Uploaded,
}

impl Store {
    async fn start() -> Self {
        let uploaded = Uploaded::default();
        let mut service = S3ServiceBuilder::new(Shelf(uploaded.clone()));
        service.set_auth(SimpleAuth::from_single("AKIDEXAMPLE", SECRET));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, service.build()));
        Self { address, uploaded }
    }

    async fn post(&self, upload: &Upload) -> Result<(), String> {
        let boundary = "----a-boundary-that-no-field-holds";
        let body = upload.body(boundary);
        let request = Request::post(format!("/{}", upload.bucket))
            .header(header::HOST, self.address.to_string())
            .header(header::CONTENT_LENGTH, body.len())
            .header(
                header::CONTENT_TYPE,
                format!("multipart/form-data; boundary={boundary}"),
            )
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(connection);
        let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
        match parts.status {
            StatusCode::OK | StatusCode::NO_CONTENT => Ok(()),
            status => {
                let text = body.collect().await.unwrap().to_bytes();
                Err(format!("{status} {}", String::from_utf8_lossy(&text)))
            }
        }
    }

    /// The key and the length of the last upload.
    fn uploaded(&self) -> (String, usize) {
        self.uploaded.lock().unwrap().take().unwrap()
    }
}

async fn serve(listener: TcpListener, service: S3Service) {
    while let Ok((stream, _)) = listener.accept().await {
        let connection = server::conn::http1::Builder::new();
        tokio::spawn(connection.serve_connection(TokioIo::new(stream), service.clone()));
    }
}

struct Shelf(Uploaded);

#[async_trait]
impl S3 for Shelf {
    async fn post_object(
        &self,
        request: S3Request<PostObjectInput>,
    ) -> S3Result<S3Response<PostObjectOutput>> {
        let PostObjectInput { key, body, .. } = request.input;
        let length = match body {
            Some(body) => Body::from(body).collect().await.unwrap().to_bytes().len(),
            None => 0,
        };
        *self.0.lock().unwrap() = Some((key, length));
        Ok(S3Response::new(PostObjectOutput::default()))
    }
}
