//! Every rejection, word for word.

mod common;

use std::time::Duration;

use bytes::Bytes;
use common::{Client, HOST, Payload, TOKEN, account, client, gateway, gateway_of, moment, send};
use http::{HeaderValue, Request, Version};
use http_body_util::Full;
use iam_gateway::Gateway;

const MISMATCH: &str = "The request signature we calculated does not match the signature you \
     provided. Check your AWS Secret Access Key and signing method. Consult the service \
     documentation for details.";

const HELLO_SHA256: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// What the gateway says to a request that is signed right but for `change`.
async fn rejection_after(change: impl FnOnce(&mut Request<Full<Bytes>>)) -> String {
    let mut request = client().get("/dev");
    change(&mut request);
    send(&gateway(), request).await.rejection()
}

/// What the gateway says to a client that is right but for `change`.
async fn rejection_to(change: impl FnOnce(&mut Client)) -> String {
    let mut client = client();
    change(&mut client);
    send(&gateway(), client.get("/dev")).await.rejection()
}

/// What the gateway says to a client with another `Authorization` header.
async fn rejection_of(authorization: &str) -> String {
    rejection_after(|request| set(request, "authorization", authorization)).await
}

fn set(request: &mut Request<Full<Bytes>>, name: &'static str, value: &str) {
    let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
    request.headers_mut().insert(name, value);
}

/// Replaces a part of the `Authorization` header.
fn replace(request: &mut Request<Full<Bytes>>, from: &str, to: &str) {
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.contains(from), "{authorization}");
    let authorization = authorization.replace(from, to);
    set(request, "authorization", &authorization);
}

/// Replaces a part of the request's target.
fn retarget(request: &mut Request<Full<Bytes>>, from: &str, to: &str) {
    let target = request.uri().to_string();
    assert!(target.contains(from), "{target}");
    *request.uri_mut() = target.replace(from, to).parse().unwrap();
}

#[tokio::test]
async fn without_a_signature() {
    let said = "403 MissingAuthenticationTokenException: Missing Authentication Token";
    let unsigned = rejection_after(|request| {
        request.headers_mut().remove("authorization");
    });
    assert_eq!(unsigned.await, said);
    // A parameter of a presigned URL is not a signature yet.
    let request = Request::get("/dev?X-Amz-Date=20150830T123600Z");
    let answer = send(&gateway(), request.body(Full::default()).unwrap()).await;
    assert_eq!(answer.rejection(), said);
    assert_eq!(answer.headers["content-type"], "application/json");
}

#[tokio::test]
async fn with_an_authorization_that_is_not_made_of_pairs() {
    for authorization in [
        "Bearer secret-of-mine",
        "secret-of-mine",
        "AWS4-HMAC-SHA256 a",
    ] {
        assert_eq!(
            rejection_of(authorization).await,
            "403 IncompleteSignatureException: '***' not a valid key=value pair (missing \
             equal-sign) in Authorization header."
        );
    }
}

#[tokio::test]
async fn with_an_authorization_that_lacks_parameters() {
    assert_eq!(
        rejection_of("AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host").await,
        "403 IncompleteSignatureException: Authorization header requires 'Signature' parameter."
    );
    let nothing = rejection_after(|request| {
        request.headers_mut().remove("x-amz-date");
        set(request, "authorization", "AWS4-HMAC-SHA256 a=b");
    });
    assert_eq!(
        nothing.await,
        "403 IncompleteSignatureException: Authorization header requires 'Credential' parameter. \
         Authorization header requires 'Signature' parameter. Authorization header requires \
         'SignedHeaders' parameter. Authorization header requires existence of either a \
         'X-Amz-Date' or a 'Date' header."
    );
}

#[tokio::test]
async fn with_more_than_one_authorization() {
    let twice = rejection_after(|request| {
        let value = request.headers()["authorization"].clone();
        request.headers_mut().append("authorization", value);
    });
    assert_eq!(
        twice.await,
        "403 IncompleteSignatureException: Only one 'Authorization' header is allowed."
    );
    let both = rejection_after(|request| retarget(request, "/dev", "/dev?X-Amz-Signature=1"));
    assert_eq!(
        both.await,
        "400 BadRequestException: Only one auth mechanism allowed; only the X-Amz-Algorithm query \
         parameter, Signature query string parameter or the Authorization header should be \
         specified"
    );
}

