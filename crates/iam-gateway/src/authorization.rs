//! What a request says of its own signature, in its `Authorization` header or in its query.

use http::{HeaderMap, header::AUTHORIZATION};

use crate::{
    Rejection,
    date::Timestamp,
    encoding::{decode_pair, pairs},
    header_values::values,
};

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
pub(crate) const X_AMZ_SIGNATURE: &str = "X-Amz-Signature";
const X_AMZ_ALGORITHM: &str = "X-Amz-Algorithm";
const X_AMZ_SECURITY_TOKEN: &str = "X-Amz-Security-Token";
const REQUIRED: [&str; 6] = [
    X_AMZ_ALGORITHM,
    "X-Amz-Credential",
    X_AMZ_SIGNATURE,
    "X-Amz-SignedHeaders",
    "X-Amz-Date",
    "X-Amz-Expires",
];

/// Whether a parameter of a query belongs to a presigned URL's signature.
pub(crate) fn is_presigned_parameter(name: &[u8]) -> bool {
    let mut known = REQUIRED.iter().chain([&X_AMZ_SECURITY_TOKEN]);
    known.any(|known| known.as_bytes() == name)
}

/// A signature and what it claims to be.
pub(crate) struct Authorization {
    pub(crate) access_key_id: String,
    pub(crate) scope: Scope,
    /// In lower case, sorted, each once.
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signature: String,
    pub(crate) time: Timestamp,
    pub(crate) session_token: Option<Vec<u8>>,
    /// For how many seconds a presigned URL is good.
    pub(crate) expires: Option<u64>,
}

/// A credential scope as the request gives it.
pub(crate) struct Scope {
    pub(crate) day: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) terminator: String,
}

impl Authorization {
    /// Reads the `Authorization` header, or else the parameters of a presigned URL.
    pub(crate) fn read(headers: &HeaderMap, query: &str) -> Result<Self, Rejection> {
        let query = Parameters::of_query(query);
        let is_presigned = [X_AMZ_SIGNATURE, X_AMZ_ALGORITHM]
            .into_iter()
            .any(|name| query.get(name).is_some());
        let mut authorizations = headers.get_all(AUTHORIZATION).iter();
        match (authorizations.next(), authorizations.next()) {
            (None, _) if is_presigned => Self::from_query(&query),
            (None, _) => Err(Rejection::missing_authentication()),
            (Some(_), Some(_)) => Err(Rejection::incomplete_signature(
                "Only one 'Authorization' header is allowed.",
            )),
            (Some(_), None) if is_presigned => Err(Rejection::bad_request(
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, \
                 Signature query string parameter or the Authorization header should be specified",
            )),
            (Some(value), None) => {
                Self::from_header(&String::from_utf8_lossy(value.as_bytes()), headers)
            }
        }
    }

    fn from_header(value: &str, headers: &HeaderMap) -> Result<Self, Rejection> {
        let value = value.trim_ascii();
        let (algorithm, rest) = value
            .split_once(|c: char| c.is_ascii_whitespace())
            .unwrap_or(("", value));
        let mut parameters = Vec::new();
        for pair in rest.split([' ', '\t', ',']).filter(|pair| !pair.is_empty()) {
            // What stands there may be a bearer token, so it is not repeated.
            let (name, value) = pair.split_once('=').ok_or_else(|| {
                Rejection::incomplete_signature(
                    "'***' not a valid key=value pair (missing equal-sign) in Authorization header.",
                )
            })?;
            parameters.push((name.to_owned(), value.to_owned()));
        }
        let parameters = Parameters(parameters);
        let date = joined(headers, "x-amz-date");
        let mut missing: Vec<String> = ["Credential", "Signature", "SignedHeaders"]
            .into_iter()
            .filter(|name| parameters.get(name).is_none_or(str::is_empty))
            .map(|name| format!("Authorization header requires '{name}' parameter."))
            .collect();
        if date.is_none() {
            missing.push(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' \
                 header."
                    .to_owned(),
            );
        }
        if !missing.is_empty() {
            return Err(Rejection::incomplete_signature(missing.join(" ")));
        }
        check_algorithm(algorithm)?;
        let (access_key_id, scope) = read_credential(parameters.text("Credential"))?;
        Ok(Self {
            access_key_id,
            scope,
            signed_headers: read_signed_headers(parameters.text("SignedHeaders")),
            signature: parameters.text("Signature").to_owned(),
            time: read_date(&String::from_utf8_lossy(&date.unwrap_or_default()))?,
            session_token: joined(headers, "x-amz-security-token"),
            expires: None,
        })
    }

