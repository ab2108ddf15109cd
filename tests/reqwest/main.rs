//! The four ways to sign for reqwest, over sockets and before verifiers that are not ours: the gateway
//! verifies with `aws-sigv4`, and what it received is verified again with `scratchstack`.

mod bodies;
mod errors;
mod forms;
mod redirects;
mod rejections;
mod requests;
mod urls;
