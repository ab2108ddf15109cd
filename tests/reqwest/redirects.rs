use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex},
};

use reqwest::redirect::Policy;
use tests::Wire;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tower_sigv4::{SigV4Layer, reqwest::SigningClient};

use crate::forms::{Form, builder, client, layer, signing_error};

/// A server that answers one thing, and keeps the requests.
struct Fixed {
    port: u16,
    received: Arc<Mutex<Vec<String>>>,
}

impl Fixed {
    async fn start(head: String) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Arc::<Mutex<Vec<_>>>::default();
        let kept = Arc::clone(&received);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = String::new();
                // None of these requests has a body.
                while !request.contains("\r\n\r\n") {
                    let mut buffer = [0; 4096];
                    let length = stream.read(&mut buffer).await.unwrap();
                    assert_ne!(length, 0, "the request broke off");
                    request += std::str::from_utf8(&buffer[..length]).unwrap();
                }
                kept.lock().unwrap().push(request);
                let answer =
                    format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { port, received }
    }

    async fn redirecting(location: &str) -> Self {
        Self::start(format!("302 Found\r\nlocation: {location}")).await
    }

    fn received(&self) -> Vec<String> {
        std::mem::take(&mut *self.received.lock().unwrap())
    }
}

/// Two servers, the first of which redirects to the other, at another host.
async fn servers() -> (Fixed, Fixed) {
    let foreign = Fixed::start("200 OK".into()).await;
    let location = format!("http://localhost:{}/landed?key=hush", foreign.port);
    (Fixed::redirecting(&location).await, foreign)
}

#[tokio::test]
async fn a_client_without_redirects_returns_the_redirect_and_nothing_leaves() {
    let (server, foreign) = servers().await;
    let url = format!("http://127.0.0.1:{}/prod/orders?token=hush", server.port);
    for form in Form::ALL {
        let request = client().get(&url).build().unwrap();
        let response = form.send(&client(), &layer(), request).await.unwrap();
        assert_eq!(response.status(), 302, "{form:?}");
        assert!(server.received()[0].contains("x-amz-security-token"));
        assert!(foreign.received().is_empty(), "{form:?}");
    }
}

#[tokio::test]
async fn a_signing_client_follows_no_redirect_whatever_its_builder_says() {
    let (server, foreign) = servers().await;
    let url = format!("http://127.0.0.1:{}/prod/orders", server.port);
    for builder in [
        builder(),
        builder().redirect(Policy::limited(3)),
        builder().redirect(Policy::custom(|attempt| attempt.follow())),
    ] {
        let client = SigningClient::new(builder, layer()).unwrap();
        let response = client.get(&url).send().await.unwrap();
        assert_eq!(response.status(), 302);
        assert!(foreign.received().is_empty());
    }
}

#[tokio::test]
async fn a_response_from_another_host_is_an_error_that_names_it() {
    let (server, foreign) = servers().await;
    let url = format!("http://127.0.0.1:{}/prod/orders?token=hush", server.port);
    let following = builder().build().unwrap();
    for form in Form::ALL {
        let request = client().get(&url).build().unwrap();
        let error = form.send(&following, &layer(), request).await.unwrap_err();
        let error = signing_error(&error);
        assert!(
            error.is_redirect() && !error.is_request(),
            "{form:?} {error}"
        );
        let message = error.report();
        for named in [
            format!("`http://127.0.0.1:{}/prod/orders`", server.port),
            format!("`http://localhost:{}/landed`", foreign.port),
            "Policy::none()".into(),
        ] {
            assert!(message.contains(&named), "{form:?} {message}");
        }
        assert!(!message.contains("hush"), "{message}");
        // What the message warns of.
        assert!(foreign.received()[0].contains("x-amz-security-token"));
    }
}

#[tokio::test]
async fn a_response_from_another_port_is_an_error_too() {
    let wire = Wire::start().await;
    let location = format!("http://{}/other", wire.address());
    let server = Fixed::redirecting(&location).await;
    let following = builder().build().unwrap();
    let url = format!("http://127.0.0.1:{}/prod", server.port);
    let request = following.get(url).build().unwrap();
    let error = Form::Layer.send(&following, &layer(), request).await;
    assert!(signing_error(&error.unwrap_err()).is_redirect());
}

#[tokio::test]
async fn a_request_without_a_signature_may_be_redirected() {
    let (server, foreign) = servers().await;
    let url = format!("http://127.0.0.1:{}/prod/orders", server.port);
    let following = builder().build().unwrap();
    for form in Form::ALL {
        let request = client().get(&url).build().unwrap();
        let response = form
            .send(&following, &SigV4Layer::disabled(), request)
            .await;
        assert_eq!(response.unwrap().url().path(), "/landed", "{form:?}");
        assert_eq!(foreign.received().len(), 1);
    }
}
