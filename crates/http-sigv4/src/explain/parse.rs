//! The forms that rejections come in: JSON, XML and plain text.

use quick_xml::{Reader, escape::resolve_xml_entity, events::Event};
use serde_json::Value;

use super::echo::Echo;

/// What a rejection's body says, whatever its form.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) code: Option<String>,
    pub(super) message: String,
    pub(super) echo: Echo,
    /// S3: the region to sign for.
    pub(super) region: Option<String>,
    /// S3: the service's clock, and the request's date.
    pub(super) server_time: Option<String>,
    pub(super) request_time: Option<String>,
    /// S3: when a presigned URL has expired, and after how many seconds.
    pub(super) expires: Option<String>,
    pub(super) lifetime: Option<String>,
    /// S3: the header or parameter that it does not take.
    pub(super) argument_name: Option<String>,
    /// S3: the value of that, as an `Authorization` that is none of its own. Nothing of it may be shown.
    pub(super) argument_value: Option<String>,
    /// S3: the headers that had to be signed.
    pub(super) headers_not_signed: Option<String>,
    pub(super) access_key_id: Option<String>,
}

impl Fields {
    /// Reads a body, whole or cut.
    pub(super) fn read(body: &str) -> Self {
        let body = body.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']);
        let fields = match body.as_bytes().first() {
            Some(b'{' | b'[') => json(body),
            Some(b'<') => Some(xml(body)),
            _ => None,
        };
        let mut fields = fields.unwrap_or_else(|| text(body));
        if fields.echo.canonical_request.is_none() {
            fields.echo = Echo::in_message(&fields.message);
        }
        fields
    }
}

/// API Gateway, Lambda and OpenSearch (`message` or `Message`), AWS JSON (`__type`), Neptune (`code`,
/// `detailedMessage`), AppSync (`errors`), OpenAI's shape (`error`), query services asked for JSON
/// (`Error`).
fn json(body: &str) -> Option<Fields> {
    let root: Value = serde_json::from_str(body).ok()?;
    let places = [
        Some(&root),
        root.pointer("/errors/0"),
        root.get("error"),
        root.get("Error"),
    ];
    let find = |names: &[&str]| {
        let mut texts = names.iter().flat_map(|name| {
            let place = places.iter().flatten();
            place.filter_map(|place| place.get(*name)?.as_str())
        });
        texts.find(|text| !text.is_empty()).map(str::to_owned)
    };
    Some(Fields {
        code: find(&["__type", "code", "Code", "errorType", "type"]),
        message: find(&["message", "Message", "detailedMessage", "reason"]).unwrap_or_default(),
        ..Fields::default()
    })
}

/// S3 (`Error`), query services (`ErrorResponse`), EC2 (`Response`), and API Gateway where XML was asked
/// for, whose outermost element is the code. Only elements that are closed count.
fn xml(body: &str) -> Fields {
    let mut reader = Reader::from_str(body);
    reader.config_mut().allow_dangling_amp = true;
    let mut fields = Fields::default();
    let mut root = None;
    let mut text = String::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                text.clear();
                root.get_or_insert_with(|| element.local_name().into_inner().to_owned());
            }
            Ok(Event::Text(part)) => text.push_str(&part.xml10_content()),
            Ok(Event::CData(part)) => text.push_str(&part.xml10_content()),
            Ok(Event::GeneralRef(name)) => match name.resolve_char_ref() {
                Ok(Some(char)) => text.push(char),
                _ => text.push_str(resolve_xml_entity(&name).unwrap_or("?")),
            },
            Ok(Event::End(element)) => {
                fields.set(element.local_name().into_inner(), std::mem::take(&mut text));
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    // `<MissingAuthenticationTokenException><Message>`
    fields.code = fields
        .code
        .or_else(|| root.filter(|root| root.ends_with("Exception")));
    fields
}

impl Fields {
    fn set(&mut self, element: &str, text: String) {
        let field = match element {
            "Code" => &mut self.code,
            "CanonicalRequest" => &mut self.echo.canonical_request,
            "StringToSign" => &mut self.echo.string_to_sign,
            "Region" => &mut self.region,
            "ServerTime" => &mut self.server_time,
            "RequestTime" => &mut self.request_time,
            "Expires" => &mut self.expires,
            "X-Amz-Expires" => &mut self.lifetime,
            "ArgumentName" => &mut self.argument_name,
            "ArgumentValue" => &mut self.argument_value,
            "HeadersNotSigned" => &mut self.headers_not_signed,
            "AWSAccessKeyId" => &mut self.access_key_id,
            "Message" | "message" if self.message.is_empty() => return self.message = text,
            _ => return,
        };
        field.get_or_insert(text);
    }
}

