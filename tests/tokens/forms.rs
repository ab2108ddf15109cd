//! Forms that upload to S3. A policy is JSON, which has many spellings: botocore's says the same as
//! ours, and signs ours the same.

use std::time::Duration;

use http_sigv4::{
    ExpiresIn,
    tokens::{PostPolicy, TokenSigner},
};
use serde_json::{Value, json};

use crate::{draw, for_each_case};

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn forms_for_s3_say_what_those_of_botocore_say_and_are_signed_alike() {
    for_each_case(|rng, account, botocore| {
        let (bucket, mut key) = (draw::name(rng), draw::text(rng));
        let mut conditions = vec![json!({ "bucket": bucket })];
        // As boto3 does it for a key.
        conditions.push(match rng.bool() {
            true => json!({ "key": key }),
            false => json!(["starts-with", "$key", key]),
        });
        if conditions[1].is_array() {
            key += "${filename}";
        }
        let mut policy = PostPolicy::new(&bucket, &key).unwrap();
        let mut fields = vec![("key".to_owned(), key)];
        for at in 0..rng.usize(..4) {
            let (name, value) = (format!("x-amz-meta-{at}"), draw::text(rng));
            policy = match rng.bool() {
                true => {
                    conditions.push(json!({ &*name: value }));
                    fields.push((name.clone(), value.clone()));
                    policy.field(&name, &value).unwrap()
                }
                false => {
                    conditions.push(json!(["starts-with", format!("${name}"), value]));
                    policy.starts_with(&name, &value).unwrap()
                }
            };
        }
        if rng.bool() {
            let (least, most) = (rng.u64(..1000), rng.u64(1000..));
            conditions.push(json!(["content-length-range", least, most]));
            policy = policy.content_length(least..=most);
        }
        let seconds = rng.u64(1..=604_800);
        let expires_in = ExpiresIn::exactly(Duration::from_secs(seconds));
        let policy = policy.expires_in(expires_in).unwrap();
        let ours = policy.sign(&account.key("s3"), account.now()).unwrap();

        let theirs = botocore.make(&account.question(
            "post",
            json!({
                "fields": fields,
                "conditions": conditions,
                "expires_in": seconds,
                "policy": ours.field("policy"),
            }),
        ));
        assert_eq!(
            ours.field("x-amz-signature"),
            theirs["signature"].as_str(),
            "{account:?}"
        );
        let theirs = theirs["fields"].as_object().unwrap();
        let policy = |base64: &str| -> Value {
            let json = base64_simd::STANDARD.decode_to_vec(base64).unwrap();
            serde_json::from_slice(&json).unwrap()
        };
        for (name, value) in ours.fields() {
            let other = theirs[name].as_str().unwrap();
            match name {
                "policy" => assert_eq!(policy(value), policy(other)),
                // Of a policy that is spelled in another way.
                "x-amz-signature" => {}
                _ => assert_eq!(value, other, "{name}"),
            }
        }
        assert_eq!(ours.fields().count(), theirs.len());
        assert_eq!(ours.expires_at(), account.after(seconds));
    });
}
