//! The words of which services make their sentences and their codes.

use std::{collections::HashSet, sync::LazyLock};

/// Whether a word is one of theirs, or several in one, as in `InvokeFunctionUrl`.
pub(super) fn is_plain(word: &str) -> bool {
    is_known(word)
        || (is_compound(word) && humps(word).all(|hump| hump.len() > 1 && is_known(hump)))
}

fn is_known(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.is_empty() || SET.contains(&*word)
}

/// Several words in one begin with a capital each, and no secret is all letters and so short.
fn is_compound(word: &str) -> bool {
    word.len() <= 48 && word.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// `IncompleteSignature` in two. Capitals in a row are one, as in `FunctionURL`.
fn humps(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let is_upper = |byte: &u8| byte.is_ascii_uppercase();
        let bytes = rest.as_bytes();
        let capitals = bytes.iter().take_while(|byte| is_upper(byte)).count();
        let small = bytes[capitals..].iter().take_while(|byte| !is_upper(byte));
        let end = match (capitals, small.count()) {
            (0, small) => small,
            // The last of several capitals begins a word: `HTTPHeader`.
            (capitals, small) if capitals > 1 && small > 0 => capitals - 1,
            (capitals, small) => capitals + small,
        };
        let (hump, tail) = rest.split_at(end);
        rest = tail;
        (!hump.is_empty()).then_some(hump)
    })
}

static SET: LazyLock<HashSet<&str>> = LazyLock::new(|| WORDS.split(' ').collect());

/// Those of the rejections that this crate's suite has, and of the like.
const WORDS: &str = "\
    256 604800 8601 a able about above absent absolute accept accepted access account accounts \
    action actions active actual add added address addressed administrator after again against \
    age aggregate akid algorithm all allow allowed allows already also amazon amz an and \
    anonymous another any anything aoss api apis app application applies apply appsync are \
    argument arguments arn as at attached attempt attempting attribute attributes auth \
    authenticate authenticated authentication authority authorization authorize authorized \
    authorizer authorizing available aws aws4 bad base64 based basic be bearer because been \
    before being belongs between body both boundary bucket but by cache calculated call called \
    caller calls can cannot canonical case certificate chain change changed character characters \
    check checked checksum chunk chunked chunks client clock cloudfront code cognito collection \
    com comma complete completing component components computed condition conditions \
    configuration configured connect connection consult contact contain contained contains \
    content contents contentsha256mismatch control coral correct could crc32 create created \
    credential credentials current currently data date day days dd deactivated default \
    definition delete deleted delimited denied denies deny describe description details did \
    difference different digest disabled distribution do document documentation does doesn \
    domain don down due duplicate during dynamodb e each earlier early ec2 ecdsa eg either eks \
    element elements else email empty enable enabled encoded encoding encrypt end endpoint \
    ensure equal equals error errors es exactly example exceed exceeded except exception execute \
    exist existence existing exists expect expected expecting expiration expire expired expires \
    explicit explicitly extra fail failed failure far federated field fields file files find \
    first followed following follows for forbidden form format formed found from function future \
    g gateway generated get given go got granted group groups guardrail had has hash hashed have \
    header headers here hhmmss hmac host hour hours how http https iam id identifier identities \
    identity if in inactive include included includes incoming incomplete incorrect indicates \
    information input instead internal into invalid invoke invokefunctionurl iot is isn iso \
    iso8601 issue issued issuer issues it item items its json jwt key keyid keys kind kinesis \
    kms known lambda large last late later lattice least length less level like limit list local \
    location lock locked log logged long longer look make mal malformed mandatory many match \
    matched matches matching maximum may md5 mechanism message messages method mfa millisecond \
    min minimum minute minutes mismatch mismatched missing mm mode more most multi multiple must \
    name named names negative negotiate neither neptune network new newline no non none nonempty \
    nor not nothing now null number object objects occurred of off old on once one only open \
    openid opensearch operation operations opt or order organization origin other otherwise our \
    out outside own owner owns p256 pair parameter parameters parse parsing part parties parts \
    passed password passwords path payload pdt per perform period permanent permission \
    permissions permitted plain playing please plus policies policy port possible post pre \
    preflight present presented presign presigned prevents previous principal private problem \
    process processed produce profile prohibited properly protected protocol provide provided \
    provider proxy public put query querystring quota range rate read reason received recognized \
    record records redirect reduce refresh refreshed regenerate region regional regions \
    regionset registered reject rejected related remove removed renew renewed replaced request \
    requested requester requesting requests require required requirement requires reset resource \
    resources response restricted restrictions result retry return returned returns revoked \
    rfc1123 rfc1123z right role root route rule s s3 same saml scheme scope scoped scp seconds \
    secret secrets secure secured security see send sent separated server serverless servers \
    service services session set setting sha sha1 sha256 shared short should sign signature \
    signatures signed signer signing sigv2 sigv4 sigv4a skew skewed slash slashes slow sns so \
    some space specified specify spelling sqs ssl ssm stage standard start starts state status \
    still store stored streaming string strings sts subject subscription successful successfully \
    such support supported supports sure suspended svcs sync synchronize system take taken \
    tampered target term terminal than that the their them then there these they this those \
    three throttled through time times timestamp tls to together token tokens too trailer \
    trailing tried troubleshooting trust trusted try type types unable unauthenticated \
    unauthorized undefined unexpected unknown unrecognized unsigned unsupported until up update \
    url urls us use used user users uses using utc v2 v4 valid validate validated validation \
    value values verification verified verify version versions via view virtual vpc was way we \
    week well were what when where whether which while who whose will with within without would \
    wrong xamzcontentsha256mismatch xml year yet you your yyyy yyyymmdd yyyymmddthhmmssz zero";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_alone_and_in_compounds() {
        for word in [
            "signature",
            "Signature",
            "InvokeFunctionUrl",
            "HTTPHeader",
            "FunctionURL",
            "AWS4",
            "",
        ] {
            assert!(is_plain(word), "{word}");
        }
        for word in [
            "hush",
            "SignatureHush",
            // What somebody may have chosen as a value.
            "admin",
            "false",
            "test",
            "true",
            "TestTrue",
            "aBsOf",
            "signature1",
            "Signature4711",
        ] {
            assert!(!is_plain(word), "{word}");
        }
    }

    #[test]
    fn every_word_stands_once_and_in_order() {
        let words: Vec<_> = WORDS.split(' ').collect();
        assert!(words.is_sorted_by(|a, b| a < b));
        assert!(
            words
                .iter()
                .all(|word| word.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        );
    }
}
