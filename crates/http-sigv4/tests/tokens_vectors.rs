//! Tokens, handshakes and authorizations as AWS's own tools make them, recorded. A test of thousands
//! more, with the tools themselves, is among the workspace's.

mod common;

use std::{collections::BTreeMap, time::Duration};

use aws_credential_types::Credentials;
use common::moment;
use http::Uri;
use http_sigv4::{
    ExpiresIn, Payload, SigningKey, SigningScope,
    tokens::{
        ApiGatewaySigner, AppSyncSigner, BedrockSigner, DsqlSigner, EksSigner, ElastiCacheSigner,
        Handshake, IotSigner, MemoryDbSigner, MskSigner, NeptuneSigner, RdsSigner, Token,
        TokenSigner, TranscribeSigner,
    },
};
use serde_json::Value;

#[test]
fn every_recorded_token_is_made_again() {
    let file: Value = serde_json::from_str(include_str!("data/tokens.json")).unwrap();
    assert_eq!(file["time"], 1_440_938_160, "the helpers' moment");
    let vectors = file["vectors"].as_array().unwrap();
    for vector in vectors {
        let vector = Vector {
            file: &file,
            vector,
        };
        match vector.text("kind") {
            "presign" => vector.check_url(),
            "headers" => vector.check_headers(),
            "appsync" | "appsync_event" => vector.check_appsync(),
            "keyspaces" => vector.check_keyspaces(),
            kind => vector.check_token(kind),
        }
    }
    // A file that lost its vectors would pass as well.
    assert_eq!(vectors.len(), 25);
}

struct Vector<'a> {
    file: &'a Value,
    vector: &'a Value,
}

impl Vector<'_> {
    fn text(&self, name: &str) -> &str {
        self.vector[name].as_str().unwrap()
    }

    fn sign<S: TokenSigner>(&self, signer: &S) -> S::Output {
        signer.sign(&self.key(signer.service()), moment()).unwrap()
    }

    fn key(&self, service: &str) -> SigningKey {
        let credentials = Credentials::new(
            self.file["access_key_id"].as_str().unwrap(),
            self.file["secret"].as_str().unwrap(),
            self.vector["session_token"].as_str().map(Into::into),
            None,
            "vectors",
        );
        let scope = SigningScope::new(service, self.text("region")).unwrap();
        SigningKey::derive(&credentials, &scope, moment()).unwrap()
    }

    fn expires_in(&self) -> ExpiresIn {
        let seconds = self.vector["expires_in"].as_u64().unwrap();
        ExpiresIn::exactly(Duration::from_secs(seconds))
    }

    fn check_token(&self, kind: &str) {
        let (ours, theirs) = (self.token(kind), &self.vector["made"]);
        let theirs = theirs["token"].as_str().or(theirs.as_str());
        assert_eq!(Some(ours.as_str()), theirs, "{}", self.vector);
    }

    fn token(&self, kind: &str) -> Token {
        let is = |name: &str| self.vector[name].as_bool().unwrap();
        match (kind, self.vector["service"].as_str()) {
            ("rds", _) => {
                let port = self.vector["port"].as_u64().unwrap().try_into().unwrap();
                self.sign(&RdsSigner::new(self.text("host"), port, self.text("user")).unwrap())
            }
            ("dsql", _) => {
                let signer = match is("is_admin") {
                    true => DsqlSigner::connect_as_admin(self.text("host")),
                    false => DsqlSigner::connect(self.text("host")),
                };
                self.sign(&signer.unwrap().expires_in(self.expires_in()).unwrap())
            }
            ("cache", Some("elasticache")) => {
                let (name, user) = (self.text("name"), self.text("user"));
                let signer = match is("is_serverless") {
                    true => ElastiCacheSigner::serverless(name, user),
                    false => ElastiCacheSigner::new(name, user),
                };
                self.sign(&signer.unwrap().expires_in(self.expires_in()).unwrap())
            }
            ("cache", Some("memorydb")) => {
                let signer = MemoryDbSigner::new(self.text("name"), self.text("user")).unwrap();
                self.sign(&signer.expires_in(self.expires_in()).unwrap())
            }
            ("msk", _) => {
                let user_agent = self.vector["made"]["user_agent"].as_str().unwrap();
                self.sign(&MskSigner::new().user_agent(user_agent))
            }
            ("eks", _) => self.sign(&EksSigner::new(self.text("cluster")).unwrap()),
            ("bedrock", _) => {
                let signer = BedrockSigner::new();
                self.sign(&signer.expires_in(self.expires_in()).unwrap())
            }
            other => panic!("a kind that this test does not know: {other:?}"),
        }
    }

    /// Tools write the parameters in orders of their own, which the signature does not depend on.
    fn check_url(&self) {
        let (host, target) = (self.text("host"), self.text("target"));
        let ours = match self.text("service") {
            "iotdevicegateway" => {
                let signer = IotSigner::new(host).unwrap();
                let signer = signer.names_default_port(host.ends_with(":443"));
                self.sign(&signer.expires_in(self.expires_in()).unwrap())
            }
            "transcribe" => {
                let (_, query) = target.split_once('?').unwrap();
                let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                let signer = pairs.fold(TranscribeSigner::standard(), |signer, (name, value)| {
                    signer.parameter(name, value)
                });
                self.sign(&signer)
            }
            "execute-api" => {
                let uri: Uri = format!("wss://{host}{target}").parse().unwrap();
                self.sign(&ApiGatewaySigner::new(uri).unwrap())
            }
            other => panic!("a service that this test does not know: {other}"),
        };
        assert_eq!(ours.uri().authority().unwrap().as_str(), host);
        let parameters = |path_and_query: &str| -> Vec<String> {
            let parts = path_and_query.split(['?', '&']);
            let mut parts: Vec<_> = parts.map(str::to_owned).collect();
            parts.sort_unstable();
            parts
        };
        let ours = ours.uri().path_and_query().unwrap().as_str();
        assert_eq!(parameters(ours), parameters(self.text("made")), "{ours}");
    }

    fn check_headers(&self) {
        let uri: Uri = self.text("url").parse().unwrap();
        let ours: Handshake = match self.text("service") {
            "neptune-db" => {
                let (host, port) = (uri.host().unwrap(), uri.port_u16().unwrap());
                self.sign(&NeptuneSigner::new(host, port).unwrap())
            }
            "execute-api" => {
                let uri: Uri = self.text("url").replace("https", "wss").parse().unwrap();
                self.sign(&ApiGatewaySigner::new(uri).unwrap().in_headers(true))
            }
            other => panic!("a service that this test does not know: {other}"),
        };
        let headers = ours.headers().iter();
        let ours: BTreeMap<_, _> = headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        assert_eq!(ours, object(&self.vector["made"]));
    }

    fn check_appsync(&self) {
        let host = self.text("host");
        let signer = match (self.text("kind"), self.vector["data"].as_str()) {
            ("appsync", None) => AppSyncSigner::connect(host),
            ("appsync", Some(data)) => AppSyncSigner::subscribe(host, data),
            (_, None) => AppSyncSigner::connect_to_events(host),
            (_, Some(message)) => AppSyncSigner::event(host, message),
        };
        let ours = self.sign(&signer.unwrap());
        let ours: Value = serde_json::from_str(ours.as_json()).unwrap();
        assert_eq!(object(&ours), object(&self.vector["made"]));
    }

    fn check_keyspaces(&self) {
        let key = self.key("cassandra");
        let (id, scope) = (key.access_key_id(), key.credential_scope());
        let date = "2015-08-30T12:36:00.000Z";
        let canonical_request = format!(
            "PUT\n/authenticate\nX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={id}%2F{}\
             &X-Amz-Date={}&X-Amz-Expires=900\nhost:cassandra\n\nhost\n{}",
            scope.replace('/', "%2F"),
            date.replace(':', "%3A"),
            Payload::hash(self.text("nonce").as_bytes()),
        );
        let digest = Payload::hash(canonical_request.as_bytes());
        let signature = key.sign_text(&format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}"));
        let answer = format!("signature={signature},access_key={id},amzdate={date}");
        assert_eq!(answer, self.text("made"));
    }
}

