use crate::{Payload, payload::PayloadText};

/// What a service asks of a signature beyond the common rules.
///
/// [`STANDARD`](Self::STANDARD) is right for API Gateway, Lambda function URLs and nearly
/// everything else; [`for_service`](Self::for_service) knows the exceptions.
///
/// ```
/// use http_sigv4::Profile;
///
/// assert_eq!(Profile::for_service("execute-api"), Profile::STANDARD);
/// assert_eq!(Profile::for_service("s3"), Profile::S3);
/// assert!(Profile::for_service("vpc-lattice-svcs").requires_unsigned_payload());
/// ```
///
/// # Other services
///
/// For a service that is not known here, AWS's or anybody's, start from the closest profile. Every
/// combination is possible.
///
/// ```
/// use http_sigv4::Profile;
///
/// // An object store that speaks S3's protocol.
/// let store = Profile::S3;
/// // A service that wants the body's hash in a header, or that there is none.
/// let uploads = Profile::STANDARD.content_sha256_header(true).unsigned_payload(true);
/// assert!(uploads.allows_unsigned_payload());
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Profile {
    pub(crate) path: PathRule,
    pub(crate) always_content_sha256: bool,
    content_sha256_in_base64: bool,
    pub(crate) unsigned_payload: UnsignedPayload,
    pub(crate) token: TokenRule,
}

impl Profile {
    /// The path normalised and encoded once more; the body hashed, and its hash not sent.
    pub const STANDARD: Self = Self {
        path: PathRule::Standard,
        always_content_sha256: false,
        content_sha256_in_base64: false,
        unsigned_payload: UnsignedPayload::Refused,
        token: TokenRule::Signed,
    };

