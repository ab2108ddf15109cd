//! Texts that log in, equal byte for byte.

use std::time::{Duration, SystemTime};

use fastrand::Rng;
use http_sigv4::{
    ExpiresIn, Payload,
    tokens::{
        BedrockSigner, DsqlSigner, EksSigner, ElastiCacheSigner, MemoryDbSigner, MskSigner,
        RdsSigner, TokenSigner,
    },
};
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{draw, for_each_case};

fn lifetime(rng: &mut Rng, longest: u64) -> (u64, ExpiresIn) {
    let seconds = rng.u64(1..=longest);
    (seconds, ExpiresIn::exactly(Duration::from_secs(seconds)))
}

/// What another tool made, with the host in lower case. They sign it so, as ours does, but write it as
/// it was given.
fn in_lower_case(token: &str) -> String {
    let (host, rest) = token.split_once('/').unwrap();
    format!("{}/{rest}", host.to_ascii_lowercase())
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn tokens_for_rds_are_those_of_botocore() {
    for_each_case(|rng, account, botocore| {
        let (host, port, user) = (draw::host(rng), draw::port(rng), draw::text(rng));
        let signer = RdsSigner::new(&host, port, &user).unwrap();
        let ours = signer.sign(&account.key("rds-db"), account.now()).unwrap();
        let question = json!({ "host": host, "port": port, "user": user });
        let theirs = botocore.make_text(&account.question("rds", question));
        assert_eq!(
            ours.as_str(),
            in_lower_case(&theirs),
            "{user:?} at {host}:{port}"
        );
        assert_eq!(ours.expires_at(), account.after(900));
    });
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn tokens_for_dsql_are_those_of_botocore() {
    for_each_case(|rng, account, botocore| {
        let (host, is_admin) = (draw::host(rng), rng.bool());
        let (seconds, expires_in) = lifetime(rng, 604_800);
        let signer = match is_admin {
            true => DsqlSigner::connect_as_admin(&host),
            false => DsqlSigner::connect(&host),
        };
        let signer = signer.unwrap().expires_in(expires_in).unwrap();
        let ours = signer.sign(&account.key("dsql"), account.now()).unwrap();
        let question = json!({ "host": host, "is_admin": is_admin, "expires_in": seconds });
        let theirs = botocore.make_text(&account.question("dsql", question));
        assert_eq!(ours.as_str(), in_lower_case(&theirs), "{host}");
        assert_eq!(ours.expires_at(), account.after(seconds));
    });
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn tokens_for_elasticache_are_those_of_botocore() {
    for_each_case(|rng, account, botocore| {
        let (name, user, is_serverless) = (draw::name(rng), draw::text(rng), rng.bool());
        let (seconds, expires_in) = lifetime(rng, 900);
        let signer = match is_serverless {
            true => ElastiCacheSigner::serverless(&name, &user),
            false => ElastiCacheSigner::new(&name, &user),
        };
        let signer = signer.unwrap().expires_in(expires_in).unwrap();
        let ours = signer
            .sign(&account.key("elasticache"), account.now())
            .unwrap();
        let question = json!({
            "service": "elasticache",
            "name": name,
            "user": user,
            "is_serverless": is_serverless,
            "expires_in": seconds,
        });
        let theirs = botocore.make_text(&account.question("cache", question));
        assert_eq!(ours.as_str(), in_lower_case(&theirs), "{user:?} at {name}");
        assert_eq!(ours.expires_at(), account.after(seconds));
    });
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn tokens_for_memorydb_are_those_of_botocore() {
    for_each_case(|rng, account, botocore| {
        let (name, user) = (draw::name(rng), draw::text(rng));
        let (seconds, expires_in) = lifetime(rng, 900);
        let signer = MemoryDbSigner::new(&name, &user).unwrap();
        let signer = signer.expires_in(expires_in).unwrap();
        let ours = signer
            .sign(&account.key("memorydb"), account.now())
            .unwrap();
        let question = json!({
            "service": "memorydb",
            "name": name,
            "user": user,
            "is_serverless": false,
            "expires_in": seconds,
        });
        let theirs = botocore.make_text(&account.question("cache", question));
        assert_eq!(ours.as_str(), in_lower_case(&theirs), "{user:?} at {name}");
        assert_eq!(ours.expires_at(), account.after(seconds));
    });
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn tokens_for_msk_and_their_expiry_are_those_of_its_own_signer() {
    for_each_case(|_, account, signer_of_msk| {
        let theirs = signer_of_msk.make(&account.question("msk", json!({})));
        let signer = MskSigner::new().user_agent(theirs["user_agent"].as_str().unwrap());
        let ours = signer
            .sign(&account.key("kafka-cluster"), account.now())
            .unwrap();
        assert_eq!(ours.as_str(), theirs["token"], "{account:?}");
        let expiry = Duration::from_millis(theirs["expires_at_ms"].as_u64().unwrap());
        assert_eq!(ours.expires_at(), SystemTime::UNIX_EPOCH + expiry);
    });
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn tokens_for_eks_and_their_expiry_are_those_of_the_cli_in_every_partition() {
    for_each_case(|rng, account, cli| {
        let length = rng.usize(1..=100);
        let character = |rng: &mut Rng| match rng.u8(..10) {
            0 => '-',
            1 => '_',
            _ => rng.alphanumeric(),
        };
        let characters = std::iter::repeat_with(|| character(rng));
        let mut cluster: String = characters.take(length).collect();
        cluster.replace_range(..1, "c");
        let signer = EksSigner::new(&cluster).unwrap();
        let ours = signer.sign(&account.key("sts"), account.now()).unwrap();
        let theirs = cli.make(&account.question("eks", json!({ "cluster": cluster })));
        assert_eq!(ours.as_str(), theirs["token"], "{cluster}, {account:?}");
        let expiry = theirs["expires_at"].as_str().unwrap();
        let expiry = OffsetDateTime::parse(expiry, &Rfc3339).unwrap();
        assert_eq!(OffsetDateTime::from(ours.expires_at()), expiry);
    });
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn keys_for_bedrock_are_those_of_its_own_generator() {
    for_each_case(|rng, account, generator| {
        let (seconds, expires_in) = lifetime(rng, 43_200);
        let signer = BedrockSigner::new().expires_in(expires_in).unwrap();
        let ours = signer.sign(&account.key("bedrock"), account.now()).unwrap();
        let question = account.question("bedrock", json!({ "expires_in": seconds }));
        assert_eq!(ours.as_str(), generator.make_text(&question), "{account:?}");
        assert_eq!(ours.expires_at(), account.after(seconds));
    });
}

/// The recipe in the documentation of `sign_text`.
#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn a_signed_text_answers_the_challenge_of_keyspaces_as_its_own_plugin_does() {
    for_each_case(|rng, account, plugin| {
        let hex = b"0123456789abcdef";
        let nonce: String = std::iter::repeat_with(|| char::from(hex[rng.usize(..16)]))
            .take(32)
            .collect();
        let theirs = plugin.make_text(&account.question("keyspaces", json!({ "nonce": nonce })));
        let fields = || theirs.split(',').filter_map(|field| field.split_once('='));
        let field = |name| fields().find_map(|(field, value)| (field == name).then_some(value));
        // The form of a date is not what is tested here.
        let date = field("amzdate").unwrap();

        let key = account.key("cassandra");
        let (id, scope) = (key.access_key_id(), key.credential_scope());
        let canonical_request = format!(
            "PUT\n/authenticate\nX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={id}%2F{}\
             &X-Amz-Date={}&X-Amz-Expires=900\nhost:cassandra\n\nhost\n{}",
            draw::encoded(scope),
            draw::encoded(date),
            Payload::hash(nonce.as_bytes()),
        );
        let digest = Payload::hash(canonical_request.as_bytes());
        let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}");
        assert_eq!(
            Some(&*key.sign_text(&text)),
            field("signature"),
            "{account:?}"
        );
        assert_eq!(Some(account.access_key_id()), field("access_key"));
    });
}