/// An object of headers, by names in lower case.
fn object(json: &Value) -> BTreeMap<String, String> {
    let members = json.as_object().unwrap().iter();
    members
        .map(|(name, value)| {
            let value = value.as_str().unwrap().to_owned();
            (name.to_ascii_lowercase(), value)
        })
        .collect()
}

/// The example of <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html>.
#[test]
fn the_policy_in_the_guide_of_s3_gets_the_signature_that_stands_there() {
    let policy = [
        r#"{ "expiration": "2015-12-30T12:00:00.000Z","#,
        r#"  "conditions": ["#,
        r#"    {"bucket": "sigv4examplebucket"},"#,
        r#"    ["starts-with", "$key", "user/user1/"],"#,
        r#"    {"acl": "public-read"},"#,
        r#"    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},"#,
        r#"    ["starts-with", "$Content-Type", "image/"],"#,
        r#"    {"x-amz-meta-uuid": "14365123651274"},"#,
        r#"    {"x-amz-server-side-encryption": "AES256"},"#,
        r#"    ["starts-with", "$x-amz-meta-tag", ""],"#,
        r#""#,
        r#"    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},"#,
        r#"    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},"#,
        r#"    {"x-amz-date": "20151229T000000Z" }"#,
        r#"  ]"#,
        r#"}"#,
    ];
    let policy = base64_simd::STANDARD.encode_to_string(policy.join("\r\n"));
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, None, None, "guide");
    let scope = SigningScope::new("s3", "us-east-1").unwrap();
    let time = std::time::UNIX_EPOCH + Duration::from_secs(1_451_347_200);
    let key = SigningKey::derive(&credentials, &scope, time).unwrap();
    assert_eq!(
        key.sign_text(&policy),
        "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
    );
}
