//! Serving: the layers around every request, and stopping gracefully.

use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tower::Service as _;

use super::caller::{Address, RequestId, Visitor};
use super::refusal::respond;
use super::{App, routes};
use crate::kernel::EventId;
use crate::office::Refusal;

/// A bound server that is not serving yet.
pub struct Serving {
    listener: TcpListener,
    /// The address it is bound to.
    pub address: SocketAddr,
}

/// Room for a hall that connects in one second.
const BACKLOG: u32 = 4096;
/// No request takes longer, uploads included.
const LONGEST_REQUEST: Duration = Duration::from_secs(120);
/// A line on which no complete head arrives in this time is closed: whoever sends a byte now and then takes no place from
/// others. Terminals ask more often, so that theirs stay open.
const LONGEST_HEAD: Duration = Duration::from_secs(30);
/// When no line can be accepted (too many open files), others must close first.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

impl Serving {
    /// Binds the address; port 0 takes any free one.
    pub fn bind(address: SocketAddr) -> std::io::Result<Self> {
        let socket = if address.is_ipv6() {
            TcpSocket::new_v6()?
        } else {
            TcpSocket::new_v4()?
        };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }
}

/// Serves until `stop` completes; requests under way are finished.
pub async fn serve(serving: Serving, app: App, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
    let stopping = app.stopping.clone();
    let router = service(app);
    let (close, closing) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = serving.listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, address)) => {
                // Small answers must not wait for more; failing to set it is no reason to refuse the connection.
                let _ = stream.set_nodelay(true);
                tokio::spawn(converse(stream, address, router.clone(), closing.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
    // Nobody new; who is here is told, and answered to the end. Standing streams would otherwise hold the server until
    // their watchers leave.
    stopping.send_replace(true);
    drop(serving.listener);
    drop(closing);
    let _ = close.send(());
    close.closed().await;
    Ok(())
}

/// One connection, until either side closes it.
async fn converse(stream: TcpStream, address: SocketAddr, router: Router, mut closing: watch::Receiver<()>) {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        router.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(LONGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        // A connection that broke has nobody to be told.
        _ = connection.as_mut() => return,
        _ = closing.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

fn service(app: App) -> Router {
    let router: Router<App> = routes::router().fallback(not_found);
    router.layer(from_fn_with_state(app.clone(), around)).with_state(app)
}

async fn not_found(State(app): State<App>, visitor: Visitor) -> Response {
    let json = visitor.path.starts_with("/api/");
    respond(&app, &visitor, Refusal::NotFound, json)
}

/// Around every request: its number, its time limit, the security headers, one line in the log.
async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let begun = app.office.now();
    let id = EventId::new(begun, app.office.entropy.as_ref()).to_string();
    let id = id.trim_start_matches("evt_").to_owned();
    let address = caller_address(&app, &request);
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(Address(address));
    let method = request.method().clone();
    // The route, not the path: paths of one-time links are secrets.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("-", MatchedPath::as_str)
        .to_owned();
    let answered = tokio::time::timeout(LONGEST_REQUEST, next.run(request)).await;
    let mut response = answered.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response());
    let status = response.status().as_u16();
    tracing::info!(request = %id, %method, route, status, ms = app.office.now() - begun, "request");
    secure(&mut response, &id);
    response
}

fn caller_address(app: &App, request: &Request) -> String {
    let forwarded = request
        .headers()
        .get("x-forwarded-for")
        .and_then(|value| value.to_str().ok());
    let nearest = forwarded
        .and_then(|list| list.rsplit(',').next())
        .map(|one| one.trim().to_owned());
    match nearest {
        Some(address) if app.site.trust_proxy => address,
        _ => request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map_or_else(String::new, |info| info.0.ip().to_string()),
    }
}

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                      connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
                      manifest-src 'self'";

fn secure(response: &mut Response, id: &str) {
    let headers = response.headers_mut();
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(self), microphone=(), geolocation=()",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // A page that is a file of its own brings its own policy.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}
