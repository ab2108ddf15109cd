//! A provider that panics may quote what it was working on.

use std::{error::Error as _, sync::Mutex};

use aws_credential_types::provider::{ProvideCredentials, future};
use tower_sigv4::{CacheSettings, SigV4Layer};

use crate::{
    common::{HOST, Log, Recorder},
    harness::call,
};

const SECRET: &str = "hush/wJalrXUtnFEMI";

/// How a panic says what it says.
#[derive(Clone, Copy, Debug)]
enum Payload {
    Text,
    Formatted,
    Other,
}

/// Panics with the answer that it could not read.
#[derive(Debug)]
struct Panicking {
    payload: Payload,
    is_late: bool,
}

impl Panicking {
    fn panic(&self) -> ! {
        // Without a word on the standard error output of the test.
        match self.payload {
            Payload::Text => std::panic::resume_unwind(Box::new(SECRET)),
            Payload::Formatted => std::panic::resume_unwind(Box::new(format!(
                "cannot read {{\"SecretAccessKey\": \"{SECRET}\"}}"
            ))),
            Payload::Other => std::panic::resume_unwind(Box::new(Mutex::new(SECRET))),
        }
    }
}

impl ProvideCredentials for Panicking {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        if !self.is_late {
            self.panic();
        }
        future::ProvideCredentials::new(async {
            tokio::task::yield_now().await;
            self.panic()
        })
    }
}

#[tokio::test(start_paused = true)]
async fn f62_neither_an_error_nor_the_log_holds_the_message_of_a_panic() {
    for payload in [Payload::Text, Payload::Formatted, Payload::Other] {
        for is_late in [false, true] {
            let log = Log::default();
            let _guard = log.start();
            let provider = Panicking { payload, is_late };
            let layer = SigV4Layer::builder("execute-api", "us-east-1", provider);
            let layer = layer.cache_settings(CacheSettings::new()).build().unwrap();
            let network = Recorder::default();
            let call = call(&layer, &network, &format!("https://{HOST}/")).await;
            let error = call.error();
            assert!(error.is_credentials() && error.is_retryable(), "{error}");
            // That it panicked, and whose code it was.
            let text = error.to_string();
            assert!(
                text.contains("panicked") && text.contains("Panicking"),
                "{text}"
            );
            let mut shown = format!("{error:?} {error:#?} {text} {}", error.report());
            let mut below = error.source();
            while let Some(source) = below {
                shown += &format!("{source} {source:?}");
                below = source.source();
            }
            let logged = log.take();
            assert!(logged.contains("panicked"), "{logged}");
            shown += &format!("{logged} {:?}", layer);
            assert!(!shown.contains("hush"), "{payload:?}: {shown}");
            assert_eq!(network.calls(), 0);
        }
    }
}
