//! A line to the server: one kept-alive HTTP/1.1 connection, as light as a simulated terminal must be.
//!
//! It knows what our server sends (a status, a length, a body) and nothing more; a line that breaks is opened again for
//! the next question.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// No terminal waits longer for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
const HEADERS: usize = 32;
const READ: usize = 4 * 1024;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'q> {
    /// The path and query; `/healthz`, or one below `/api/v1`.
    pub(super) path: &'q str,
    /// What is sent; without it something is only looked at.
    pub(super) body: Option<&'q str>,
    /// The sign-in.
    pub(super) token: &'q str,
}

/// What the server said.
#[derive(Debug)]
pub(super) struct Reply {
    /// The HTTP status.
    pub(super) status: u16,
    /// The body.
    pub(super) body: Vec<u8>,
}

/// A line, open or not.
pub(super) struct Line {
    address: SocketAddr,
    stream: Option<TcpStream>,
}

impl Line {
    /// A line that opens with the first question.
    pub(super) fn to(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// Hangs up; the next question opens the line again.
    pub(super) fn hang_up(&mut self) {
        self.stream = None;
    }

    /// Asks, and waits for the whole answer. After an error the line is down.
    pub(super) async fn ask(&mut self, question: &Question<'_>) -> std::io::Result<Reply> {
        let taken = self.stream.take();
        let told = tokio::time::timeout(PATIENCE, async {
            if let Some(mut stream) = taken
                && let Ok(reply) = exchange(&mut stream, question).await
            {
                return Ok((stream, reply));
            }
            // A line that lay idle may have been closed meanwhile: like a browser, open another one and ask again. What
            // a terminal asks may be asked twice.
            let mut stream = self.open().await?;
            let reply = exchange(&mut stream, question).await?;
            Ok::<_, std::io::Error>((stream, reply))
        });
        let (stream, reply) = told
            .await
            .map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??;
        self.stream = Some(stream);
        Ok(reply)
    }

    async fn open(&self) -> std::io::Result<TcpStream> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

async fn exchange(stream: &mut TcpStream, question: &Question<'_>) -> std::io::Result<Reply> {
    stream.write_all(written(question).as_bytes()).await?;
    let mut read = Vec::with_capacity(READ);
    loop {
        if stream.read_buf(&mut read).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(head) = head(&read)? {
            return body(stream, read, head).await;
        }
    }
}

fn written(question: &Question<'_>) -> String {
    let Question { path, body, token } = question;
    let authorization = if token.is_empty() {
        String::new()
    } else {
        format!("authorization: Bearer {token}\r\n")
    };
    match body {
        None => format!("GET {path} HTTP/1.1\r\nhost: rehearsal\r\n{authorization}\r\n"),
        Some(body) => format!(
            "POST {path} HTTP/1.1\r\nhost: rehearsal\r\n{authorization}content-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        ),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    status: u16,
    /// Where the body begins.
    begins: usize,
    length: usize,
}

fn odd(what: &'static str) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, what)
}

/// The head, once it is complete.
fn head(read: &[u8]) -> std::io::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let begins = match response.parse(read).map_err(|_| odd("not HTTP"))? {
        httparse::Status::Partial => return Ok(None),
        httparse::Status::Complete(begins) => begins,
    };
    let status = response.code.ok_or_else(|| odd("no status"))?;
    let length = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .and_then(|header| std::str::from_utf8(header.value).ok())
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| odd("an answer without a length"))?;
    Ok(Some(Head { status, begins, length }))
}

async fn body(stream: &mut TcpStream, mut read: Vec<u8>, head: Head) -> std::io::Result<Reply> {
    let whole = head.begins + head.length;
    read.reserve(whole.saturating_sub(read.len()));
    while read.len() < whole {
        if stream.read_buf(&mut read).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    read.drain(..head.begins);
    read.truncate(head.length);
    Ok(Reply {
        status: head.status,
        body: read,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nx: y\r\n\r\nabc";
        assert_eq!(head(&text[..30]).unwrap(), None);
        let expected = Head {
            status: 200,
            begins: text.len() - 3,
            length: 3,
        };
        assert_eq!(head(text).unwrap(), Some(expected));
        assert!(head(b"HTTP/1.1 200 OK\r\n\r\n").is_err(), "no length");
        assert!(head(b"SSH-2.0-OpenSSH\r\n").is_err());
    }

    #[test]
    fn a_question_is_sent_with_its_length_and_sign_in() {
        let question = Question {
            path: "/p",
            body: Some("{}"),
            token: "t",
        };
        let text = written(&question);
        assert!(text.starts_with("POST /p HTTP/1.1\r\n") && text.ends_with("content-length: 2\r\n\r\n{}"));
        assert!(text.contains("authorization: Bearer t\r\n"));
    }
}
