//! Who is let in: the Host and Origin of a request, its token, and what the token is good for.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Version, header};

use super::problem::Problem;
use super::throttle::Throttle;
use crate::access::{Access, Holder, Scope, needs_tokens};
use crate::domain::{Actor, Channel, Invalid, Text};

/// Decides about every request before anything else looks at it.
///
/// On a loopback address a request without a token costs a few comparisons: no lock, no memory, no question
/// to the system.
pub(super) struct AccessControl {
    access: Access,
    listening: IpAddr,
    rule: Rule,
    refusals: Throttle,
}

/// Whether a token is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Everybody on this machine may do everything; who sends a token is taken at its word.
    Open,
    /// Nobody may do anything without a token.
    TokensOnly,
}

/// Who sent a request: the holder of a token, or anybody.
#[derive(Debug, Clone, Default)]
pub(super) struct Caller(Option<Holder>);

/// A request that was refused, and the name of its token if that is known.
struct Refused {
    problem: Problem,
    token: Option<Text>,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self { problem, token: None }
    }
}

impl AccessControl {
    /// The rules for a server that listens on an address.
    pub(super) fn new(access: Access, listening: IpAddr) -> Self {
        let rule = if needs_tokens(listening) { Rule::TokensOnly } else { Rule::Open };
        let listening = listening.to_canonical();
        Self { access, listening, rule, refusals: Throttle::default() }
    }

    /// Lets a request in, with the [`Caller`] attached where a token names one, or says why not.
    pub(super) fn admit<B>(&self, request: &mut Request<B>, client: SocketAddr) -> Result<(), Problem> {
        match self.check(request) {
            Ok(None) => Ok(()),
            Ok(Some(holder)) => {
                request.extensions_mut().insert(Caller(Some(holder)));
                Ok(())
            }
            Err(refused) => Err(self.report(refused, client.ip())),
        }
    }

    /// Whether somebody who was let in would still be; for answers that go on and on.
    pub(super) fn still_admits(&self, caller: &Caller) -> bool {
        caller.0.as_ref().is_none_or(|holder| self.access.tokens.still_knows(holder))
    }

    fn check<B>(&self, request: &Request<B>) -> Result<Option<Holder>, Refused> {
        let headers = request.headers();
        let host = self.check_host(request)?;
        check_origin(headers, host)?;
        let holder = match bearer(headers) {
            Bearer::None if self.rule == Rule::Open => return Ok(None),
            Bearer::None => return Err(Problem::NoToken.into()),
            Bearer::Unclear => return Err(Problem::UnknownToken.into()),
            Bearer::Secret(secret) => match self.access.tokens.holder(secret) {
                Ok(Some(holder)) => holder,
                Ok(None) => return Err(Problem::UnknownToken.into()),
                Err(error) => return Err(Problem::NoTokens(error).into()),
            },
        };
        let needed = scope_of(request.method(), request.uri().path());
        if holder.scope < needed {
            let problem = Problem::OutOfScope { needed, given: holder.scope };
            return Err(Refused { problem, token: holder.actor.name });
        }
        Ok(Some(holder))
    }

    /// The host that a request was sent to, if this server answers to it.
    ///
    /// A web page can make a browser ask any server for a name that belongs to the page's own site (DNS
    /// rebinding); what gives it away is that name. HTTP/1.0 has no such header, and no browser speaks it.
    fn check_host<'r, B>(&self, request: &'r Request<B>) -> Result<Option<&'r [u8]>, Problem> {
        if let Some(authority) = request.uri().authority().map(Authority::as_str) {
            self.check_name(authority.as_bytes())?;
        }
        let mut given = request.headers().get_all(header::HOST).iter();
        match (given.next(), given.next()) {
            (None, _) if request.version() <= Version::HTTP_10 => Ok(None),
            (Some(host), None) => self.check_name(host.as_bytes()).map(|()| Some(host.as_bytes())),
            _ => Err(Problem::NoHost),
        }
    }

    fn check_name(&self, host: &[u8]) -> Result<(), Problem> {
        let known = match read_host(host) {
            // Only a name can be made to lead somewhere else.
            Some(Host::Address(address)) => self.is_own(address.to_canonical()),
            Some(Host::Name(name)) => name.eq_ignore_ascii_case("localhost") || self.is_allowed(name),
            None => false,
        };
        if known {
            return Ok(());
        }
        let expected = "localhost, the address of this desk, or a name in its setting hosts";
        Err(Problem::Misdirected(Invalid::new("Host", String::from_utf8_lossy(host), expected)))
    }

    fn is_own(&self, address: IpAddr) -> bool {
        address.is_loopback() || address == self.listening || self.listening.is_unspecified()
    }

    fn is_allowed(&self, name: &str) -> bool {
        self.access.hosts.iter().any(|host| host.eq_ignore_ascii_case(name))
    }

    /// Writes down that somebody was refused; a flood of them fills no disk.
    fn report(&self, refused: Refused, client: IpAddr) -> Problem {
        let Refused { problem, token } = refused;
        let Some(unsaid) = self.refusals.due(Instant::now()) else { return problem };
        if let Problem::NoTokens(error) = &problem {
            tracing::error!(%error, %client, unsaid, "nobody is let in");
        } else {
            let status = problem.status().as_u16();
            let token = token.as_ref().map(tracing::field::display);
            tracing::warn!(status, %client, token, unsaid, "a request was refused: {}", reason(&problem));
        }
        problem
    }
}

