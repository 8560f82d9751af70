//! Asking a witness or a time stamp authority over HTTP: one small request, one small answer, without any other dependency.
//!
//! Plain HTTP on purpose: what is sent is public, and what comes back is checked by its signature. Where a network forbids
//! plain HTTP, a local proxy speaks TLS.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(5);
const MAX_ANSWER: u64 = 64_000;

/// Posts a text; gives the status and the answer's text.
pub(super) async fn post(url: &str, body: &str) -> io::Result<(u16, String)> {
    let (status, body) = post_bytes(url, "text/plain", body.as_bytes()).await?;
    let body = String::from_utf8(body).map_err(io::Error::other)?;
    Ok((status, body))
}

/// Posts a body of a media type; gives the status and the answer's body.
pub(in crate::office) async fn post_bytes(url: &str, kind: &str, body: &[u8]) -> io::Result<(u16, Vec<u8>)> {
    let refused = || io::Error::new(io::ErrorKind::InvalidInput, "the address begins with http://");
    let rest = url.strip_prefix("http://").ok_or_else(refused)?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let address = if host.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let request = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let talk = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(&[request.as_bytes(), body].concat()).await?;
        let mut answer = Vec::new();
        stream.take(MAX_ANSWER).read_to_end(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let answer = tokio::time::timeout(PATIENCE, talk)
        .await
        .map_err(|_| io::ErrorKind::TimedOut)??;
    read_answer(&answer).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn read_answer(answer: &[u8]) -> Option<(u16, Vec<u8>)> {
    let (head, body) = split_at_mark(answer, b"\r\n\r\n")?;
    let head = std::str::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    let chunked = lines.any(|line| line.eq_ignore_ascii_case("transfer-encoding: chunked"));
    let body = if chunked { unchunk(body)? } else { body.to_vec() };
    Some((status, body))
}

fn split_at_mark<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(mark.len()).position(|part| part == mark)?;
    Some((&bytes[..at], &bytes[at + mark.len()..]))
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let (size, after) = split_at_mark(rest, b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(size).ok()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(after.get(..size)?);
        rest = after.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_whole_or_in_chunks() {
        let plain = b"HTTP/1.1 409 Conflict\r\nContent-Length: 3\r\n\r\n12\n";
        assert_eq!(read_answer(plain), Some((409, b"12\n".to_vec())));
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n";
        assert_eq!(read_answer(chunked), Some((200, b"abcd".to_vec())));
        assert_eq!(read_answer(b"hello"), None);
    }
}