    fn from_query(parameters: &Parameters) -> Result<Self, Rejection> {
        let mut wrong: Vec<String> = REQUIRED
            .into_iter()
            .filter(|name| parameters.get(name).is_none_or(str::is_empty))
            .map(|name| format!("AWS query-string parameters must include '{name}'."))
            .collect();
        wrong.extend(parameters.repeated().map(|name| {
            format!("AWS query-string parameters must not include '{name}' more than once.")
        }));
        if !wrong.is_empty() {
            wrong.push("Re-examine the query-string parameters.".to_owned());
            return Err(Rejection::incomplete_signature(wrong.join(" ")));
        }
        check_algorithm(parameters.text(X_AMZ_ALGORITHM))?;
        let (access_key_id, scope) = read_credential(parameters.text("X-Amz-Credential"))?;
        Ok(Self {
            access_key_id,
            scope,
            signed_headers: read_signed_headers(parameters.text("X-Amz-SignedHeaders")),
            signature: parameters.text(X_AMZ_SIGNATURE).to_owned(),
            time: read_date(parameters.text("X-Amz-Date"))?,
            session_token: parameters
                .get(X_AMZ_SECURITY_TOKEN)
                .map(|token| token.as_bytes().to_vec()),
            expires: Some(read_expires(parameters.text("X-Amz-Expires"))?),
        })
    }
}

/// Named values. The first of a name counts.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Those parameters of a query that would belong to a presigned URL.
    fn of_query(query: &str) -> Self {
        let parameters = pairs(query)
            .map(decode_pair)
            .filter(|(name, _)| is_presigned_parameter(name));
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self(
            parameters
                .map(|(name, value)| (text(name), text(value)))
                .collect(),
        )
    }

    /// The names that stand there once more.
    fn repeated(&self) -> impl Iterator<Item = &str> {
        let is_repeated = |(at, (name, _)): &(usize, &(String, String))| {
            self.0[..*at].iter().any(|(earlier, _)| earlier == name)
        };
        let all = self.0.iter().enumerate();
        all.filter(is_repeated).map(|(_, (name, _))| name.as_str())
    }

    fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    /// The value of a parameter that is known to be there.
    fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }
}

/// Every value of a header, joined as a canonical request joins them.
fn joined(headers: &HeaderMap, name: &str) -> Option<Vec<u8>> {
    let values = values(headers, name);
    (!values.is_empty()).then(|| values.join(&b','))
}

fn check_algorithm(algorithm: &str) -> Result<(), Rejection> {
    match algorithm {
        ALGORITHM => Ok(()),
        other => Err(Rejection::incomplete_signature(format!(
            "Unsupported AWS 'algorithm': '{other}'."
        ))),
    }
}

fn read_credential(credential: &str) -> Result<(String, Scope), Rejection> {
    let parts: Vec<&str> = credential.split('/').collect();
    let [access_key_id, day, region, service, terminator] = parts[..] else {
        return Err(Rejection::incomplete_signature(format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. \
             keyid/date/region/service/term, got '{credential}'"
        )));
    };
    let scope = Scope {
        day: day.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
        terminator: terminator.to_owned(),
    };
    Ok((access_key_id.to_owned(), scope))
}

fn read_signed_headers(list: &str) -> Vec<String> {
    let mut names: Vec<String> = list
        .split(';')
        .filter(|name| !name.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn read_date(text: &str) -> Result<Timestamp, Rejection> {
    Timestamp::parse(text).ok_or_else(|| {
        Rejection::incomplete_signature(format!(
            "Date must be in ISO-8601 'basic format'. Got '{text}'. See \
             http://en.wikipedia.org/wiki/ISO_8601"
        ))
    })
}

fn read_expires(text: &str) -> Result<u64, Rejection> {
    const WEEK: u64 = 604_800;
    match text.parse() {
        Ok(seconds @ 1..=WEEK) => Ok(seconds),
        _ => Err(Rejection::incomplete_signature(format!(
            "X-Amz-Expires must be a number of seconds between 1 and {WEEK}, got '{text}'"
        ))),
    }
}
