//! Two canonical requests, line by line.

use std::collections::HashMap;

use super::{
    Cause, Difference, Line, canonical::Lines, headers, path, query, redact::Redactor, scope::Scope,
};

/// The lines that differ between two canonical requests, the telling one first.
pub(super) fn canonical_requests(
    signed: &Lines<'_>,
    received: &Lines<'_>,
    redactor: &Redactor<'_>,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut differs = |line, cause, values: (Option<&str>, Option<&str>)| {
        differences.push(Difference::new(line, cause, values, redactor));
    };

    if signed.method != received.method {
        let values = (Some(signed.method), Some(received.method));
        differs(Line::Method, Cause::MethodChanged, values);
    }
    if signed.path != received.path {
        let cause = path::cause(signed.path, received.path);
        differs(Line::Path, cause, (Some(signed.path), Some(received.path)));
    }
    if signed.query != received.query {
        let cause = query::cause(signed.query, received.query);
        let values = (Some(signed.query), Some(received.query));
        differs(Line::Query, cause, values);
    }
    header_lines(signed, received, &mut differs);
    if signed.signed_headers != received.signed_headers {
        let values = (Some(signed.signed_headers), Some(received.signed_headers));
        differs(Line::SignedHeaders, Cause::SignedHeaders, values);
    }
    if signed.payload != received.payload {
        let cause = headers::payload(signed.payload, received.payload);
        let values = (Some(signed.payload), Some(received.payload));
        differs(Line::Payload, cause, values);
    }

    differences.sort_by_key(|difference| match (difference.cause(), difference.line()) {
        // Another signature explains everything else.
        (Cause::SignedAgain, _) => 0,
        (_, Line::SignedHeaders) => 1,
        (_, Line::Method | Line::Path | Line::Query) => 2,
        (_, Line::Header(name)) if name == "host" => 3,
        _ => 4,
    });
    differences.truncate(MOST_SHOWN);
    differences
}

/// Enough for one screen.
const MOST_SHOWN: usize = 6;

fn header_lines(
    signed: &Lines<'_>,
    received: &Lines<'_>,
    differs: &mut impl FnMut(Line, Cause, (Option<&str>, Option<&str>)),
) {
    let theirs: HashMap<&str, &str> = received.headers.iter().copied().collect();
    let ours: HashMap<&str, &str> = signed.headers.iter().copied().collect();
    // Where the lists differ, they say all of a line that one side lacks.
    let same_list = signed.signed_headers == received.signed_headers;
    for &(name, value) in &signed.headers {
        let line = Line::Header(name.to_owned());
        match theirs.get(name) {
            Some(other) if *other == value => {}
            Some(other) => {
                let cause = headers::cause(name, value, other);
                differs(line, cause, (Some(value), Some(other)));
            }
            None if same_list => differs(line, Cause::HeaderMissing, (Some(value), None)),
            None => {}
        }
    }
    for &(name, value) in &received.headers {
        if same_list && !ours.contains_key(name) {
            let line = Line::Header(name.to_owned());
            differs(line, Cause::HeaderNotSigned, (None, Some(value)));
        }
    }
}

/// What differs between two strings to sign that were made from one canonical request.
pub(super) fn strings_to_sign(
    signed: &str,
    received: &str,
    redactor: &Redactor<'_>,
) -> Option<Difference> {
    if signed == received {
        return None;
    }
    let mut lines = signed.lines().zip(received.lines());
    let (ours, theirs) = lines.find(|(a, b)| a != b).unwrap_or((signed, received));
    let cause = match (Scope::parse(ours), Scope::parse(theirs)) {
        (Some(ours), Some(theirs)) if ours.day != theirs.day => Cause::ScopeDate,
        (Some(ours), Some(theirs)) if ours.region != theirs.region => Cause::ScopeRegion,
        (Some(ours), Some(theirs)) if ours.service != theirs.service => Cause::ScopeService,
        _ => Cause::StringToSign,
    };
    let values = (Some(ours), Some(theirs));
    Some(Difference::new(Line::StringToSign, cause, values, redactor))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: &str = "POST\n/dev/a\nk=v\ncontent-type:a/b\nhost:h\nx-amz-date:20150830T123600Z\n\n\
                          content-type;host;x-amz-date\nab12";

    fn causes(received: &str) -> Vec<(String, Cause)> {
        let signed = Lines::parse(SIGNED).unwrap();
        let received = Lines::parse(received).unwrap();
        canonical_requests(&signed, &received, &Redactor::default())
            .into_iter()
            .map(|difference| (difference.line().to_string(), difference.cause()))
            .collect()
    }

    #[test]
    fn equal_requests_have_no_differences() {
        assert_eq!(causes(SIGNED), []);
    }

    #[test]
    fn every_line_that_differs_is_named_once() {
        let received = SIGNED
            .replace("POST", "PUT")
            .replace("/dev/a", "/a")
            .replace("k=v", "k=w")
            .replace("host:h", "host:h:443")
            .replace("a/b", "a/c")
            .replace("ab12", "cd34");
        let expected = [
            ("method", Cause::MethodChanged),
            ("path", Cause::PathPrefix),
            ("query", Cause::QueryParameter),
            ("header host", Cause::HostPort),
            ("header content-type", Cause::HeaderChanged),
            ("payload hash", Cause::BodyChanged),
        ];
        let expected = expected.map(|(line, cause)| (line.to_owned(), cause));
        assert_eq!(causes(&received), expected);
    }

    #[test]
    fn another_list_of_headers_comes_first_and_stands_for_their_lines() {
        let received = SIGNED
            .replace("content-type;host", "accept;host")
            .replace("content-type:a/b", "accept:*/*");
        assert_eq!(
            causes(&received),
            [("signed headers".to_owned(), Cause::SignedHeaders)]
        );
    }

    #[test]
    fn a_header_line_of_one_side_only_is_missing_or_not_signed() {
        let without = SIGNED.replace("content-type:a/b\n", "");
        let expected = ("header content-type".to_owned(), Cause::HeaderMissing);
        assert_eq!(causes(&without), [expected]);
        let with = SIGNED.replace("\n\ncontent", "\nx-amz-x:1\n\ncontent");
        let expected = ("header x-amz-x".to_owned(), Cause::HeaderNotSigned);
        assert_eq!(causes(&with), [expected]);
    }

    #[test]
    fn each_part_of_a_credential_scope_has_its_name() {
        let signed = "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/es/aws4_request\nab";
        for (from, to, expected) in [
            ("20150830/", "20150831/", Cause::ScopeDate),
            ("us-east-1", "us-east-2", Cause::ScopeRegion),
            ("/es/", "/aoss/", Cause::ScopeService),
            ("HMAC", "ECDSA", Cause::StringToSign),
            ("\nab", "\ncd", Cause::StringToSign),
            ("\nab", "", Cause::StringToSign),
        ] {
            let received = signed.replace(from, to);
            let difference = strings_to_sign(signed, &received, &Redactor::default());
            assert_eq!(difference.unwrap().cause(), expected, "{to}");
        }
        assert!(strings_to_sign(signed, signed, &Redactor::default()).is_none());
    }
}
