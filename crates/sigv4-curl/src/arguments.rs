use std::{path::PathBuf, time::Duration};

use clap::Parser;
use http::{HeaderName, HeaderValue, Method, Uri};

/// Exit codes, those of curl where it has one.
const EXIT_CODES: &str = "\
Exit codes:
  0   there is a response; with --fail, its status is below 400
  2   the command line is wrong
  7   the host could not be reached, or the connection broke
  22  the status is 400 or above, with --fail
  23  the response could not be written
  26  a file could not be read
  28  --max-time has passed
  94  the request could not be signed: no credentials, or a host that it may not be signed for

Examples:
  sigv4-curl https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders
  sigv4-curl -X POST -H 'content-type: application/json' -d '{\"item\":\"tea\"}' URL
  sigv4-curl --profile staging -T report.csv https://bucket.s3.eu-west-1.amazonaws.com/report.csv
  sigv4-curl --presign 3600 https://bucket.s3.eu-west-1.amazonaws.com/report.csv";

/// Transfers a URL of a service behind AWS IAM, signed with AWS Signature Version 4.
///
/// Service and region are read from the host, and the credentials found where the AWS command line
/// finds them. Redirects are not followed: a signature is good for one host.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// The URL. The path and the query are sent as they are written
    pub(crate) url: Uri,

    /// The method; GET, POST where there is data, PUT with --upload-file, HEAD with --head
    #[arg(short = 'X', long)]
    pub(crate) request: Option<Method>,

    /// A header, as `Name: value`; may be repeated
    #[arg(short = 'H', long = "header", value_name = "LINE", value_parser = parse_header)]
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,

    /// Data to send, or `@FILE` for that file's, without its line breaks; several are joined by `&`
    #[arg(short, long, value_name = "DATA|@FILE")]
    pub(crate) data: Vec<String>,

    /// Data to send as it is; `@FILE` is a file, and `@-` standard input
    #[arg(long, value_name = "DATA|@FILE", conflicts_with_all = ["data", "upload_file"])]
    pub(crate) data_binary: Option<String>,

    /// A file to send with PUT; `-` is standard input
    #[arg(short = 'T', long, value_name = "FILE", conflicts_with = "data")]
    pub(crate) upload_file: Option<PathBuf>,

    /// Leave the body out of the signature, which some services take, as S3 does; standard input is
    /// then sent as it comes, and else collected first, up to 64 MiB
    #[arg(long)]
    pub(crate) unsigned_payload: bool,

    /// Ask for the head of the response only
    #[arg(short = 'I', long)]
    pub(crate) head: bool,

    /// Write the body to a file and not to standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Write the status and the headers of the response in front of its body
    #[arg(short, long)]
    pub(crate) include: bool,

    /// Show the request, without secrets, and the head of the response on standard error
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// Exit with 22 and write no body where the status is 400 or above
    #[arg(short, long)]
    pub(crate) fail: bool,

    /// The longest that all of it may take, in seconds
    #[arg(short, long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub(crate) max_time: Option<Duration>,

    /// Ask for a compressed response, and decompress it
    #[arg(long)]
    pub(crate) compressed: bool,

    /// The signing name of the service; read from the host, and execute-api where the host is not AWS's
    #[arg(long)]
    pub(crate) service: Option<String>,

    /// The region; read from the host, and else the one that is configured
    #[arg(long)]
    pub(crate) region: Option<String>,

    /// The profile of the shared configuration files; else the AWS SDKs' default chain
    #[arg(long)]
    pub(crate) profile: Option<String>,

    /// Sign for this host too, which is not an AWS host of the service and region; may be repeated
    #[arg(long = "allow-host", value_name = "HOST")]
    pub(crate) allowed_hosts: Vec<String>,

    /// Print a URL that is good for so many seconds and carries the signature, and send nothing
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, conflicts_with = "dry_run")]
    pub(crate) presign: Option<Duration>,

    /// Say on standard error why a service has rejected the request, and what to change
    #[arg(long)]
    pub(crate) explain: bool,

    /// Print what would be signed, without secrets, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

fn parse_header(line: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = line
        .split_once(':')
        .ok_or("a header is written as `Name: value`")?;
    let name = name.trim().parse();
    let value = value.trim().parse();
    Ok((
        name.map_err(|error| format!("{error}"))?,
        value.map_err(|error| format!("{error}"))?,
    ))
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|error| format!("{error}"))?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("not a time in seconds".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn no_header_is_taken_that_is_none() {
        assert!(parse_header("x-a: b:c").is_ok_and(|(_, value)| value == "b:c"));
        for wrong in ["x-a", "x a: b", ": b", "x-a: b\nc"] {
            assert!(parse_header(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_is_more_than_nothing() {
        assert_eq!(parse_seconds("1.5"), Ok(Duration::from_millis(1500)));
        for wrong in ["0", "-1", "NaN", "1e300", "x"] {
            assert!(parse_seconds(wrong).is_err(), "{wrong}");
        }
    }
}