#[tokio::test]
async fn with_another_algorithm() {
    assert_eq!(
        rejection_after(|request| replace(request, "HMAC-SHA256", "ECDSA-P256-SHA256")).await,
        "403 IncompleteSignatureException: Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."
    );
}

#[tokio::test]
async fn with_a_credential_of_too_few_parts() {
    assert_eq!(
        rejection_after(|request| replace(request, "/us-east-1", "")).await,
        "403 IncompleteSignatureException: Credential must have exactly 5 slash-delimited \
         elements, e.g. keyid/date/region/service/term, got \
         'AKIDEXAMPLE/20150830/execute-api/aws4_request'"
    );
}

#[tokio::test]
async fn with_a_date_that_is_none() {
    assert_eq!(
        rejection_after(|request| set(request, "x-amz-date", "Sun, 30 Aug 2015 12:36:00 GMT"))
            .await,
        "403 IncompleteSignatureException: Date must be in ISO-8601 'basic format'. Got 'Sun, 30 \
         Aug 2015 12:36:00 GMT'. See http://en.wikipedia.org/wiki/ISO_8601"
    );
}

#[tokio::test]
async fn with_a_host_that_is_not_signed() {
    assert_eq!(
        rejection_after(|request| replace(request, "host;", "")).await,
        "403 InvalidSignatureException: 'Host' or ':authority' must be a 'SignedHeader' in the \
         AWS Authorization."
    );
}

#[tokio::test]
async fn with_an_amz_header_that_is_not_signed() {
    assert_eq!(
        rejection_after(|request| set(request, "x-amz-meta-late", "1")).await,
        "403 InvalidSignatureException: 'x-amz-meta-late' must be a 'SignedHeader' in the AWS \
         Authorization."
    );
    // Load balancers write this one.
    let mut request = client().get("/dev");
    set(&mut request, "x-amzn-trace-id", "Root=1");
    assert_eq!(send(&gateway(), request).await.status, 200);
}

#[tokio::test]
async fn with_a_signed_header_that_did_not_arrive() {
    assert_eq!(
        rejection_after(|request| replace(request, "host;", "connection;host;")).await,
        "403 IncompleteSignatureException: 'connection' is named as a SignedHeader, but it does \
         not exist in the HTTP request"
    );
}

#[tokio::test]
async fn with_a_wrong_scope() {
    assert_eq!(
        rejection_to(|client| client.region = "eu-west-1".to_owned()).await,
        "403 InvalidSignatureException: Credential should be scoped to a valid region, not \
         'eu-west-1'."
    );
    assert_eq!(
        rejection_to(|client| client.service = "lambda".to_owned()).await,
        "403 InvalidSignatureException: Credential should be scoped to correct service: \
         'execute-api'."
    );
    assert_eq!(
        rejection_after(|request| replace(request, "aws4_request", "aws5_request")).await,
        "403 InvalidSignatureException: Credential should be scoped with a valid terminator: \
         'aws4_request', not 'aws5_request'."
    );
    assert_eq!(
        rejection_after(|request| replace(request, "/20150830/", "/20150829/")).await,
        "403 InvalidSignatureException: Date in Credential scope does not match YYYYMMDD from \
         ISO-8601 version of date from HTTP: '20150829' != '20150830', from '20150830T123600Z'."
    );
    assert_eq!(
        rejection_to(|client| {
            client.region = "eu-west-1".to_owned();
            client.service = "lambda".to_owned();
        })
        .await,
        "403 InvalidSignatureException: Credential should be scoped to a valid region, not \
         'eu-west-1'. Credential should be scoped to correct service: 'execute-api'."
    );
}

