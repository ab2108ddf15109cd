//! What happens to requests between a signer and a service, one kind each.

use http_sigv4::explain::{Cause, Line};

use crate::{service::Seen, vectors::Vector};

/// A change: its name, the cause that an explanation has to give, and what it does to a request.
pub(crate) struct Change {
    pub(crate) name: &'static str,
    pub(crate) cause: Cause,
    change: fn(&Vector, &mut Seen) -> Option<Line>,
}

impl Change {
    /// What the service sees of a vector, and the line that differs; nothing if none does.
    pub(crate) fn try_on(&self, vector: &Vector) -> Option<(Seen, Option<Line>)> {
        let mut seen = Seen::unchanged(&vector.canonical_request, &vector.string_to_sign);
        if self.cause == Cause::WrongSecret {
            return Some((seen, None));
        }
        let line = self.apply(vector, &mut seen)?;
        Some((seen, Some(line)))
    }

    /// Changes a request, and names the line that differs then.
    pub(crate) fn apply(&self, vector: &Vector, seen: &mut Seen) -> Option<Line> {
        let before = seen.clone();
        let line = (self.change)(vector, seen)?;
        let differs = seen.canonical_request() != before.canonical_request()
            || seen.string_to_sign() != before.string_to_sign();
        differs.then_some(line)
    }
}

macro_rules! changes {
    ($($cause:ident $name:literal $change:expr;)*) => {
        /// Every kind of change.
        pub(crate) const ALL: &[Change] = &[$(Change {
            name: $name,
            cause: Cause::$cause,
            change: $change,
        }),*];
    };
}

