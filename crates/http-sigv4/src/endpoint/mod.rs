//! From a host to the service and the region that its requests are signed for.

mod detect;
mod table;

use std::borrow::Cow;

use crate::{Host, Profile, SignError, SigningScope, error::Kind};

/// What a host of AWS's tells: the service, the region and the rules that its requests are signed
/// by.
///
/// ```
/// use http_sigv4::{Endpoint, Profile};
///
/// let api = Endpoint::detect("abc123.execute-api.eu-west-1.amazonaws.com")?;
/// assert_eq!((api.service(), api.region()), ("execute-api", Some("eu-west-1")));
/// assert_eq!(api.profile(), Profile::STANDARD);
///
/// let metrics = Endpoint::detect("aps-workspaces-fips.us-west-2.amazonaws.com")?;
/// assert_eq!((metrics.service(), metrics.is_fips()), ("aps", true));
///
/// // Whose these are, no name can tell.
/// for host in ["api.example.com", "1234.cloudfront.net", "amazonaws.com.example"] {
///     assert!(Endpoint::detect(host).unwrap_err().needs_configuration());
/// }
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// Hosts of every partition are known, with FIPS and dual-stack endpoints, VPC endpoints, and the
/// data planes that are called by plain HTTP: API Gateway, Lambda function URLs, VPC Lattice,
/// AppSync, OpenSearch, Neptune, IoT, S3 and others. Labels are compared whole, from the right, and
/// only those that AWS gives out: what the owner of a bucket or of a load balancer chose decides
/// nothing.
///
/// # Where the host is not enough
///
/// Some hosts serve two APIs, and the path or the protocol decides. One is detected; the other has to
/// be configured, and [`serves`](Self::serves) accepts it:
///
/// | host | detected | also |
/// | --- | --- | --- |
/// | `maps.geo`, `places.geo`, `routes.geo` | `geo-maps` and so on, for paths below `/v2` | `geo`, for Amazon Location's first API |
/// | IoT's data endpoints | `iotdata` | `iotdevicegateway`, for MQTT over WebSocket on `/mqtt`, presigned |
/// | `bedrock-mantle` | `bedrock-mantle` | `bedrock` |
/// | `sdb` | `sdb`, for SimpleDB's second API | the first takes Signature Version 2 only |
///
/// Nor does a host tell the region of a bucket behind S3's global endpoint (`us-east-1` is assumed)
/// or behind S3 Transfer Acceleration (there is none).
///
/// The hosts are those of AWS's [service endpoints].
///
/// [service endpoints]: https://docs.aws.amazon.com/general/latest/gr/rande.html
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint<'a> {
    service: Cow<'a, str>,
    region: Option<Cow<'a, str>>,
    /// The region may be another than the one assumed.
    other_regions: bool,
    sigv4a: bool,
    fips: bool,
    dualstack: bool,
    vpc_endpoint: bool,
}

impl<'a> Endpoint<'a> {
    /// Reads what the name of a host says. See [`from_host`](Self::from_host).
    ///
    /// # Errors
    ///
    /// As [`from_host`](Self::from_host). A text that is not the name of a host tells nothing either.
    pub fn detect(host: &str) -> Result<Endpoint<'static>, SignError> {
        match Host::parse(host) {
            Ok(name) if !host.contains(':') => Ok(Endpoint::from_host(&name)?.into_owned()),
            _ => Err(Kind::UnknownEndpoint.into()),
        }
    }

    /// Reads what a host says, whatever its port. Does not allocate.
    ///
    /// # Errors
    ///
    /// A host that does not tell what to sign for: a custom domain, a load balancer, a distribution,
    /// an address, a name that only looks like AWS's. Service and region then have to be configured:
    /// [`needs_configuration`](SignError::needs_configuration).
    ///
    /// A service that takes no signature of this kind, such as one with bearer tokens only:
    /// [`is_unsupported`](SignError::is_unsupported).
    pub fn from_host(host: &'a Host<'_>) -> Result<Self, SignError> {
        Ok(detect::endpoint(host.name())?)
    }

    /// The service's signing name.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The region; that of the partition for a global endpoint.
    ///
    /// `None` for [S3 Transfer Acceleration], whose host does not tell the bucket's region, and for
    /// an endpoint of several regions, which [takes SigV4A](Self::requires_sigv4a).
    ///
    /// [S3 Transfer Acceleration]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/transfer-acceleration.html
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The service's rules.
    pub fn profile(&self) -> Profile {
        Profile::for_service(&self.service)
    }

    /// Whether this is a [FIPS] endpoint.
    ///
    /// [FIPS]: https://aws.amazon.com/compliance/fips/
    pub fn is_fips(&self) -> bool {
        self.fips
    }

    /// Whether the endpoint is reached by IPv6 as well, as far as its name tells.
    pub fn is_dualstack(&self) -> bool {
        self.dualstack
    }

    /// Whether this is an [interface VPC endpoint], by its own name rather than the service's.
    ///
    /// For a private API of API Gateway, the host that is signed is still the one that is sent.
    ///
    /// [interface VPC endpoint]: https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
    pub fn is_vpc_endpoint(&self) -> bool {
        self.vpc_endpoint
    }

    /// Whether the endpoint has several regions and takes nothing but [SigV4A], as an S3
    /// Multi-Region Access Point does.
    ///
    /// [SigV4A]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
    pub fn requires_sigv4a(&self) -> bool {
        self.sigv4a
    }

    /// The scope to sign with.
    ///
    /// # Errors
    ///
    /// An endpoint that [requires SigV4A](Self::requires_sigv4a), or that does not tell its region.
    pub fn scope(&self) -> Result<SigningScope, SignError> {
        match self.region() {
            _ if self.sigv4a => Err(Kind::RequiresSigV4a.into()),
            Some(region) => SigningScope::new(&self.service, region),
            None => Err(Kind::UnknownRegion.into()),
        }
    }

    /// Whether a signature of this scope is meant for this endpoint: its service in its region.
    ///
    /// True for every region where the host does not tell it for certain; false for an endpoint that
    /// [requires SigV4A](Self::requires_sigv4a), as no scope of one region fits it.
    ///
    /// ```
    /// use http_sigv4::{Endpoint, SigningScope};
    ///
    /// let endpoint = Endpoint::detect("abc123.execute-api.eu-west-1.amazonaws.com")?;
    /// assert!(endpoint.serves(&SigningScope::new("execute-api", "eu-west-1")?));
    /// assert!(!endpoint.serves(&SigningScope::new("execute-api", "eu-west-2")?));
    /// # Ok::<_, http_sigv4::SignError>(())
    /// ```
    pub fn serves(&self, scope: &SigningScope) -> bool {
        let service = scope.service() == self.service
            || table::SHARED.contains(&(&self.service, scope.service()));
        let region = || match self.region() {
            Some(region) => self.other_regions || scope.region() == region,
            None => true,
        };
        service && !self.sigv4a && region()
    }

    fn into_owned<'b>(self) -> Endpoint<'b> {
        let owned = |name: Cow<'_, str>| Cow::Owned(name.into_owned());
        Endpoint {
            service: owned(self.service),
            region: self.region.map(owned),
            ..self
        }
    }
}
