//! `aws-sigv4`, the signer inside AWS's SDK for Rust.

use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4::SigningParams,
};
use http_sigv4::Profile;

use crate::{
    Oracle, Signature,
    classes::{Class, Class::*, Facts, is_signed},
};

pub(crate) struct AwsSigV4;

impl Oracle for AwsSigV4 {
    #[rustfmt::skip]
    const DIFFERS: &[(Class, &str)] = &[
        (EmptyToken, "signs and sends an empty token header, which AWS refuses (curl#11007)"),
        (QueryNotUtf8, "signs U+FFFD for a byte that is not UTF-8; awscrt signs the byte"),
        (Userinfo, "signs the userinfo; botocore does not, and HTTP/1.1 does not send it"),
        (EmptyPort, "signs the colon of `h:`; botocore does not"),
        (PaddedPort, "signs the port as written, also `:0443` with https; botocore does not"),
        (UpperCaseHost, "signs the host as written; botocore in lower case"),
        (TrailingDotOfHost, "signs the dot of `h.`, as botocore does; TLS does not send it"),
        (DefaultPortInHeader, "signs a Host header as it stands; ours is sent without the port"),
        (DefaultPortOfWebSocket, "knows the default ports of http and https only, as botocore"),
    ];

    fn signed_host(facts: &Facts<'_>) -> String {
        let (uri, host) = (&facts.uri, &facts.host);
        let port = uri.port();
        match (
            host.header(),
            uri.scheme_str(),
            port.as_ref().map(|port| port.as_str()),
        ) {
            (Some(header), ..) => header.to_owned(),
            (None, Some("https"), Some("443")) | (None, Some("http"), Some("80")) => {
                uri.host().unwrap().to_owned()
            }
            _ => host.authority().to_owned(),
        }
    }

    fn sign(&mut self, facts: &Facts<'_>) -> Signature {
        let case = facts.case;
        let headers = case
            .headers
            .iter()
            .filter(|(name, _)| is_signed(name.as_str()));
        let headers = headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let body = case.body.as_deref();
        let body = body.map_or(SignableBody::UnsignedPayload, SignableBody::Bytes);
        let mut settings = SigningSettings::default();
        settings.excluded_headers = None;
        if case.profile == Profile::S3 {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let identity = case.credentials().into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(case.region)
            .name(case.service)
            .time(case.time)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let method = case.method.as_str();
        let request = SignableRequest::new(method, facts.url(), headers, body).unwrap();
        let (instructions, _) = sign(request, &params).unwrap().into_parts();
        let headers = instructions.headers();
        headers
            .map(|(name, value)| (name.into(), value.into()))
            .collect()
    }
}