changes! {
    PathEncodedAgain "a proxy encodes the path again" |_, seen| {
        seen.path = seen.path.replace('%', "%25");
        Some(Line::Path)
    };
    PathDecoded "a proxy decodes the path" |vector, seen| {
        // A `+` that it uncovers is another kind of change, for S3.
        let uncovers = |escape| vector.is_s3 && vector.wire_path.contains(escape);
        seen.path = received_path(vector, &decode(&vector.wire_path));
        (!uncovers("%2B")).then_some(Line::Path)
    };
    PathReencoded "a proxy decodes the plus of an object's key" |vector, seen| {
        (vector.is_s3 && seen.path.contains("%2B")).then_some(())?;
        seen.path = seen.path.replace("%2B", "%20");
        Some(Line::Path)
    };
    PathReencoded "a proxy writes the path's escapes in lower case" |vector, seen| {
        seen.path = received_path(vector, lower_escapes(&vector.wire_path).as_bytes());
        Some(Line::Path)
    };
    PathSlashes "a proxy doubles a slash" |_, seen| {
        seen.path = seen.path.replacen('/', "//", 1);
        Some(Line::Path)
    };
    PathSlashes "a proxy adds or drops the last slash" |_, seen| {
        (seen.path != "/").then_some(())?;
        match seen.path.strip_suffix('/') {
            Some(path) => seen.path = path.to_owned(),
            None => seen.path.push('/'),
        }
        Some(Line::Path)
    };
    PathDotSegments "the service keeps a dot segment" |_, seen| {
        seen.path.insert_str(0, "/.");
        Some(Line::Path)
    };
    PathDotSegments "a proxy resolves the dot segments of an object's key" |_, seen| {
        seen.path = seen.path.replace("/./", "/");
        Some(Line::Path)
    };
    PathPrefix "the stage is taken off" |_, seen| {
        let (_, rest) = seen.path[1..].split_once('/')?;
        seen.path = format!("/{rest}");
        Some(Line::Path)
    };
    PathPrefix "a base path is put in front" |_, seen| {
        seen.path.insert_str(0, "/base/v1");
        Some(Line::Path)
    };
    PathChanged "a proxy sends the request elsewhere" |_, seen| {
        seen.path.push('x');
        (seen.path != "/x").then_some(Line::Path)
    };
    QueryPlus "one side reads the plus as a space" |_, seen| {
        seen.query = match seen.query.contains("%20") {
            true => seen.query.replace("%20", "%2B"),
            false => seen.query.replace("%2B", "%20"),
        };
        Some(Line::Query)
    };
    QueryOrder "the service sorts otherwise" |_, seen| {
        let mut pairs: Vec<_> = seen.query.split('&').collect();
        pairs.reverse();
        seen.query = pairs.join("&");
        Some(Line::Query)
    };
    QueryMissingEquals "the service leaves a bare name bare" |_, seen| {
        let pairs = seen.query.split('&');
        let bare: Vec<_> = pairs.map(|pair| pair.strip_suffix('=').unwrap_or(pair)).collect();
        seen.query = bare.join("&");
        Some(Line::Query)
    };
    QueryReencoded "a proxy encodes the query again" |_, seen| {
        seen.query = seen.query.replace('%', "%25");
        Some(Line::Query)
    };
    QueryReencoded "the service leaves reserved characters raw" |_, seen| {
        for (escape, raw) in [("%2F", "/"), ("%3A", ":"), ("%3D", "="), ("%3B", ";"), ("%40", "@")] {
            seen.query = seen.query.replace(escape, raw);
        }
        Some(Line::Query)
    };
    QueryParameter "a proxy adds a parameter" |_, seen| {
        seen.query = match &*seen.query {
            "" => "utm=1".to_owned(),
            query => format!("{query}&utm=1"),
        };
        Some(Line::Query)
    };
    QueryParameter "a proxy removes a parameter" |_, seen| {
        let rest = seen.query.split_once('&').map(|(_, rest)| rest.to_owned());
        seen.query = rest.unwrap_or_default();
        Some(Line::Query)
    };
    QueryParameter "a proxy changes a parameter" |_, seen| {
        (!seen.query.is_empty()).then(|| seen.query.push('x'))?;
        Some(Line::Query)
    };
    MethodChanged "a redirect turns the request into a GET" |_, seen| {
        seen.method = match &*seen.method {
            "GET" => "HEAD".to_owned(),
            _ => "GET".to_owned(),
        };
        Some(Line::Method)
    };
    HostPort "a proxy adds or drops the port" |_, seen| {
        let host = seen.header("host")?;
        match host.rsplit_once(':') {
            Some((name, _)) => *host = name.to_owned(),
            None => host.push_str(":8443"),
        }
        Some(header("host"))
    };
    HostCase "a proxy writes the host in upper case" |_, seen| {
        let host = seen.header("host")?;
        *host = host.to_ascii_uppercase();
        Some(header("host"))
    };
    HostChanged "a proxy sends its own host" |_, seen| {
        *seen.header("host")? = "internal.example".to_owned();
        Some(header("host"))
    };
    HeaderChanged "a proxy adds to a header" |_, seen| {
        let (name, value) = callers_header(seen)?;
        value.push_str("; charset=utf-8");
        Some(header(name))
    };
    HeaderSpacing "a proxy joins a header with spaces" |_, seen| {
        let (name, value) = callers_header(seen)?;
        *value = match value.contains(", ") {
            true => value.replace(", ", ","),
            false => value.replace(',', ", ").replace(' ', "  "),
        };
        Some(header(name))
    };
    HeaderMissing "a proxy removes a header, and the service leaves its line out" |_, seen| {
        let name = callers_header(seen)?.0.clone();
        seen.headers.retain(|(other, _)| *other != name);
        Some(header(&name))
    };
    HeaderMissing "a proxy removes a header, and the service takes it as empty" |_, seen| {
        let (name, value) = callers_header(seen)?;
        value.clear();
        Some(header(name))
    };
    SignedHeaders "another signer signs other headers" |_, seen| {
        seen.headers.insert(0, ("accept".to_owned(), "*/*".to_owned()));
        seen.signed_headers.insert_str(0, "accept;");
        Some(Line::SignedHeaders)
    };
    SignedAgain "another signer signs a second later" |_, seen| {
        let date = "20150830T123601Z";
        *seen.header("x-amz-date")? = date.to_owned();
        seen.date = date.to_owned();
        Some(header("x-amz-date"))
    };
    SessionTokenChanged "a proxy puts its own token in" |_, seen| {
        *seen.header("x-amz-security-token")? = "FwoGZXIvYXdzEXAMPLE".repeat(20);
        Some(header("x-amz-security-token"))
    };
    BodyLost "a retry sends no body" |_, seen| {
        replace_hash(seen, |_| true, EMPTY)
    };
    BodyAdded "a body comes from somewhere" |_, seen| {
        replace_hash(seen, |hash| hash == EMPTY, OTHER)
    };
    BodyChanged "a layer below compresses the body" |_, seen| {
        replace_hash(seen, |hash| hash != EMPTY, OTHER)
    };
    PayloadMode "one side takes the body as unsigned" |_, seen| {
        seen.payload = match &*seen.payload {
            "UNSIGNED-PAYLOAD" => OTHER.to_owned(),
            _ => "UNSIGNED-PAYLOAD".to_owned(),
        };
        Some(Line::Payload)
    };
    ScopeDate "the key is of another day" |_, seen| {
        seen.scope[0] = "20150831".to_owned();
        Some(Line::StringToSign)
    };
    ScopeRegion "the endpoint is in another region" |_, seen| {
        seen.scope[1] = "ap-northeast-1".to_owned();
        Some(Line::StringToSign)
    };
    ScopeService "the service has another name" |_, seen| {
        seen.scope[2] = "another-api".to_owned();
        Some(Line::StringToSign)
    };
    StringToSign "the service reads another algorithm" |_, seen| {
        seen.algorithm = "AWS4-ECDSA-P256-SHA256".to_owned();
        Some(Line::StringToSign)
    };
    WrongSecret "nothing is changed, and the secret is another" |_, _| None;
}

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const OTHER: &str = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