    /// [Amazon S3]: the path decoded and encoded once, since an object key is not a path;
    /// `x-amz-content-sha256` always; an unsigned payload if the caller wishes, over TLS or on this
    /// machine.
    ///
    /// [Amazon S3]: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    pub const S3: Self = Self {
        path: PathRule::S3,
        always_content_sha256: true,
        content_sha256_in_base64: false,
        unsigned_payload: UnsignedPayload::OverTls,
        token: TokenRule::Signed,
    };

    /// [OpenSearch Serverless]: `x-amz-content-sha256` always, also without a body.
    ///
    /// [OpenSearch Serverless]: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-clients.html
    pub const OPENSEARCH_SERVERLESS: Self = Self::STANDARD
        .content_sha256_header(true)
        .unsigned_payload(true);

    /// [VPC Lattice]: never a body hash, always `x-amz-content-sha256: UNSIGNED-PAYLOAD`.
    ///
    /// [VPC Lattice]: https://docs.aws.amazon.com/vpc-lattice/latest/ug/sigv4-authenticated-requests.html
    pub const VPC_LATTICE: Self = Self {
        unsigned_payload: UnsignedPayload::Required,
        ..Self::STANDARD.content_sha256_header(true)
    };

    /// [S3 Express One Zone]: as [`S3`](Self::S3), but for the session token of `CreateSession`,
    /// which goes in `x-amz-s3session-token`.
    ///
    /// Sign with the credentials of the session, but without their token, and set the header: it is
    /// signed like every `x-amz-*`. Credentials with a token are for the requests without a
    /// session.
    ///
    /// [S3 Express One Zone]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-create-session.html
    pub const S3_EXPRESS: Self = Self {
        token: TokenRule::S3Session,
        ..Self::S3
    };

    /// Returns the profile of a service's signing name; [`STANDARD`](Self::STANDARD) for every name
    /// that is not known to differ.
    ///
    /// Some services take an unsigned payload for one operation only: EBS direct APIs for
    /// `PutSnapshotBlock`, Lex for `PostContent` and `RecognizeUtterance`, MediaStore for
    /// `PutObject`, HealthOmics for `UploadReadSetPart`.
    pub fn for_service(service: &str) -> Self {
        match service {
            "s3" | "s3-object-lambda" | "s3-outposts" => Self::S3,
            "s3express" => Self::S3_EXPRESS,
            "aoss" => Self::OPENSEARCH_SERVERLESS,
            "vpc-lattice-svcs" => Self::VPC_LATTICE,
            "ebs" | "lex" | "mediastore" | "omics" => Self::STANDARD.unsigned_payload(true),
            "glacier" => Self::STANDARD.content_sha256_header(true),
            "iotdevicegateway" => Self {
                token: TokenRule::BesidePresigned,
                ..Self::STANDARD
            },
            _ => Self::STANDARD,
        }
    }

    /// Sets whether `x-amz-content-sha256` is sent with every request. Defaults to what the profile
    /// that this begins with says; with an unsigned payload the header is always sent.
    #[must_use]
    pub const fn content_sha256_header(mut self, always: bool) -> Self {
        self.always_content_sha256 = always;
        self
    }

    /// Sets whether `x-amz-content-sha256` holds the digest of a body in base64, unless the body is
    /// empty, and is sent with every request. Defaults to `false`: in hexadecimal, as AWS documents it.
    ///
    /// The canonical request has it in hexadecimal all the same. This is what clients of [Iceberg] REST
    /// catalogs send that are written in Java, and what some catalogs have come to expect; see
    /// [`Signer::move_authorization`](crate::Signer::move_authorization) as well. No service of AWS's
    /// asks for it.
    ///
    /// [Iceberg]: https://iceberg.apache.org/docs/latest/aws/
    #[must_use]
    pub const fn content_sha256_in_base64(mut self, base64: bool) -> Self {
        self.content_sha256_in_base64 = base64;
        self.always_content_sha256 |= base64;
        self
    }

    /// Sets whether the service takes [`Payload::Unsigned`](crate::Payload::Unsigned), over TLS, as
    /// well as a hash. Defaults to what the profile that this begins with says.
    #[must_use]
    pub const fn unsigned_payload(mut self, allowed: bool) -> Self {
        self.unsigned_payload = match allowed {
            true => UnsignedPayload::OverTls,
            false => UnsignedPayload::Refused,
        };
        self
    }

    /// Returns whether the service takes [`Payload::Unsigned`](crate::Payload::Unsigned) at all.
    pub fn allows_unsigned_payload(&self) -> bool {
        self.unsigned_payload != UnsignedPayload::Refused
    }

    /// Whether a presigned URL is for any body unless one is named: where no header has to be sent to say
    /// so, or one has to be sent anyway. Services that take an unsigned payload for one operation want a
    /// digest for the others.
    pub(crate) fn presigns_any_payload(&self) -> bool {
        match self.unsigned_payload {
            UnsignedPayload::Refused => false,
            UnsignedPayload::OverTls => self.path == PathRule::S3 || self.always_content_sha256,
            UnsignedPayload::Required => true,
        }
    }

    /// Returns whether the service takes
    /// [`Payload::StreamingUnsignedTrailer`](crate::Payload::StreamingUnsignedTrailer): those that
    /// speak S3's protocol do, where they take an unsigned payload.
    pub fn allows_streaming_payload(&self) -> bool {
        self.path == PathRule::S3 && self.allows_unsigned_payload()
    }

    /// Returns whether the service takes chunks that carry signatures, as
    /// [`Payload::StreamingSigned`](crate::Payload::StreamingSigned) says: those that speak S3's
    /// protocol do.
    pub fn allows_signed_chunks(&self) -> bool {
        self.path == PathRule::S3 && !self.requires_unsigned_payload()
    }

    /// Returns whether the service takes nothing but
    /// [`Payload::Unsigned`](crate::Payload::Unsigned).
    pub fn requires_unsigned_payload(&self) -> bool {
        self.unsigned_payload == UnsignedPayload::Required
    }

    /// Returns whether the service is commonly called over plain http, as VPC Lattice is inside a
    /// VPC.
    pub fn allows_plain_http(&self) -> bool {
        self.unsigned_payload == UnsignedPayload::Required
    }

    /// The text for `x-amz-content-sha256` where it is another than that of the canonical request.
    pub(crate) fn in_base64(&self, payload: Payload) -> Option<PayloadText> {
        match self.content_sha256_in_base64 {
            true => payload.in_base64(),
            false => None,
        }
    }

    /// Returns whether a presigned URL gets its session token after it was signed, outside the
    /// signature, as [AWS IoT] asks for MQTT over WebSocket.
    ///
    /// [AWS IoT]: https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html
    pub fn leaves_presigned_token_unsigned(&self) -> bool {
        self.token == TokenRule::BesidePresigned
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

/// Where a session token goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TokenRule {
    /// `X-Amz-Security-Token`, and signed.
    Signed,
    /// The same, but added to a presigned URL when that is signed already.
    BesidePresigned,
    /// The token of a session has a header of its own.
    S3Session,
}
