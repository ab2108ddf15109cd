use http_sigv4::chunked::ChecksumAlgorithm;

use super::SigV4LayerBuilder;

impl SigV4LayerBuilder {
    /// Sends a [checksum] with each body for S3, in `x-amz-checksum-*`, which S3 checks and keeps with the
    /// object. Defaults to none. Feature `chunked`.
    ///
    /// It is computed along with the hash, and the signature covers it. A body in
    /// [chunks](crate::Chunks::checksum) has it in the trailer, unless they have one of their own. A
    /// request that has a checksum already gets no other; nor does an empty body, one that is passed
    /// through as it comes, and the list of the parts that `CompleteMultipartUpload` sends, where the
    /// header means the object's.
    ///
    /// A request that announces a checksum in `x-amz-trailer` gets that one, whatever is set here: in a
    /// header if its body is not sent in chunks, as nothing follows it then.
    ///
    /// [checksum]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
    pub fn checksum(mut self, algorithm: ChecksumAlgorithm) -> Self {
        self.checksum = Some(algorithm);
        self
    }
}