#[tokio::test]
async fn more_than_five_minutes_early_or_late() {
    const MINUTES_5: Duration = Duration::from_secs(300);
    const SECOND: Duration = Duration::from_secs(1);
    for time in [moment() - MINUTES_5, moment() + MINUTES_5] {
        let in_time = Client { time, ..client() };
        assert_eq!(send(&gateway(), in_time.get("/dev")).await.status, 200);
    }
    assert_eq!(
        rejection_to(|client| client.time = moment() - MINUTES_5 - SECOND).await,
        "403 InvalidSignatureException: Signature expired: 20150830T123059Z is now earlier than \
         20150830T123100Z (20150830T123600Z - 5 min.)"
    );
    assert_eq!(
        rejection_to(|client| client.time = moment() + MINUTES_5 + SECOND).await,
        "403 InvalidSignatureException: Signature not yet current: 20150830T124101Z is still \
         later than 20150830T124100Z (20150830T123600Z + 5 min.)"
    );
}

const INVALID_TOKEN: &str = "403 UnrecognizedClientException: The security token included in the \
     request is invalid.";

#[tokio::test]
async fn with_a_key_that_nobody_knows() {
    assert_eq!(
        rejection_to(|client| client.access_key_id = "AKIDOTHER".to_owned()).await,
        INVALID_TOKEN
    );
}

#[tokio::test]
async fn with_a_token_that_is_missing_wrong_or_not_expected() {
    let gateway = gateway_of(account().session_token(TOKEN));
    for presign in [None, Some(Duration::from_secs(60))] {
        for (token, is_right) in [
            (Some(TOKEN), true),
            (Some("IQoJb3JpZ2luX2VjEXAMPLE"), false),
            (None, false),
        ] {
            let token = token.map(str::to_owned);
            let client = Client {
                token,
                presign,
                ..client()
            };
            let answer = send(&gateway, client.get("/dev")).await;
            match is_right {
                true => assert_eq!(answer.status, 200, "{}", answer.rejection()),
                false => assert_eq!(answer.rejection(), INVALID_TOKEN),
            }
        }
    }
    assert_eq!(
        rejection_to(|client| client.token = Some(TOKEN.to_owned())).await,
        INVALID_TOKEN
    );
}

#[tokio::test]
async fn with_keys_that_have_expired() {
    let expiring = |seconds| {
        let gateway = gateway_of(account().expires_at(moment() + Duration::from_secs(seconds)));
        async move { send(&gateway, client().get("/dev")).await }
    };
    assert_eq!(expiring(1).await.status, 200);
    assert_eq!(
        expiring(0).await.rejection(),
        "403 ExpiredTokenException: The security token included in the request is expired"
    );
}

#[tokio::test]
async fn with_a_wrong_secret_the_canonical_string_is_shown() {
    let wrong = Client {
        secret: "wrong".to_owned(),
        ..client()
    };
    let request = Request::post("/dev/pets?b=2&a=1").header("content-type", "text/plain");
    let request = wrong.sign(request.body(Bytes::from("hello")).unwrap());
    let answer = send(&gateway(), request).await;
    assert_eq!(
        answer.rejection(),
        format!(
            "403 InvalidSignatureException: {MISMATCH}\n\n\
             The Canonical String for this request should have been\n'\
             POST\n/dev/pets\na=1&b=2\ncontent-type:text/plain\nhost:{HOST}\n\
             x-amz-date:20150830T123600Z\n\ncontent-type;host;x-amz-date\n\
             {HELLO_SHA256}'\n\n\
             The String-to-Sign should have been\n'\
             AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/execute-api/aws4_request\n\
             33956855bbd833c06324ad1ef2f77defa918584f378dfe0cd9670d8a90d85576'\n"
        )
    );
}

#[tokio::test]
async fn with_an_unsigned_payload() {
    let unsigned = Client {
        payload: Payload::Unsigned,
        ..client()
    };
    let request = unsigned.sign(Request::post("/dev").body(Bytes::from("hello")).unwrap());
    let said = send(&gateway(), request).await.rejection();
    assert!(said.contains(MISMATCH), "{said}");
    assert!(
        said.contains("\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n"),
        "{said}"
    );
    assert!(said.contains(&format!("\n{HELLO_SHA256}'\n")), "{said}");
}

