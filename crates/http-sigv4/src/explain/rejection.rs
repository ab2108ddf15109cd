//! A rejection as a whole: what its head says and what its body says.

use http::{HeaderMap, StatusCode, header::DATE, response::Parts};

use super::{
    clock::{Moments, moment, moments_in},
    parse::Fields,
};
use crate::{ErrorCode, ErrorKind};

/// Where S3 tells in which region a bucket is.
pub(super) const BUCKET_REGION: &str = "x-amz-bucket-region";

/// A service's answer, read but not yet understood.
pub(super) struct Rejection<'a> {
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
    /// The error code without what services put around it, and what it says.
    pub(super) code: String,
    pub(super) kind: Option<ErrorKind>,
    pub(super) fields: Fields,
    /// The message in lower case, to search in.
    pub(super) searched: String,
}

impl<'a> Rejection<'a> {
    pub(super) fn read(head: &'a Parts, body: &[u8]) -> Self {
        let body = &body[..body.len().min(MOST_READ)];
        let fields = Fields::read(&String::from_utf8_lossy(body));
        // The owner of an API can replace the body, but hardly replaces the header.
        let of_body = fields.code.as_deref().unwrap_or_default();
        let code = ErrorCode::from_headers(&head.headers)
            .unwrap_or_else(|| ErrorCode::from_bytes(of_body.as_bytes()));
        let end = fields
            .message
            .char_indices()
            .nth(MOST_SEARCHED)
            .map(|(at, _)| at);
        let searched = &fields.message[..end.unwrap_or(fields.message.len())];
        Self {
            status: head.status,
            headers: &head.headers,
            code: code.name().to_owned(),
            kind: code.kind(),
            searched: searched.to_ascii_lowercase(),
            fields,
        }
    }

    pub(super) fn says(&self, phrase: &str) -> bool {
        self.searched.contains(phrase)
    }

    pub(super) fn says_any(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.says(phrase))
    }

    /// The first text in quotes behind `phrase`, which is in lower case.
    pub(super) fn quoted_after(&self, phrase: &str) -> Option<&str> {
        // Lower case in ASCII only, so the same bytes have the same places.
        let at = self.searched.find(phrase)? + phrase.len();
        let rest = self.fields.message.get(at..)?;
        let quotes = ['\'', '"', '`'];
        let (start, quote) = rest
            .char_indices()
            .find(|(_, char)| quotes.contains(char))?;
        let (quoted, _) = rest[start + 1..].split_once(quote)?;
        Some(quoted)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What OpenSearch Serverless says instead of a message.
    pub(super) fn serverless_hint(&self) -> Option<&str> {
        self.header("x-aoss-response-hint")
    }

    /// Whether the service says who was denied what, and so has found the signature good.
    pub(super) fn names_caller(&self) -> bool {
        let is_named = self.says("is not authorized to perform")
            // The security plugin of OpenSearch.
            || self.says("no permissions for [")
            || self.code == "UnauthorizedOperation";
        is_named && !self.says("user: anonymous")
    }

    /// Whether a Lambda function URL rejected the request, without saying whose it was.
    pub(super) fn is_bare_function_url(&self) -> bool {
        let is_denied = self.kind == Some(ErrorKind::AccessDenied);
        // The newer ones go on with a link.
        let is_bare =
            self.searched.trim() == "forbidden" || self.searched.starts_with("forbidden. ");
        is_denied && is_bare && self.headers.contains_key(ErrorCode::HEADER)
    }

    /// Whether an HTTP API of API Gateway answered.
    pub(super) fn is_http_api(&self) -> bool {
        self.headers.contains_key("apigw-requestid")
    }

    /// The moments that the rejection tells, `signed` and `local` being what this side knows.
    pub(super) fn moments(&self, signed: Option<&str>, local: std::time::SystemTime) -> Moments {
        let told = moments_in(&self.fields.message);
        let of = |text: &Option<String>| text.as_deref().and_then(moment);
        // A copy in a cache has an old date.
        let date = self
            .header(DATE.as_str())
            .filter(|_| !self.headers.contains_key("age"));
        Moments {
            signed: of(&self.fields.request_time)
                .or_else(|| told.first().copied())
                .or_else(|| signed.and_then(moment)),
            service: of(&self.fields.server_time)
                .or_else(|| told.get(2).copied())
                .or_else(|| date.and_then(moment)),
            local,
        }
    }
}

/// Far beyond any rejection, which a large session token brings to 40 KiB at most.
const MOST_READ: usize = 256 * 1024;

/// The sentence that counts is the first.
const MOST_SEARCHED: usize = 2048;

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use http::Response;

    use super::*;

    fn head(headers: &[(&str, &str)]) -> Parts {
        let mut response = Response::builder().status(403);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        response.body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_code_of_the_head_counts_for_more_than_that_of_the_body() {
        let body = br#"{"code":"Custom"}"#;
        assert_eq!(Rejection::read(&head(&[]), body).code, "Custom");
        let head = head(&[("x-amzn-errortype", "a#ExpiredTokenException:http://b")]);
        let rejection = Rejection::read(&head, body);
        assert_eq!(rejection.code, "ExpiredTokenException");
        assert_eq!(rejection.kind, Some(ErrorKind::ExpiredCredentials));
    }

    #[test]
    fn a_quoted_name_is_found_in_its_own_case() {
        let plain = head(&[]);
        let body = br#"{"message":"'X-Amz-Meta-A' is missing; \u0130 not 'us-EAST-1', 'x'"}"#;
        let rejection = Rejection::read(&plain, body);
        assert_eq!(rejection.quoted_after(""), Some("X-Amz-Meta-A"));
        assert_eq!(rejection.quoted_after("not "), Some("us-EAST-1"));
        assert_eq!(rejection.quoted_after("'x'"), None);
        let body = br#"{"message":"\"x-a\" is wrong; not `y`"}"#;
        let rejection = Rejection::read(&plain, body);
        assert_eq!(rejection.quoted_after(""), Some("x-a"));
        assert_eq!(rejection.quoted_after("not"), Some("y"));
        assert_eq!(rejection.quoted_after("absent"), None);
    }

    #[test]
    fn the_services_clock_is_told_by_its_message_first_and_by_its_date_last() {
        let date = ("date", "Sun, 30 Aug 2015 12:00:00 GMT");
        let at = |seconds| Some(UNIX_EPOCH + Duration::from_secs(seconds));
        let service = |head: &Parts, body: &str| {
            Rejection::read(head, body.as_bytes())
                .moments(None, UNIX_EPOCH)
                .service
        };
        assert_eq!(service(&head(&[date]), ""), at(1_440_936_000));
        assert_eq!(service(&head(&[date, ("age", "0")]), ""), None);
        let message = "A: 20150830T110000Z is now earlier than 20150830T113000Z \
                       (20150830T113500Z - 5 min.)";
        assert_eq!(service(&head(&[date]), message), at(1_440_934_500));
        let s3 = "<Error><ServerTime>2015-08-30T11:00:00Z</ServerTime></Error>";
        assert_eq!(service(&head(&[date]), s3), at(1_440_932_400));
    }
}
