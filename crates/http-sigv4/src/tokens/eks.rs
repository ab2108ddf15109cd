use std::time::{Duration, SystemTime};

use base64_simd::URL_SAFE_NO_PAD;
use http::{HeaderName, HeaderValue, Method};

use super::{
    ExpiresIn, Token, TokenSigner,
    presigned::{presigned, query, request},
    region::host_in_region,
    signer::check_service,
};
use crate::{Host, Profile, SignError, Signer, SigningKey, error::Kind};

const CLUSTER: HeaderName = HeaderName::from_static("x-k8s-aws-id");

/// Signs bearer tokens for the Kubernetes API of clusters of [EKS].
///
/// It is what `aws eks get-token` prints: a presigned `GetCallerIdentity`, with the cluster's name as a
/// signed header, which the cluster sends to STS.
///
/// **A token lives for fourteen minutes**, or as long as the credentials, whatever it says: the URL in
/// it says sixty seconds, for clusters of old, but STS takes it for fifteen minutes and the cluster
/// with it. The minute between is for the request under way; AWS's own tools leave it too.
///
/// ```
/// use http_sigv4::tokens::{EksSigner, TokenSigner};
///
/// let cluster = EksSigner::new("production")?;
/// assert_eq!(cluster.service(), "sts");
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [EKS]: https://docs.aws.amazon.com/eks/latest/userguide/cluster-auth.html
#[derive(Clone, Debug)]
#[must_use]
pub struct EksSigner {
    cluster: HeaderValue,
    sts_host: Option<String>,
}

impl EksSigner {
    /// Creates a signer for one cluster, by its name, or by its id if it is a local cluster on AWS
    /// Outposts.
    ///
    /// # Errors
    ///
    /// A name that no cluster can have: it has 1 to 100 letters, digits, `-` and `_`, and a letter or a
    /// digit is the first.
    pub fn new(cluster: &str) -> Result<Self, SignError> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let begins = cluster.starts_with(|first: char| first.is_ascii_alphanumeric());
        let cluster = (begins && cluster.len() <= 100 && cluster.bytes().all(is_name))
            .then(|| HeaderValue::from_str(cluster).ok())
            .flatten();
        let problem = "the cluster has no such name: 1 to 100 letters, digits, `-` and `_`, and no `-` or \
                       `_` first; take the name, not the ARN or the endpoint";
        Ok(Self {
            cluster: cluster.ok_or(Kind::Token(problem))?,
            sts_host: None,
        })
    }

    /// Sets the endpoint of STS that the cluster is to ask, of the key's region. Defaults to
    /// `sts.REGION.amazonaws.com`, or the same in the domain of the region's partition.
    ///
    /// A cluster asks STS only at hosts that it knows.
    ///
    /// # Errors
    ///
    /// A host that is none.
    pub fn sts_host(mut self, host: &str) -> Result<Self, SignError> {
        self.sts_host = Some(Host::parse(host)?.as_str().into());
        Ok(self)
    }
}

impl super::sealed::Sealed for EksSigner {}

impl TokenSigner for EksSigner {
    type Output = Token;

    fn service(&self) -> &'static str {
        "sts"
    }

    fn sign(&self, key: &SigningKey, time: SystemTime) -> Result<Token, SignError> {
        check_service(self, key)?;
        let written = ExpiresIn::at_most_seconds(60).resolve(key, time)?;
        let lifetime = ExpiresIn::at_most(Duration::from_secs(14 * 60)).resolve(key, time)?;
        let host = match &self.sts_host {
            Some(host) => host.clone(),
            None => host_in_region("sts", key)?,
        };
        let query = query([("Action", "GetCallerIdentity"), ("Version", "2011-06-15")]);
        let mut parts = request(Method::GET, format!("https://{host}/?{query}"))?;
        parts.headers.insert(CLUSTER, self.cluster.clone());
        let signer = Signer::new(Profile::STANDARD).sign_header(CLUSTER)?;
        let uri = presigned(signer, parts, key, written, time)?;
        let text = URL_SAFE_NO_PAD.encode_to_string(uri.to_string());
        Ok(Token::new(format!("k8s-aws-v1.{text}"), lifetime.ends_at))
    }
}
