//! Who may implement [`TokenSigner`](super::TokenSigner): nobody else, so that it can have more methods
//! one day.

use super::{
    ApiGatewaySigner, AppSyncSigner, BedrockSigner, DsqlSigner, EksSigner, ElastiCacheSigner,
    IotSigner, MemoryDbSigner, MskSigner, NeptuneSigner, PostPolicy, RdsSigner, TranscribeSigner,
};

#[expect(unnameable_types, reason = "so that nobody else implements it")]
pub trait Sealed {}

impl Sealed for ApiGatewaySigner {}
impl Sealed for AppSyncSigner {}
impl Sealed for BedrockSigner {}
impl Sealed for DsqlSigner {}
impl Sealed for EksSigner {}
impl Sealed for ElastiCacheSigner {}
impl Sealed for IotSigner {}
impl Sealed for MemoryDbSigner {}
impl Sealed for MskSigner {}
impl Sealed for NeptuneSigner {}
impl Sealed for PostPolicy {}
impl Sealed for RdsSigner {}
impl Sealed for TranscribeSigner {}