/// VPC Lattice (`SomeException: what it is`), and JSON that is none: cut, or made by an API's owner
/// from a template that escapes nothing.
fn text(body: &str) -> Fields {
    let in_json = body
        .split_once("essage\"")
        .and_then(|(_, rest)| rest.split_once('"'));
    let body = match in_json {
        Some((_, message)) => &*message.replace("\\n", "\n").replace("\\\"", "\""),
        None => body,
    };
    let (code, message) = match body.split_once(": ") {
        Some((code, message)) if code.ends_with("Exception") && !code.contains(' ') => {
            (Some(code.to_owned()), message)
        }
        _ => (None, body),
    };
    Fields {
        code,
        message: message.to_owned(),
        ..Fields::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_and_message(body: &str) -> (Option<String>, String) {
        let fields = Fields::read(body);
        (fields.code, fields.message)
    }

    #[test]
    fn code_and_message_are_found_in_every_shape() {
        for body in [
            r#"{"code":"C","message":"M"}"#,
            r#"{"__type":"C","Message":"M"}"#,
            r#"{"requestId":"1","code":"C","detailedMessage":"M"}"#,
            r#"{"errors":[{"errorType":"C","message":"M"}]}"#,
            r#"{"error":{"type":"C","message":"M"}}"#,
            r#"{"Error":{"Code":"C","Message":"M"}}"#,
            "<Error><Code>C</Code><Message>M</Message></Error>",
            "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"u\"><Error><Code>C</Code>\
             <Message>M</Message></Error></ErrorResponse>",
            "<Response><Errors><Error><Code>C</Code><Message>M</Message></Error></Errors></Response>",
        ] {
            assert_eq!(
                code_and_message(body),
                (Some("C".into()), "M".into()),
                "{body}"
            );
        }
        for body in [
            "CException: M",
            "<CException><Message>M</Message></CException>",
        ] {
            assert_eq!(
                code_and_message(body),
                (Some("CException".into()), "M".into()),
                "{body}"
            );
        }
    }

    #[test]
    fn an_echo_is_found_in_json_and_in_xml() {
        let quoted = "No.\n\nThe Canonical String for this request should have been\n'GET\n/a&b'\n\n\
                      The String-to-Sign should have been\n'AWS4'\n";
        let json = serde_json::json!({ "message": quoted }).to_string();
        let query = format!(
            "<E><Code>C</Code><Message>{}</Message></E>",
            quoted.replace('&', "&amp;")
        );
        let s3 = "<Error><Code>C</Code><StringToSign>AWS4</StringToSign>\
                  <CanonicalRequest>GET\n/a&amp;b</CanonicalRequest></Error>";
        for body in [&*json, &*query, s3] {
            let echo = Fields::read(body).echo;
            assert_eq!(
                echo.canonical_request.as_deref(),
                Some("GET\n/a&b"),
                "{body}"
            );
            assert_eq!(echo.string_to_sign.as_deref(), Some("AWS4"), "{body}");
        }
        // Cut in the string to sign, so no JSON any more.
        let fields = Fields::read(json.split_once("AWS4").unwrap().0);
        assert!(fields.message.starts_with("No.\n"));
        let echo = fields.echo;
        assert_eq!(echo.canonical_request.as_deref(), Some("GET\n/a&b"));
        assert_eq!(echo.string_to_sign, None);
    }

    #[test]
    fn an_element_that_is_not_closed_does_not_count() {
        let fields = Fields::read("<Error><Code>C</Code><CanonicalRequest>GET\n/");
        assert_eq!(fields.code.as_deref(), Some("C"));
        assert_eq!(fields.echo.canonical_request, None);
    }

    #[test]
    fn references_and_cdata_are_read() {
        let fields =
            Fields::read("<Error><Message>a&lt;&#x62;&unknown;<![CDATA[<c>]]></Message></Error>");
        assert_eq!(fields.message, "a<b?<c>");
    }
}
