//! Kinds of rejections that are easily mistaken for others.

use std::time::{Duration, SystemTime};

use http::Request;
use http_sigv4::{CanonicalRequest, Explanation, Payload, Profile, Signer, explain::Cause};

use crate::{
    common::{key_of, moment},
    rejections::{error_type, presigned, signed},
    service::{Rejection, mismatch_message},
};

fn explain(rejection: &Rejection, signed: &CanonicalRequest) -> Explanation {
    explain_at(rejection, signed, moment())
}

fn explain_at(rejection: &Rejection, signed: &CanonicalRequest, now: SystemTime) -> Explanation {
    Explanation::from_rejection(&rejection.head, &rejection.body, Some(signed), now).unwrap()
}

fn from_s3(status: u16, code: &str, message: &str) -> Rejection {
    let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    Rejection::new(status, &[("server", "AmazonS3")], body)
}

fn from_api_gateway(code: &str, message: &str) -> Rejection {
    let body = serde_json::json!({ "message": message });
    Rejection::new(403, &error_type(code), body.to_string())
}

/// Every sentence for what has come too late, and whether the service tells its time in it.
fn too_late() -> [Rejection; 3] {
    [
        from_s3(403, "AccessDenied", "Request has expired"),
        from_s3(400, "InvalidRequest", "Bad request: Date is too old"),
        from_api_gateway(
            "InvalidSignatureException",
            "Signature expired: 20150830T123600Z is now earlier than 20150830T124100Z \
             (20150830T124600Z - 5 min.)",
        ),
    ]
}

#[test]
fn a_presigned_url_past_its_lifetime_has_expired_and_is_not_a_signature_that_aged() {
    let url = presigned("s3", Duration::from_secs(300));
    for mut rejection in too_late() {
        let date = "Sun, 30 Aug 2015 12:46:00 GMT".parse().unwrap();
        rejection.head.headers.insert("date", date);
        let later = moment() + Duration::from_secs(600);
        let explanation = explain_at(&rejection, &url, later);
        assert_eq!(explanation.cause(), Cause::UrlExpired, "{explanation}");
        let hint = explanation.hint();
        assert!(hint.contains("`X-Amz-Expires` of 5 min 0 s"), "{hint}");
    }
}

#[test]
fn a_presigned_url_that_lives_by_this_clock_points_to_the_clock() {
    let url = presigned("s3", Duration::from_secs(300));
    for mut rejection in too_late() {
        let date = "Sun, 30 Aug 2015 12:46:00 GMT".parse().unwrap();
        rejection.head.headers.insert("date", date);
        let explanation = explain(&rejection, &url);
        assert_eq!(explanation.cause(), Cause::ClockBehind, "{explanation}");
    }
}

#[test]
fn a_signature_in_a_header_does_not_expire_as_a_url_does() {
    let signed = signed("execute-api", "AKID", None);
    let [_, garage, api_gateway] = too_late();
    for rejection in [garage, api_gateway] {
        let later = moment() + Duration::from_secs(600);
        let explanation = explain_at(&rejection, &signed, later);
        assert_eq!(explanation.cause(), Cause::SignatureAged, "{explanation}");
    }
}

#[test]
fn a_malformed_signature_is_explained_by_its_code_whatever_the_sentence() {
    let header = signed("s3", "AKID", None);
    let url = presigned("s3", Duration::from_secs(300));
    for code in [
        "AuthorizationHeaderMalformed",
        "AuthorizationParametersError",
        "AuthorizationQueryParametersError",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "MissingFields",
    ] {
        for message in ["", "Something is wrong.", "It lacks the frobnicator."] {
            let rejection = from_s3(400, code, message);
            let explanation = explain(&rejection, &url);
            assert_eq!(explanation.cause(), Cause::UrlMalformed, "{explanation}");
            let expected = match code {
                "AuthorizationQueryParametersError" => Cause::UrlMalformed,
                _ => Cause::IncompleteSignature,
            };
            let explanation = explain(&rejection, &header);
            assert_eq!(explanation.cause(), expected, "{explanation}");
        }
    }
}

#[test]
fn parameters_of_a_presigned_url_beside_a_signature_in_a_header_are_pointed_out() {
    let rejection = from_s3(400, "AuthorizationQueryParametersError", "");
    let explanation = explain(&rejection, &signed("s3", "AKID", None));
    assert!(
        explanation.hint().contains("begin with `X-Amz-`"),
        "{explanation}"
    );
}

#[test]
fn a_body_hash_that_was_signed_and_lost_is_not_blamed_on_the_profile() {
    let rejection = from_s3(
        400,
        "InvalidRequest",
        "Missing required header for this request: x-amz-content-sha256",
    );
    let explanation = explain(&rejection, &signed("s3", "AKID", None));
    assert_eq!(explanation.cause(), Cause::HeaderMissing, "{explanation}");
    assert!(!explanation.hint().contains("`Profile`"), "{explanation}");

    let without = signed("execute-api", "AKID", None);
    let explanation = explain(&rejection, &without);
    assert_eq!(
        explanation.cause(),
        Cause::BodyHashRequired,
        "{explanation}"
    );
    assert!(explanation.hint().contains("`Profile`"), "{explanation}");
}

