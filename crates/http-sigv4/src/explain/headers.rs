//! What happened to a header, or to the payload hash, on its way.

use super::Cause;

/// Names what makes two values of a header out of one.
pub(super) fn cause(name: &str, signed: &str, received: &str) -> Cause {
    match name {
        // An absent header is an empty one to some services.
        _ if received.is_empty() => Cause::HeaderMissing,
        "host" => host(signed, received),
        // Only a signer writes these.
        "x-amz-date" => Cause::SignedAgain,
        "x-amz-security-token" => Cause::SessionTokenChanged,
        "x-amz-content-sha256" => payload(signed, received),
        _ if without_spaces(signed).eq(without_spaces(received)) => Cause::HeaderSpacing,
        _ => Cause::HeaderChanged,
    }
}

/// Names what makes two payload hashes out of one body.
pub(super) fn payload(signed: &str, received: &str) -> Cause {
    let is_marker = |payload: &str| payload.contains('-');
    match (signed, received) {
        _ if is_marker(signed) || is_marker(received) => Cause::PayloadMode,
        (_, EMPTY) => Cause::BodyLost,
        (EMPTY, _) => Cause::BodyAdded,
        _ => Cause::BodyChanged,
    }
}

/// SHA-256 of nothing.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn host(signed: &str, received: &str) -> Cause {
    if signed.eq_ignore_ascii_case(received) {
        Cause::HostCase
    } else if without_port(signed).eq_ignore_ascii_case(without_port(received)) {
        Cause::HostPort
    } else {
        Cause::HostChanged
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    }
}

fn without_spaces(value: &str) -> impl Iterator<Item = u8> {
    value.bytes().filter(|byte| !matches!(byte, b' ' | b'\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_of_a_header_has_its_name() {
        use Cause::*;
        for (name, signed, received, expected) in [
            ("host", "h.example", "H.Example", HostCase),
            ("host", "h.example", "h.example:443", HostPort),
            ("host", "h.example:8182", "H.example", HostPort),
            ("host", "[::1]:8080", "[::1]", HostPort),
            ("host", "[::1]", "[::2]", HostChanged),
            ("host", "h.example", "internal", HostChanged),
            ("host", "h.example", "", HeaderMissing),
            ("content-type", "a/b", "a/b; charset=utf-8", HeaderChanged),
            ("x-amz-meta-a", "z,a", "z, a", HeaderSpacing),
            ("x-amz-meta-a", "a", "", HeaderMissing),
            (
                "x-amz-date",
                "20150830T123600Z",
                "20150830T123601Z",
                SignedAgain,
            ),
            ("x-amz-security-token", "a", "b", SessionTokenChanged),
            ("x-amz-content-sha256", "ab", EMPTY, BodyLost),
        ] {
            assert_eq!(cause(name, signed, received), expected, "{name} {received}");
        }
    }

    #[test]
    fn each_change_of_the_payload_has_its_name() {
        use Cause::*;
        for (signed, received, expected) in [
            ("ab", EMPTY, BodyLost),
            (EMPTY, "ab", BodyAdded),
            ("ab", "cd", BodyChanged),
            ("UNSIGNED-PAYLOAD", "ab", PayloadMode),
            ("ab", "UNSIGNED-PAYLOAD", PayloadMode),
            ("UNSIGNED-PAYLOAD", EMPTY, PayloadMode),
            (
                "UNSIGNED-PAYLOAD",
                "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                PayloadMode,
            ),
        ] {
            assert_eq!(payload(signed, received), expected, "{signed} {received}");
        }
        assert_eq!(EMPTY, crate::Payload::EMPTY.to_string());
    }
}