#[tokio::test]
async fn with_a_content_sha256_that_is_not_the_bodys() {
    // The signature itself is over the right hash.
    let request = Request::post("/dev").header("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    let request = client().sign(request.body(Bytes::from("hello")).unwrap());
    assert_eq!(
        send(&gateway(), request).await.rejection(),
        "403 InvalidSignatureException: The provided 'x-amz-content-sha256' header does not match \
         what was computed."
    );
}

#[tokio::test]
async fn with_a_body_other_than_the_signed_one() {
    for payload in [Payload::Hashed, Payload::HashedAndSent] {
        let client = Client {
            payload,
            ..client()
        };
        let request = client.sign(Request::post("/dev").body(Bytes::from("hello")).unwrap());
        assert_eq!(send(&gateway(), request.clone()).await.status, 200);
        let altered = request.map(|_| Full::from("hallo"));
        let answer = send(&gateway(), altered).await;
        assert!(
            answer.message().starts_with(MISMATCH),
            "{}",
            answer.rejection()
        );
    }
}

#[tokio::test]
async fn with_a_body_over_ten_mebibytes() {
    let body = Bytes::from(vec![b'a'; Gateway::BODY_LIMIT + 1]);
    let request = Request::post("/dev").body(Full::from(body)).unwrap();
    assert_eq!(
        send(&gateway(), request).await.rejection(),
        "413 RequestTooLargeException: Request Too Long"
    );
}

#[tokio::test]
async fn with_headers_or_a_target_over_ten_kilobytes() {
    let said = "431 RequestTooLargeException: Request Header Fields Too Large";
    let long = "a".repeat(10_240);
    assert_eq!(
        rejection_after(|request| set(request, "cookie", &long)).await,
        said
    );
    // Encoded, this would be a query too long for aws-sigv4, which would panic.
    let target = format!("/dev?{}", "/".repeat(60_000));
    assert_eq!(
        rejection_after(|request| retarget(request, "/dev", &target)).await,
        said
    );
}

#[tokio::test]
async fn with_a_target_that_is_not_a_path() {
    for target in ["*", "example.com:443"] {
        let no_path = rejection_after(|request| *request.uri_mut() = target.parse().unwrap());
        assert_eq!(
            no_path.await,
            "400 BadRequestException: Bad Request: no path"
        );
    }
}

#[tokio::test]
async fn without_a_host_or_with_two() {
    let none = rejection_after(|request| {
        request.headers_mut().remove("host");
    });
    assert_eq!(
        none.await,
        "400 BadRequestException: Bad Request: no Host header"
    );
    let two = rejection_after(|request| {
        let other = HeaderValue::from_static("example.com");
        request.headers_mut().append("host", other);
    });
    assert_eq!(
        two.await,
        "400 BadRequestException: Bad Request: more than one Host header"
    );
}

#[tokio::test]
async fn with_a_host_other_than_the_signed_one() {
    let answer = rejection_after(|request| set(request, "host", "example.com")).await;
    assert!(
        answer.contains(MISMATCH) && answer.contains("\nhost:example.com\n"),
        "{answer}"
    );
    // On HTTP/2 the authority counts, and a Host header beside it does not.
    let mut request = client().get("/dev");
    *request.version_mut() = Version::HTTP_2;
    *request.uri_mut() = format!("https://{HOST}/dev").parse().unwrap();
    set(&mut request, "host", "example.com");
    assert_eq!(send(&gateway(), request).await.status, 200);
}

/// What the gateway says to a presigned URL that is right but for `change`.
async fn rejection_of_presigned(change: impl FnOnce(&mut Request<Full<Bytes>>)) -> String {
    let presign = Some(Duration::from_secs(90));
    let mut request = Client {
        presign,
        ..client()
    }
    .get("/dev?a=b");
    change(&mut request);
    send(&gateway(), request).await.rejection()
}

#[tokio::test]
async fn with_a_presigned_url_that_lacks_parameters_or_repeats_them() {
    let lacking = rejection_of_presigned(|request| {
        retarget(request, "X-Amz-Expires", "X-Amz-Other");
        retarget(request, "X-Amz-Date", "x-amz-date");
    });
    assert_eq!(
        lacking.await,
        "403 IncompleteSignatureException: AWS query-string parameters must include 'X-Amz-Date'. \
         AWS query-string parameters must include 'X-Amz-Expires'. Re-examine the query-string \
         parameters."
    );
    let repeating = rejection_of_presigned(|request| {
        retarget(request, "a=b", "X-Amz-Date=20150830T123600Z");
    });
    assert_eq!(
        repeating.await,
        "403 IncompleteSignatureException: AWS query-string parameters must not include \
         'X-Amz-Date' more than once. Re-examine the query-string parameters."
    );
}

#[tokio::test]
async fn with_a_presigned_url_for_no_time_or_for_more_than_a_week() {
    for seconds in ["0", "604801", "-1", "a"] {
        let said = rejection_of_presigned(|request| {
            retarget(
                request,
                "X-Amz-Expires=90",
                &format!("X-Amz-Expires={seconds}"),
            );
        });
        assert_eq!(
            said.await,
            format!(
                "403 IncompleteSignatureException: X-Amz-Expires must be a number of seconds \
                 between 1 and 604800, got '{seconds}'"
            )
        );
    }
}

#[tokio::test]
async fn with_a_presigned_url_past_its_time() {
    let after = |seconds, presign| async move {
        let presign = Some(Duration::from_secs(presign));
        let time = moment() - Duration::from_secs(seconds);
        send(
            &gateway(),
            Client {
                presign,
                time,
                ..client()
            }
            .get("/dev?a=b"),
        )
        .await
    };
    assert_eq!(after(90, 90).await.status, 200);
    assert_eq!(after(604_800, 604_800).await.status, 200);
    assert_eq!(
        after(91, 90).await.rejection(),
        "403 InvalidSignatureException: Signature expired: 20150830T123429Z is now earlier than \
         20150830T123430Z (20150830T123600Z - 90 sec.)"
    );
    assert_eq!(
        after(3601, 3600).await.rejection(),
        "403 InvalidSignatureException: Signature expired: 20150830T113559Z is now earlier than \
         20150830T113600Z (20150830T123600Z - 60 min.)"
    );
}

#[tokio::test]
async fn with_a_presigned_url_that_was_altered() {
    for (from, to) in [
        ("/dev", "/div"),
        ("a=b", "a=c"),
        ("Expires=90", "Expires=91"),
    ] {
        let said = rejection_of_presigned(|request| retarget(request, from, to)).await;
        assert!(said.contains(MISMATCH), "{said}");
    }
}

#[tokio::test]
async fn every_answer_is_dated_by_the_gateways_clock_and_has_a_request_id_of_its_own() {
    let mut ids = Vec::new();
    for request in [client().get("/dev"), Request::default()] {
        let answer = send(&gateway(), request).await;
        assert_eq!(answer.headers["date"], "Sun, 30 Aug 2015 12:36:00 GMT");
        ids.push(answer.headers["x-amzn-requestid"].clone());
    }
    assert_ne!(ids[0], ids[1]);
    assert_eq!(ids[0].len(), 36);
}

#[tokio::test]
async fn a_rejection_shows_no_more_than_its_first_line_to_debug_and_display() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let log = std::sync::Arc::clone(&seen);
    let gateway = gateway_of(account().session_token(TOKEN)).inspect(move |received| {
        let rejection = received.verification().unwrap_err();
        *log.lock().unwrap() = format!(
            "{received:?} {rejection:?} {rejection} {}",
            rejection.message()
        );
    });
    let token = Some(TOKEN.to_owned());
    let client = Client {
        secret: "wrong".to_owned(),
        token,
        ..client()
    };
    send(&gateway, client.get("/dev")).await;
    let seen = seen.lock().unwrap();
    // The message itself has it; nothing before that does.
    assert_eq!(seen.matches(TOKEN).count(), 1, "{seen}");
    assert_eq!(seen.matches("does not match").count(), 4, "{seen}");
}