impl Caller {
    /// The caller as the log names them.
    pub(super) fn actor(self) -> Actor {
        self.0.map_or_else(|| Channel::Http.into(), |holder| holder.actor)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

/// Why a request was refused, as the log says it: without a word that the client has chosen.
fn reason(problem: &Problem) -> &'static str {
    match problem {
        Problem::NoToken => "it came without a token",
        Problem::UnknownToken => "its token is unknown or was revoked",
        Problem::OutOfScope { .. } => "its token is not good for that",
        Problem::ForeignOrigin => "a web page of another site sent it",
        Problem::Misdirected(_) => "it was meant for a host that is not in the setting hosts",
        _ => "it has no Host header, or several",
    }
}

/// The scope that a request needs. What nobody thought of is left to `admin`.
fn scope_of(method: &Method, path: &str) -> Scope {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Scope::Read;
    }
    if path == "/appointments" || path.starts_with("/appointments/") { Scope::Book } else { Scope::Admin }
}

/// What a request says about its sender.
enum Bearer<'r> {
    /// Nothing, or something that is meant for somebody else (a proxy with passwords).
    None,
    /// A token.
    Secret(&'r [u8]),
    /// More than one thing.
    Unclear,
}

fn bearer(headers: &HeaderMap) -> Bearer<'_> {
    let Some(first) = headers.get(header::AUTHORIZATION) else { return Bearer::None };
    if headers.get_all(header::AUTHORIZATION).iter().nth(1).is_some() {
        return Bearer::Unclear;
    }
    let value = first.as_bytes().trim_ascii();
    let (scheme, secret) = value.split_at(value.iter().position(|byte| *byte == b' ').unwrap_or(value.len()));
    if scheme.eq_ignore_ascii_case(b"bearer") { Bearer::Secret(secret.trim_ascii()) } else { Bearer::None }
}

/// Refuses what a page of another site has a browser send: it needs no permission for simple requests.
fn check_origin(headers: &HeaderMap, host: Option<&[u8]>) -> Result<(), Problem> {
    let own = |origin: &HeaderValue| {
        let origin = origin.as_bytes();
        let authority = origin.strip_prefix(b"http://").or_else(|| origin.strip_prefix(b"https://"));
        authority.is_some_and(|authority| host.is_some_and(|host| authority.eq_ignore_ascii_case(host)))
    };
    if headers.get_all(header::ORIGIN).iter().all(own) { Ok(()) } else { Err(Problem::ForeignOrigin) }
}

/// Where a request says that it goes.
enum Host<'r> {
    Address(IpAddr),
    Name(&'r str),
}

/// A host without its port; none if it is no host. Brackets hold an IPv6 address and nothing else (RFC 3986 §3.2.2).
fn read_host(host: &[u8]) -> Option<Host<'_>> {
    let host = std::str::from_utf8(host).ok()?;
    let (read, port) = if let Some(rest) = host.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        (Host::Address(IpAddr::V6(address.parse().ok()?)), port)
    } else {
        let (name, port) = host.split_at(host.find(':').unwrap_or(host.len()));
        (name.parse().map_or(Host::Name(name), Host::Address), port)
    };
    let port = if port.is_empty() { port } else { port.strip_prefix(':')? };
    port.bytes().all(|byte| byte.is_ascii_digit()).then_some(read)
}

#[cfg(test)]
mod tests;
