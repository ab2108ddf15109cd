use std::{
    collections::HashSet,
    time::{Duration, SystemTime},
};

use http_sigv4::{Explanation, explain::Cause};

use crate::{
    common::{TOKEN, moment},
    rejections::{self, error_type, signed},
    service::{Rejection, mismatch_message},
};

#[test]
fn every_form_of_rejection_is_explained() {
    let cases = rejections::all();
    let (mut wrong, mut silent) = (Vec::new(), Vec::new());
    for case in &cases {
        let Some(explanation) = case.explain() else {
            let body = String::from_utf8_lossy(&case.rejection.body);
            silent.push(format!("{}: not explained: {body}", case.source));
            continue;
        };
        let text = explanation.to_string();
        let told = unwrapped(&text);
        let unsaid = case.says.iter().find(|words| !told.contains(**words));
        if explanation.cause() != case.cause || unsaid.is_some() {
            let cause = explanation.cause();
            wrong.push(format!("{}: {cause:?}, {unsaid:?}:\n{text}", case.source));
        }
    }
    let right = cases.len() - wrong.len() - silent.len();
    let texts: HashSet<_> = cases.iter().map(|case| &case.rejection.body).collect();
    println!(
        "{} rejections with {} texts: {right} explained rightly, {} wrongly, {} not at all",
        cases.len(),
        texts.len(),
        wrong.len(),
        silent.len()
    );
    wrong.extend(silent);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A text without the line breaks that made it fit.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_echo_is_found_in_every_form_that_carries_one() {
    let signed = signed("appsync", "AKIDEXAMPLE", Some(TOKEN));
    let theirs = signed
        .canonical_request()
        .replace("host:h.example", "host:other.example");
    let message = mismatch_message(&theirs, signed.string_to_sign());
    let xml = message.replace('&', "&amp;");
    for (status, headers, body) in [
        (
            400,
            vec![("x-amzn-errortype", "BadRequestException")],
            serde_json::json!({"errors": [{"errorType": "BadRequestException", "message": message}]}).to_string(),
        ),
        (
            400,
            vec![],
            serde_json::json!({"__type": "a.b#InvalidSignatureException", "message": message}).to_string(),
        ),
        (
            403,
            vec![],
            serde_json::json!({"errors": [{"message": message, "code": "InvalidSignature"}]}).to_string(),
        ),
        (403, vec![], serde_json::json!({"Message": message}).to_string()),
        (
            403,
            vec![],
            format!("<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>{xml}</Message></Error></ErrorResponse>"),
        ),
        (403, vec![], format!("InvalidSignatureException: {message}")),
        // A gateway response whose template escapes nothing.
        (403, vec![], format!("{{ \"message\": \"{message}\" }}")),
    ] {
        let rejection = Rejection::new(status, &headers, body);
        let explanation = rejection.explain(Some(&signed)).unwrap();
        assert_eq!(explanation.cause(), Cause::HostChanged, "{explanation}");
    }
}

#[test]
fn a_request_that_waited_is_told_from_a_clock_that_is_behind() {
    let rejection = Rejection::new(
        403,
        &error_type("InvalidSignatureException"),
        r#"{"message":"Signature expired: 20150830T123600Z is now earlier than 20150830T124100Z (20150830T124600Z - 5 min.)"}"#,
    );
    let explain = |time: SystemTime| {
        Explanation::from_rejection(&rejection.head, &rejection.body, None, time).unwrap()
    };
    let late = explain(moment() + Duration::from_secs(605));
    assert_eq!(late.cause(), Cause::SignatureAged);
    assert!(late.hint().contains("signed 10 min 0 s before"), "{late}");
    assert_eq!(explain(moment()).cause(), Cause::ClockBehind);
}

#[test]
fn a_clock_that_is_too_far_off_to_be_corrected_is_said_to_be() {
    let told = "more than 25 hours off: no client corrects this by itself; set the clock";
    let hour = Duration::from_secs(3_600);
    for (off, is_told) in [(hour, false), (25 * hour, false), (26 * hour, true)] {
        for (service, cause) in [
            (moment() + off, Cause::ClockBehind),
            (moment() - off, Cause::ClockAhead),
        ] {
            let date = httpdate::fmt_http_date(service);
            let skewed = "<Error><Code>RequestTimeTooSkewed</Code></Error>";
            let mismatch = r#"{"__type":"InvalidSignatureException","message":"No."}"#;
            for body in [skewed, mismatch] {
                let rejection = Rejection::new(403, &[("date", &*date)], body);
                let explanation = rejection.explain(None).unwrap();
                assert_eq!(explanation.cause(), cause, "{explanation}");
                assert_eq!(explanation.hint().contains(told), is_told, "{explanation}");
            }
        }
    }
}

#[test]
fn a_request_that_never_was_signed_is_told_from_one_whose_signature_was_lost() {
    let rejection = Rejection::new(
        403,
        &error_type("MissingAuthenticationTokenException"),
        r#"{"message":"Missing Authentication Token"}"#,
    );
    let unsigned = rejection.explain(None).unwrap();
    assert_eq!(unsigned.cause(), Cause::NotSigned);
    assert!(
        unsigned.hint().contains("did not pass a signer"),
        "{unsigned}"
    );
    let routed = rejection
        .explain(Some(&signed("execute-api", "AKID", None)))
        .unwrap();
    assert_eq!(routed.cause(), Cause::UnknownRoute);
}

#[test]
fn temporary_credentials_with_a_token_are_not_said_to_lack_one() {
    let rejection = Rejection::new(
        403,
        &error_type("UnrecognizedClientException"),
        r#"{"message":"The security token included in the request is invalid."}"#,
    );
    let explanation = rejection.explain(Some(&signed("execute-api", "ASIAEXAMPLE", Some(TOKEN))));
    assert_eq!(explanation.unwrap().cause(), Cause::UnknownCredentials);
}

#[test]
fn answers_that_are_not_about_authentication_are_not_explained() {
    let signed = signed("execute-api", "AKID", None);
    for (status, headers, body) in [
        (
            200,
            &[][..],
            r#"{"message":"Missing Authentication Token"}"#,
        ),
        (404, &[], r#"{"message":"Not Found"}"#),
        (403, &[], r#"{"error":"this item is not yours"}"#),
        (
            403,
            &[("x-amzn-requestid", "1")],
            r#"{"message":"Forbidden"}"#,
        ),
        (
            401,
            &[],
            r#"{"code":"Unauthorized","message":"log in first"}"#,
        ),
        (
            400,
            &[],
            r#"{"__type":"ValidationException","message":"1 validation error detected"}"#,
        ),
        (
            400,
            &[("x-amzn-errortype", "ThrottlingException")],
            r#"{"message":"Rate exceeded"}"#,
        ),
        (
            429,
            &[("x-amzn-errortype", "TooManyRequestsException")],
            "{}",
        ),
        // A function URL, or the function behind it: ministackorg/ministack.
        (403, &[], r#"{"Message": "Forbidden"}"#),
        // What AWS answered to the tests of LocalStack, and what only sounds alike.
        (
            400,
            &[],
            r#"{"__type":"InvalidParameterException","message":"The specified nextToken is invalid."}"#,
        ),
        (
            400,
            &[],
            r#"{"__type":"InvalidRequestException","message":"You must provide a ClientRequestToken value. We recommend a UUID-type value."}"#,
        ),
        (
            400,
            &[("x-amzn-errortype", "BadRequestException")],
            r#"{"message":"Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer."}"#,
        ),
        (
            400,
            &[],
            "<Error><Code>InvalidRequest</Code><Message>Value for x-amz-checksum-sha256 header is \
             invalid.</Message></Error>",
        ),
        (
            400,
            &[],
            "<Error><Code>InvalidRequest</Code><Message>The provided 'x-amz-mp-object-size' header value \
             5 does not match what was computed: 4</Message></Error>",
        ),
        (
            400,
            &[],
            "<Error><Code>InvalidArgument</Code><Message>The header 'x-amz-tagging' shall be encoded as \
             UTF-8 then URLEncoded URL query parameters without tag name duplicates.</Message>\
             <ArgumentName>x-amz-tagging</ArgumentName></Error>",
        ),
        (
            400,
            &[],
            "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>Invalid \
             parameter: Token</Message></Error></ErrorResponse>",
        ),
        (403, &[], "<html><body><h1>403 Forbidden</h1></body></html>"),
        (400, &[], ""),
    ] {
        let rejection = Rejection::new(status, headers, body);
        assert!(
            rejection.explain(Some(&signed)).is_none(),
            "{status} {body}"
        );
    }
}

#[test]
fn a_body_that_was_cut_is_explained_as_far_as_it_goes() {
    let signed = signed("execute-api", "AKID", Some(TOKEN));
    let theirs = signed.canonical_request().replace("/prod/items", "/items");
    let message = mismatch_message(&theirs, signed.string_to_sign());
    let body = serde_json::json!({ "message": message }).to_string();
    let mut causes = Vec::new();
    for length in 0..=body.len() {
        let rejection = Rejection::new(
            403,
            &error_type("InvalidSignatureException"),
            &body[..length],
        );
        causes.push(rejection.explain(Some(&signed)).unwrap().cause());
    }
    // Until the canonical request is whole, there is nothing to compare; never is a wrong line named.
    causes.dedup();
    assert_eq!(causes, [Cause::SignatureMismatch, Cause::PathPrefix]);
}

#[test]
fn a_proxy_that_the_answer_names_is_named() {
    let signed = signed("execute-api", "AKID", None);
    let theirs = signed.canonical_request().replace("/prod/items", "/items");
    let body = serde_json::json!({ "message": mismatch_message(&theirs, signed.string_to_sign()) });
    let headers = [("via", "1.1 0123.cloudfront.net (CloudFront)")];
    let explanation = Rejection::new(403, &headers, body.to_string())
        .explain(Some(&signed))
        .unwrap();
    assert!(
        explanation.hint().contains("0123.cloudfront.net"),
        "{explanation}"
    );
}
