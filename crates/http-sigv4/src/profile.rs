/// What a service asks of a signature beyond the common rules.
///
/// [`STANDARD`](Self::STANDARD) is right for API Gateway, Lambda function URLs and nearly everything
/// else; [`for_service`](Self::for_service) knows the exceptions.
///
/// ```
/// use http_sigv4::Profile;
///
/// assert_eq!(Profile::for_service("execute-api"), Profile::STANDARD);
/// assert_eq!(Profile::for_service("s3"), Profile::S3);
/// assert!(Profile::for_service("vpc-lattice-svcs").requires_unsigned_payload());
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Profile {
    pub(crate) path: PathRule,
    pub(crate) always_content_sha256: bool,
    pub(crate) unsigned_payload: UnsignedPayload,
}

impl Profile {
    /// The path normalised and encoded once more; the body hashed, and its hash not sent.
    pub const STANDARD: Self = Self {
        path: PathRule::Standard,
        always_content_sha256: false,
        unsigned_payload: UnsignedPayload::Refused,
    };

    /// [Amazon S3]: the path decoded and encoded once, since an object key is not a path;
    /// `x-amz-content-sha256` always; an unsigned payload over TLS if the caller wishes.
    ///
    /// [Amazon S3]: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    pub const S3: Self = Self {
        path: PathRule::S3,
        always_content_sha256: true,
        unsigned_payload: UnsignedPayload::OverTls,
    };

    /// [OpenSearch Serverless]: `x-amz-content-sha256` always, also without a body.
    ///
    /// [OpenSearch Serverless]: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-clients.html
    pub const OPENSEARCH_SERVERLESS: Self = Self {
        path: PathRule::Standard,
        always_content_sha256: true,
        unsigned_payload: UnsignedPayload::OverTls,
    };

    /// [VPC Lattice]: never a body hash, always `x-amz-content-sha256: UNSIGNED-PAYLOAD`.
    ///
    /// [VPC Lattice]: https://docs.aws.amazon.com/vpc-lattice/latest/ug/sigv4-authenticated-requests.html
    pub const VPC_LATTICE: Self = Self {
        path: PathRule::Standard,
        always_content_sha256: true,
        unsigned_payload: UnsignedPayload::Required,
    };

    /// The profile that fits a service's signing name; [`STANDARD`](Self::STANDARD) for every name
    /// that is not known to differ.
    pub fn for_service(service: &str) -> Self {
        match service {
            "s3" | "s3-object-lambda" | "s3-outposts" | "s3express" => Self::S3,
            "aoss" => Self::OPENSEARCH_SERVERLESS,
            "vpc-lattice-svcs" => Self::VPC_LATTICE,
            _ => Self::STANDARD,
        }
    }

    /// Whether the service takes [`Payload::Unsigned`](crate::Payload::Unsigned) at all.
    pub fn allows_unsigned_payload(&self) -> bool {
        self.unsigned_payload != UnsignedPayload::Refused
    }

    /// Whether the service takes nothing but [`Payload::Unsigned`](crate::Payload::Unsigned).
    pub fn requires_unsigned_payload(&self) -> bool {
        self.unsigned_payload == UnsignedPayload::Required
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum PathRule {
    Standard,
    S3,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum UnsignedPayload {
    Refused,
    /// Where nothing covers the body, TLS has to.
    OverTls,
    Required,
}
