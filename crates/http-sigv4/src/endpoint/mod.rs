//! From a host to the service and the region that its requests are signed for.

mod detect;
mod lookup;
mod names;
mod partition;
mod table;

#[cfg(feature = "tokens")]
pub(crate) use self::partition::domain_of_region;

use std::{borrow::Cow, fmt};

use http::Uri;

use self::detect::Detected;
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
/// nothing. A label before a region is taken for a service where AWS's SDKs or its documentation
/// sign with it; a client that is [configured](Self::from_host_for) for a service finds that
/// service's endpoints also where they are newer than this crate.
///
/// # Where the host is not enough
///
/// Some hosts serve two APIs, and the path or the protocol decides. [`from_uri`](Self::from_uri)
/// reads them, [`detect`](Self::detect) returns the first, and [`serves`](Self::serves) accepts
/// both:
///
/// | host | first | second |
/// | --- | --- | --- |
/// | `maps.geo`, `places.geo`, `routes.geo` | `geo-maps` and so on | `geo`, for Amazon Location's first API, on `/maps/v0` and so on |
/// | IoT's data endpoints | `iotdata` | `iotdevicegateway`, for MQTT over WebSocket on `/mqtt`, presigned |
/// | `bedrock-mantle` | `bedrock-mantle` | `bedrock`, on the same paths |
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
    detected: Detected<'a>,
    /// The other service that the host takes signatures of.
    second: Option<Cow<'a, str>>,
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

    /// Reads what the host, the path and the scheme of a URI say.
    ///
    /// ```
    /// use http_sigv4::Endpoint;
    ///
    /// let uri = "wss://a1b2-ats.iot.eu-west-1.amazonaws.com/mqtt".parse()?;
    /// assert_eq!(Endpoint::from_uri(&uri)?.service(), "iotdevicegateway");
    /// let uri = "https://a1b2-ats.iot.eu-west-1.amazonaws.com/topics/t".parse()?;
    /// assert_eq!(Endpoint::from_uri(&uri)?.service(), "iotdata");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`from_host`](Self::from_host). A URI without a host tells nothing either.
    pub fn from_uri(uri: &Uri) -> Result<Endpoint<'static>, SignError> {
        let host = Host::from_uri(uri)?.ok_or(Kind::UnknownEndpoint)?;
        Ok(Endpoint::from_host(&host)?.for_uri(uri, None).into_owned())
    }

    /// Reads what a host says, whatever its port. Does not allocate.
    ///
    /// # Errors
    ///
    /// A host that does not tell what to sign for: a custom domain, a load balancer, a distribution,
    /// an address, a name that only looks like AWS's, a service of AWS's whose signing name is not
    /// known. Service and region then have to be configured:
    /// [`needs_configuration`](SignError::needs_configuration).
    ///
    /// A service that takes no signature of this kind, such as one with bearer tokens only:
    /// [`is_unsupported`](SignError::is_unsupported).
    pub fn from_host(host: &'a Host<'_>) -> Result<Self, SignError> {
        Self::read(host, None)
    }

    /// Reads what a host says to a client that signs for a scope. Does not allocate.
    ///
    /// Two things are known from the scope that [`from_host`](Self::from_host) cannot know: that
    /// `{service}.{region}.amazonaws.com` is an endpoint of the scope's service, though nothing else
    /// is known of that service; and that the name of the scope's region is one, though no region
    /// of its form is known. A name that is known to be another service's remains that service's.
    ///
    /// The endpoint may be of another service or region than the scope, which it then names:
    ///
    /// ```
    /// use http_sigv4::{Endpoint, Host, SigningScope};
    ///
    /// let scope = SigningScope::new("bedrock-runtime", "us-east-1")?;
    /// let host = Host::parse("bedrock-runtime.us-east-1.amazonaws.com")?;
    /// let endpoint = Endpoint::from_host_for(&host, &scope)?;
    /// assert!(!endpoint.serves(&scope));
    /// assert_eq!(endpoint.to_string(), "bedrock in us-east-1");
    ///
    /// let scope = SigningScope::new("brand-new", "us-east-1")?;
    /// let host = Host::parse("brand-new.us-east-1.amazonaws.com")?;
    /// assert!(Endpoint::from_host_for(&host, &scope)?.serves(&scope));
    /// # Ok::<_, http_sigv4::SignError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`from_host`](Self::from_host).
    pub fn from_host_for(host: &'a Host<'_>, scope: &SigningScope) -> Result<Self, SignError> {
        Self::read(host, Some(scope))
    }

    /// Returns whether a host is an endpoint of a scope's service, in its region and in its
    /// partition, so that a signature for the scope is meant for it. Does not allocate.
    ///
    /// It is what [`from_host_for`](Self::from_host_for) reads that [serves](Self::serves) the
    /// scope.
    pub fn admits(host: &Host<'_>, scope: &SigningScope) -> bool {
        Endpoint::from_host_for(host, scope).is_ok_and(|endpoint| endpoint.serves(scope))
    }

    fn read(host: &'a Host<'_>, scope: Option<&SigningScope>) -> Result<Self, SignError> {
        let detected = detect::read(host.name(), scope)?;
        let second = lookup::second(&detected.service).map(|(service, _)| service.into());
        Ok(Self { detected, second })
    }

    /// Chooses, where the host serves two APIs, the one that the scheme and the path of a URI ask
    /// for.
    ///
    /// For a client that signs for another [host](crate::Signer::signing_host) than it sends to, or a
    /// [prefix](crate::Signer::signing_path_prefix) in front of the path; for others there is
    /// [`from_uri`](Self::from_uri).
    #[must_use]
    pub fn for_uri(mut self, uri: &Uri, path_prefix: Option<&str>) -> Self {
        if let Some((service, by)) = lookup::second(&self.detected.service)
            && by.is_asked_by(uri, path_prefix.unwrap_or_default())
        {
            self.second = Some(std::mem::replace(
                &mut self.detected.service,
                service.into(),
            ));
        }
        self
    }

    /// Returns whether the host serves two APIs, so that [`for_uri`](Self::for_uri) may choose another
    /// for another URI.
    pub fn depends_on_uri(&self) -> bool {
        self.second.is_some()
    }

    /// Returns the service's signing name.
    pub fn service(&self) -> &str {
        &self.detected.service
    }

    /// Returns the region; that of the partition for a global endpoint.
    ///
    /// `None` for [S3 Transfer Acceleration], whose host does not tell the bucket's region, and for
    /// an endpoint of several regions, which [takes SigV4A](Self::requires_sigv4a).
    ///
    /// [S3 Transfer Acceleration]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/transfer-acceleration.html
    pub fn region(&self) -> Option<&str> {
        self.detected.region.as_deref()
    }

    /// Returns the [partition] by the name that ARNs have for it: `aws`, `aws-cn`, `aws-us-gov`.
    /// Credentials of one are worth nothing in another.
    ///
    /// [partition]: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
    pub fn partition(&self) -> &'static str {
        self.detected.partition.name
    }

    /// Returns the service's rules.
    pub fn profile(&self) -> Profile {
        Profile::for_service(&self.detected.service)
    }

    /// Returns whether this is a [FIPS] endpoint.
    ///
    /// [FIPS]: https://aws.amazon.com/compliance/fips/
    pub fn is_fips(&self) -> bool {
        self.detected.fips
    }

    /// Returns whether the endpoint is reached by IPv6 as well, as far as its name tells.
    pub fn is_dualstack(&self) -> bool {
        self.detected.dualstack
    }

    /// Returns whether this is an [interface VPC endpoint], by its own name rather than the
    /// service's.
    ///
    /// For a private API of API Gateway, the host that is signed is still the one that is sent.
    ///
    /// [interface VPC endpoint]: https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
    pub fn is_vpc_endpoint(&self) -> bool {
        self.detected.vpc_endpoint
    }

    /// Returns whether the endpoint has several regions and takes nothing but [SigV4A], as an S3
    /// Multi-Region Access Point does.
    ///
    /// [SigV4A]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
    pub fn requires_sigv4a(&self) -> bool {
        self.detected.sigv4a
    }

    /// Returns the scope to sign with.
    ///
    /// # Errors
    ///
    /// An endpoint that [requires SigV4A](Self::requires_sigv4a), or that does not tell its region.
    pub fn scope(&self) -> Result<SigningScope, SignError> {
        match self.region() {
            _ if self.requires_sigv4a() => Err(Kind::RequiresSigV4a.into()),
            Some(region) => SigningScope::new(self.service(), region),
            None => Err(Kind::UnknownRegion.into()),
        }
    }

    /// Returns whether a signature of this scope is meant for this endpoint: its service in its
    /// region.
    ///
    /// True for every region of the partition where the host does not tell the region for certain;
    /// false for an endpoint that [requires SigV4A](Self::requires_sigv4a), as no scope of one
    /// region fits it.
    ///
    /// ```
    /// use http_sigv4::{Endpoint, SigningScope};
    ///
    /// let endpoint = Endpoint::detect("abc123.execute-api.eu-west-1.amazonaws.com")?;
    /// assert!(endpoint.serves(&SigningScope::new("execute-api", "eu-west-1")?));
    /// assert!(!endpoint.serves(&SigningScope::new("execute-api", "eu-west-2")?));
    ///
    /// // The bucket may be in any region, but not in China.
    /// let endpoint = Endpoint::detect("bucket.s3.amazonaws.com")?;
    /// assert!(endpoint.serves(&SigningScope::new("s3", "eu-west-1")?));
    /// assert!(!endpoint.serves(&SigningScope::new("s3", "cn-north-1")?));
    /// # Ok::<_, http_sigv4::SignError>(())
    /// ```
    pub fn serves(&self, scope: &SigningScope) -> bool {
        let is_service =
            [Some(self.service()), self.second.as_deref()].contains(&Some(scope.service()));
        let is_region = match self.region() {
            Some(region) if !self.detected.other_regions => region == scope.region(),
            // Credentials of another partition must not be seen here.
            _ => self.detected.partition.has_region(scope.region()),
        };
        is_service && is_region && !self.requires_sigv4a()
    }

    fn into_owned(self) -> Endpoint<'static> {
        let owned = |name: Cow<'_, str>| Cow::Owned(name.into_owned());
        let detected = self.detected;
        Endpoint {
            detected: Detected {
                service: owned(detected.service),
                region: detected.region.map(owned),
                ..detected
            },
            second: self.second.map(owned),
        }
    }
}

/// Names service and region like a [`SigningScope`], or the partition where the host tells no region
/// for certain.
impl fmt::Display for Endpoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.region() {
            Some(region) if !self.detected.other_regions => {
                write!(f, "{} in {region}", self.service())
            }
            _ => write!(
                f,
                "{} in the partition {}",
                self.service(),
                self.partition()
            ),
        }
    }
}
