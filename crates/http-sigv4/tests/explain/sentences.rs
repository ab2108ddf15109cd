//! What is shown of the services' own sentences.

use crate::rejections;

#[test]
fn the_sentences_that_services_write_are_shown_but_for_what_they_repeat() {
    let mut redacted = Vec::new();
    for case in rejections::all() {
        let explanation = case.explain().unwrap();
        let texts = [explanation.code(), explanation.message()];
        let of_values = texts
            .into_iter()
            .flatten()
            .filter(|text| text.contains("byte"));
        redacted.extend(of_values.map(str::to_owned));
    }
    let expected = [
        // The hash of a bearer token.
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and \
         encoded with Base64): [47 bytes]",
        // No ARN, but a name that somebody gave.
        "User: arn:aws:iam::111122223333:user/u is not authorized to perform: neptune-db:connect on \
         resource: [2 bytes]",
        "no permissions for [35 bytes] and User [39 bytes] [49 bytes] [21 bytes]",
        // What a service read as a scope, an access key id or a part of `Authorization`.
        "Credential should be scoped to a valid region, not '[5 bytes]'.",
        "Error parsing the X-Amz-Credential parameter; incorrect date format \"[7 bytes]\". This date in \
         the credential must be in the format \"yyyyMMdd\".",
        "The authorization header is malformed; the region '[10 bytes]' is wrong; expecting 'us-east-1'",
        "Error parsing the [27 bytes] parameter; incorrect service. This endpoint belongs to \"s3\".",
        "X-Amz-Date must be in the ISO8601 Long Format \"[19 bytes]'\"",
        "The authorization header is malformed; incorrect terminal \"[10 bytes]\". This endpoint uses \
         \"aws4_request\".",
        "Authorization header malformed, unexpected scope: [34 bytes]",
        "Forbidden: No such key: [26 bytes]",
        "Forbidden: [6 bytes] does not support anonymous access yet",
        "The authorization header is malformed; incorrect terminal \"[12 bytes]\". This endpoint uses \
         \"aws4_request\".",
        "Error parsing the X-Amz-Credential parameter; incorrect date format \"[7 bytes]\". This date in \
         the credential must be in the format \"yyyyMMdd\".",
        "[29 bytes] does not support Anonymous requests!",
        "X-Amz-Date must be [8 bytes] via ISO8601 Long format",
        "Signed request requires setting up [9 bytes] S3 authentication",
        "The key '[25 bytes]' is not valid",
        "Authorization header is malformed; the authorization component [39 bytes] is malformed.",
    ];
    assert_eq!(redacted, expected);
}
