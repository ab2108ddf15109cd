//! Services and regions that try to carry more than a name.

use tower_sigv4::{SigV4Layer, SigningOptions, UnlistedHosts};

use super::{
    Guard, assert_bare,
    common::{credentials, id, send},
    get, signed_before,
};

const API: &str = "https://abc.execute-api.us-east-1.amazonaws.com/";

const HOSTILE: [&str; 37] = [
    "",
    " ",
    ".",
    "..",
    "*",
    "us-east-1 ",
    " us-east-1",
    "us-east-1\0",
    "us-east-1\n",
    "us-east-1\r\nx-evil: 1",
    "us-east-1\t",
    "us east-1",
    "us-east-1.",
    ".us-east-1",
    "us-east-1.amazonaws.com",
    "us-east-1.evil.example",
    "evil.example",
    "evil.example/",
    "evil.example#",
    "evil.example?",
    "evil.example:443",
    "user@evil.example",
    "us-east-1/",
    "us-east-1/execute-api",
    "us-east-1/../..",
    "us-east-1\\",
    "us-east-1@evil.example",
    "us-east-1:443",
    "us-east-1,us-east-2",
    "us-east-1;",
    "us-east-1%2eevil",
    "us-east-1%00",
    "https://evil.example",
    "//evil.example",
    "[::1]",
    "us\u{2011}east\u{2011}1",
    "\u{443}s-east-1",
];

/// Names that are well-formed and nobody's.
const INVENTED: [&str; 6] = [
    "evil",
    "xx-east",
    "US-EAST-1",
    "amazonaws",
    "com",
    "localhost",
];

#[test]
fn a_layer_is_not_built_for_what_is_no_name() {
    let long = "a".repeat(65);
    for name in HOSTILE.into_iter().chain([&*long]) {
        for (service, region) in [("execute-api", name), (name, "us-east-1")] {
            let layer = SigV4Layer::new(service, region, credentials(id(1)));
            assert!(layer.unwrap_err().is_configuration(), "{name:?}");
        }
    }
}

#[tokio::test]
async fn a_request_is_not_signed_for_what_is_no_name() {
    for name in HOSTILE {
        for options in [
            SigningOptions::new().region(name),
            SigningOptions::new().service(name),
            SigningOptions::new().service(name).region("us-east-1"),
            SigningOptions::new().service("execute-api").region(name),
        ] {
            for guard in Guard::ALL {
                for others in [UnlistedHosts::Refuse, UnlistedHosts::ForwardUnsigned] {
                    let send = |uri| {
                        let mut request = signed_before(uri);
                        request.extensions_mut().insert(options.clone());
                        send(guard.layer(others), request)
                    };
                    let error = send(API).await.unwrap_err();
                    assert!(error.is_configuration(), "{options:?}: {error}");
                    if let Ok(sent) = send("https://evil.example/").await {
                        assert_bare(&sent);
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn an_invented_name_opens_no_host() {
    for name in INVENTED {
        for host in [
            "evil.example".to_owned(),
            format!("{name}.evil.example"),
            format!("abc.execute-api.{name}.evil.example"),
            format!("abc.execute-api.{name}"),
            format!("abc.execute-api.{name}.amazonaws.com"),
            format!("abc.{name}.us-east-1.evil.example"),
            format!("abc.{name}.us-east-1.amazonaws.com"),
            name.to_owned(),
        ] {
            let request = || get(&format!("https://{host}/"));
            let region = SigV4Layer::new("execute-api", name, credentials(id(1))).unwrap();
            let service = SigV4Layer::new(name, "us-east-1", credentials(id(1))).unwrap();
            for layer in [region, service] {
                let error = send(layer, request()).await.unwrap_err();
                assert!(error.is_refused_host(), "{host}: {error}");
            }
        }
    }
}

/// AWS adds regions, also of new prefixes, so one that is configured is taken for a region.
#[tokio::test]
async fn a_region_that_is_not_known_yet_is_signed_for_in_awss_domain_only() {
    let layer = || SigV4Layer::new("execute-api", "xx-east-1", credentials(id(1))).unwrap();
    let sent = send(
        layer(),
        get("https://abc.execute-api.xx-east-1.amazonaws.com/"),
    )
    .await;
    assert!(sent.is_ok(), "{sent:?}");
    for host in [
        "abc.execute-api.xx-east-1.evil.example",
        "abc.execute-api.xx-east-1.amazonaws.com.cn",
        "abc.execute-api.xx-east-1.amazonaws.eu",
        "abc.execute-api.xx-east-2.amazonaws.com",
        "abc.evil.xx-east-1.amazonaws.com",
        "xx-east-1",
    ] {
        let error = send(layer(), get(&format!("https://{host}/")))
            .await
            .unwrap_err();
        assert!(error.is_refused_host(), "{host}: {error}");
    }
}
