use http::Response;
use http_body_util::BodyExt;
use tokio::{
    fs::File,
    io::{AsyncWrite, AsyncWriteExt, stdout},
};

use crate::{arguments::Arguments, client::ResponseBody, failure::Failure};

/// Writes a response where the command line wants it, as it arrives.
pub(crate) async fn write(
    arguments: &Arguments,
    response: Response<ResponseBody>,
) -> Result<(), Failure> {
    let (parts, mut body) = response.into_parts();
    let is_error = parts.status.is_client_error() || parts.status.is_server_error();
    if arguments.fail && is_error {
        return Err(Failure::Status(parts.status));
    }
    let mut out: Box<dyn AsyncWrite + Unpin> = match &arguments.output {
        Some(path) => Box::new(File::create(path).await.map_err(Failure::Write)?),
        None => Box::new(stdout()),
    };
    if arguments.include || arguments.head {
        let mut head = format!("{:?} {}\r\n", parts.version, parts.status).into_bytes();
        for (name, value) in &parts.headers {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        out.write_all(&head).await.map_err(Failure::Write)?;
    }
    while let Some(frame) = body.frame().await {
        // Trailers are not shown.
        if let Ok(data) = frame?.into_data() {
            out.write_all(&data).await.map_err(Failure::Write)?;
            // Who reads a stream wants each part of it at once.
            out.flush().await.map_err(Failure::Write)?;
        }
    }
    out.flush().await.map_err(Failure::Write)
}
