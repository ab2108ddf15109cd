//! The message with those of all that lies below.

use aws_credential_types::provider::error::CredentialsError;

use super::*;

#[test]
fn a_report_repeats_nothing() {
    for (kind, ..) in table() {
        let report = error(kind).report();
        let lines: Vec<_> = report.split("\ncaused by: ").collect();
        for (index, line) in lines.iter().enumerate() {
            for other in &lines[index + 1..] {
                assert!(!line.contains(other), "{report}");
            }
        }
    }
}

#[test]
fn a_report_has_the_whole_chain_of_a_provider() {
    let expired = || Kind::RejectedCredentials {
        host: "h.example".into(),
    };
    let report = Error::with_source(expired(), missing_variable()).report();
    assert_eq!(
        report,
        "the credentials have expired, and `h.example` has rejected them before; no others could be \
         loaded yet\n\
         caused by: the environment variable AWS_ACCESS_KEY_ID is not set, or is empty; set it"
    );
    let provider = CredentialsError::provider_error("the metadata service is gone");
    let report = Error::with_source(expired(), provider).report();
    assert!(
        report.ends_with(
            "\ncaused by: an error occurred while loading credentials\n\
             caused by: the metadata service is gone"
        ),
        "{report}"
    );
}