#[test]
fn another_authorization_is_told_from_half_a_signature() {
    let signed = signed("execute-api", "AKID", None);
    let missing = |part| format!("Authorization header requires '{part}' parameter. ");
    let all: String = ["Credential", "Signature", "SignedHeaders"]
        .map(missing)
        .concat();
    for (message, cause) in [
        (
            format!("{all}Authorization=Bearer eyJh.e30.c2lnbg=="),
            Cause::NotASignature,
        ),
        (
            format!("{all}Authorization=Basic aHVzaDpodXNo"),
            Cause::NotASignature,
        ),
        (all.clone(), Cause::NotASignature),
        // What is behind the algorithm was cut off.
        (
            format!("{all}Authorization=AWS4-HMAC-SHA256"),
            Cause::IncompleteSignature,
        ),
        (missing("Signature"), Cause::IncompleteSignature),
        (
            missing("Signature") + &missing("SignedHeaders"),
            Cause::IncompleteSignature,
        ),
    ] {
        let rejection = from_api_gateway("IncompleteSignatureException", &message);
        let explanation = explain(&rejection, &signed);
        assert_eq!(explanation.cause(), cause, "{message}\n{explanation}");
    }
}

#[test]
fn a_url_parser_that_resolves_encoded_dots_is_not_taken_for_a_base_path() {
    for (profile, service) in [(Profile::STANDARD, "execute-api"), (Profile::S3, "s3")] {
        let sign = |uri: &str| {
            let (mut parts, ()) = Request::get(uri).body(()).unwrap().into_parts();
            let key = key_of("AKID", None, service, moment());
            let signer = Signer::new(profile);
            let prepared = signer.prepare(&mut parts, &key, Payload::EMPTY, moment());
            prepared.unwrap().canonical_request()
        };
        for (uri, parsed) in [
            ("/prod/%2e%2e/items", "/items"),
            ("/prod/%2E%2E/items", "/items"),
            ("/prod/.%2e/items", "/items"),
            ("/prod/%2e/items", "/prod/items"),
        ] {
            let ours = sign(&format!("https://h.example{uri}"));
            let theirs = sign(&format!("https://h.example{parsed}"));
            let theirs = mismatch_message(theirs.canonical_request(), theirs.string_to_sign());
            let rejection = from_api_gateway("InvalidSignatureException", &theirs);
            let explanation = explain(&rejection, &ours);
            assert_eq!(
                explanation.cause(),
                Cause::PathDotSegments,
                "{uri} {explanation}"
            );
            assert!(explanation.hint().contains("`%2e`"), "{explanation}");
        }
    }
}

#[test]
fn a_bare_forbidden_of_a_function_url_does_not_say_that_the_signature_is_good() {
    let signed = signed("lambda", "AKID", None);
    let link = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";
    for message in [
        "Forbidden".to_owned(),
        format!("Forbidden. For troubleshooting Function URL authorization issues, see: {link}"),
    ] {
        let rejection = from_api_gateway("AccessDeniedException", &message);
        let explanation = explain(&rejection, &signed);
        assert_eq!(explanation.cause(), Cause::Unexplained, "{explanation}");
        let hint = explanation.hint();
        assert!(!hint.contains("signature is good"), "{hint}");
        assert!(hint.contains("without a signature"), "{hint}");
    }
}

#[test]
fn a_signature_is_said_to_be_good_only_where_the_service_names_the_caller() {
    let signed = signed("execute-api", "AKID", None);
    for (message, is_named) in [
        (
            "User: arn:aws:iam::111122223333:user/u is not authorized to perform: \
             execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:111122223333:a/b/GET/",
            true,
        ),
        ("User is not authorized to access this resource", false),
        ("Access Denied", false),
        ("", false),
    ] {
        let rejection = from_api_gateway("AccessDeniedException", message);
        let explanation = explain(&rejection, &signed);
        assert_eq!(explanation.cause(), Cause::AccessDenied, "{explanation}");
        let says_good = explanation.hint().contains("signature is good");
        assert_eq!(says_good, is_named, "{explanation}");
    }
}

#[test]
fn the_response_hint_of_opensearch_serverless_is_read() {
    for (hint, service, cause) in [
        ("X01:network-policy-deny", "aoss", Cause::NetworkDenied),
        // Signed as it has to be, so that it is for the data access policy to allow it.
        ("X01:gw-helper-deny", "aoss", Cause::Unexplained),
        // With the hash, and for another service.
        ("X01:gw-helper-deny", "s3", Cause::ScopeService),
        // Without the hash.
        ("X01:gw-helper-deny", "es", Cause::BodyHashRequired),
        ("X02:some-other-deny", "aoss", Cause::Unexplained),
    ] {
        for status in [401, 403] {
            let rejection = Rejection::new(status, &[("x-aoss-response-hint", hint)], "");
            let explanation = explain(&rejection, &signed(service, "AKID", None));
            assert_eq!(explanation.cause(), cause, "{hint} {explanation}");
        }
    }
    // Without what was signed, nothing is said of it.
    let hint = [("x-aoss-response-hint", "X01:gw-helper-deny")];
    let explanation = Rejection::new(403, &hint, "").explain(None).unwrap();
    assert_eq!(explanation.cause(), Cause::Unexplained, "{explanation}");
}

#[test]
fn a_redirect_is_explained_only_where_the_bucket_is_in_another_region_than_signed_for() {
    let explain = |status, service, region: Option<&str>| {
        let headers = region.map(|region| ("x-amz-bucket-region", region));
        let rejection = Rejection::new(status, headers.as_slice(), "");
        rejection.explain(Some(&signed(service, "AKID", None)))
    };
    for status in [301, 307] {
        let explanation = explain(status, "s3", Some("eu-west-3")).unwrap();
        assert_eq!(explanation.cause(), Cause::ScopeRegion, "{explanation}");
        assert!(explain(status, "s3", Some("us-east-1")).is_none());
        assert!(explain(status, "s3", None).is_none());
        assert!(explain(status, "execute-api", Some("eu-west-3")).is_none());
    }
    for status in [200, 304, 404] {
        assert!(explain(status, "s3", Some("eu-west-3")).is_none());
    }
}
