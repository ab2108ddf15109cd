//! What is said of a host that is refused leads to a request that is accepted, and to no other error.

mod common;

use common::{Empty, builder, builder_for, credentials, id, moment, send};
use http::Request;
use tower_sigv4::{SigV4LayerBuilder, SigningOptions};

async fn refused(builder: SigV4LayerBuilder, uri: &str) -> String {
    let request = Request::get(uri).body(Empty::new()).unwrap();
    let error = send(builder.build().unwrap(), request).await.unwrap_err();
    assert!(error.is_refused_host(), "{error}");
    error.to_string()
}

fn detecting() -> SigV4LayerBuilder {
    SigV4LayerBuilder::detect(credentials(id(1))).clock(moment)
}

#[tokio::test]
async fn a_host_of_another_service_or_region_is_not_to_be_named_but_says_whose_it_is() {
    #[rustfmt::skip]
    const HOSTS: &[(&str, &str, &str)] = &[
        ("bedrock-runtime", "bedrock-runtime.us-east-1.amazonaws.com", "`bedrock` in us-east-1"),
        ("apigateway", "a.execute-api.us-east-1.amazonaws.com", "`execute-api` in us-east-1"),
        ("opensearch", "search-d.us-east-1.es.amazonaws.com", "`es` in us-east-1"),
        ("execute-api", "a.execute-api.eu-west-1.amazonaws.com", "`execute-api` in eu-west-1"),
        ("brand-new", "brand-new.eu-west-1.amazonaws.com", "`brand-new` in eu-west-1"),
        ("s3", "b.s3.amazonaws.com.cn", "`s3` in the partition aws-cn"),
        ("medical-imaging", "streaming-rekognition.us-east-1.amazonaws.com", "`rekognition` in us-east-1"),
    ];
    for &(service, host, endpoint) in HOSTS {
        let signing = |builder: SigV4LayerBuilder| builder.signing_host("signed.example");
        for builder in [builder_for(service), signing(builder_for(service))] {
            let text = refused(builder, &format!("https://{host}/")).await;
            let says = format!(
                "this host is {endpoint}, and the layer signs for `{service}` in us-east-1"
            );
            assert!(text.contains(&says), "{text}");
            assert!(!text.contains("allow_host"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_host_that_takes_no_such_signature_is_not_to_be_named_either() {
    for (service, host, takes) in [
        (
            "codecommit",
            "git-codecommit.us-east-1.amazonaws.com",
            "Git",
        ),
        ("s3", "m.accesspoint.s3-global.amazonaws.com", "SigV4A"),
        ("events", "a.endpoint.events.amazonaws.com", "SigV4A"),
    ] {
        for builder in [builder_for(service), detecting()] {
            let text = refused(builder, &format!("https://{host}/")).await;
            assert!(text.contains(takes), "{text}");
            assert!(
                !text.contains("allow_host") && !text.contains("both"),
                "{text}"
            );
        }
    }
}

#[tokio::test]
async fn a_loopback_host_is_permitted_by_a_setting_of_its_own() {
    for host in ["localhost:8080", "127.0.0.1", "[::1]:8443"] {
        let signing = builder().signing_host("signed.example");
        for builder in [builder(), signing, detecting()] {
            let text = refused(builder, &format!("http://{host}/")).await;
            assert!(text.contains("`allow_loopback`"), "{text}");
            assert!(!text.contains("allow_host"), "{text}");
        }
        let text = refused(detecting().allow_loopback(true), &format!("http://{host}/")).await;
        assert!(!text.contains("allow_"), "{text}");
    }
}

#[tokio::test]
async fn a_host_that_does_not_tell_its_region_takes_that_of_the_options() {
    let uri = "https://b.s3-accelerate.amazonaws.com/key";
    let text = refused(detecting(), uri).await;
    assert!(text.contains("`SigningOptions`"), "{text}");
    let options = SigningOptions::new().region("eu-west-1");
    let request = Request::get(uri).extension(options);
    let request = request.body(Empty::new()).unwrap();
    let sent = send(detecting().build().unwrap(), request).await.unwrap();
    let signed = common::signed_as(&sent);
    assert_eq!((signed.service, signed.region), ("s3", "eu-west-1"));
}