fn header(name: &str) -> Line {
    Line::Header(name.to_owned())
}

/// A header that the caller set and that is signed.
fn callers_header(seen: &mut Seen) -> Option<(&String, &mut String)> {
    const OWN: [&str; 4] = [
        "host",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-content-sha256",
    ];
    let found = seen
        .headers
        .iter_mut()
        .find(|(name, _)| !OWN.contains(&name.as_str()));
    found.map(|(name, value)| (&*name, value))
}

/// Where `x-amz-content-sha256` is sent, the service takes the hash from there and compares it with the
/// body by itself.
fn replace_hash(seen: &mut Seen, fits: fn(&str) -> bool, hash: &str) -> Option<Line> {
    let is_sent = seen.header("x-amz-content-sha256").is_some();
    (!is_sent && fits(&seen.payload)).then(|| seen.payload = hash.to_owned())?;
    Some(Line::Payload)
}

/// The canonical path of what reaches the service: encoded as it came, or by S3's rule decoded first.
fn received_path(vector: &Vector, wire: &[u8]) -> String {
    let text = String::from_utf8_lossy(wire);
    let decoded = match vector.is_s3 {
        true => decode(&text.replace('+', " ")),
        false => wire.to_vec(),
    };
    let encoded: String = decoded
        .iter()
        .map(|&byte| match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    match vector.is_s3 {
        true => encoded,
        // None of the vectors that are decoded here has more than these to normalise.
        false => encoded.replace("/./a/../", "/").replace("//", "/"),
    }
}

fn decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let escape = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match escape.and_then(|escape| u8::from_str_radix(escape, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    decoded
}

fn lower_escapes(path: &str) -> String {
    let mut parts = path.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |path, part| {
        let (escape, rest) = part.split_at(part.len().min(2));
        format!("{path}%{}{rest}", escape.to_ascii_lowercase())
    })
}
