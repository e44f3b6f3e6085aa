use super::*;

fn control(listening: &str, hosts: &[&str]) -> AccessControl {
    let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
    AccessControl::new(Access { hosts, ..Access::default() }, listening.parse().unwrap())
}

fn answers_to(control: &AccessControl, host: &str) -> bool {
    control.check_name(host.as_bytes()).is_ok()
}

#[test]
fn a_server_on_a_loopback_address_answers_to_this_machine_alone() {
    let control = control("127.0.0.1", &["desk.example"]);
    for own in [
        "127.0.0.1",
        "127.0.0.1:5000",
        "127.8.8.8:80",
        "[::1]",
        "[::1]:5000",
        "localhost",
        "LocalHost:5000",
        "desk.example:80",
    ] {
        assert!(answers_to(&control, own), "{own}");
    }
    for foreign in [
        "",
        ":80",
        "evil.example",
        "evil.example:5000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "192.0.2.7",
        "[2001:db8::1]",
        "::1",
        "[::1",
        "[localhost]",
        "[127.0.0.1]",
        "localhost:http",
        "localhost:80:80",
        "user@localhost",
        "localhost@evil.example",
        "localhost/",
        "xdesk.example",
        "desk.example.",
        "0.0.0.0",
        "127.1",
        "2130706433",
        "\u{fc}",
    ] {
        assert!(!answers_to(&control, foreign), "{foreign}");
    }
    assert!(control.check_name(b"\xff").is_err());
}

#[test]
fn a_server_on_an_address_of_its_own_answers_to_it() {
    let control = control("192.0.2.7", &[]);
    assert!(answers_to(&control, "192.0.2.7:5000") && answers_to(&control, "localhost"));
    assert!(!answers_to(&control, "192.0.2.8") && !answers_to(&control, "desk.example"));
}

#[test]
fn a_server_on_every_address_answers_to_addresses_but_not_to_names() {
    for unspecified in ["0.0.0.0", "::"] {
        let control = control(unspecified, &[]);
        assert!(answers_to(&control, "192.0.2.8:1") && answers_to(&control, "[2001:db8::1]"));
        assert!(!answers_to(&control, "evil.example"));
    }
}

#[test]
fn only_a_loopback_address_is_open() {
    for (address, rule) in [
        ("127.0.0.1", Rule::Open),
        ("127.9.9.9", Rule::Open),
        ("::1", Rule::Open),
        ("::ffff:127.0.0.1", Rule::Open),
        ("0.0.0.0", Rule::TokensOnly),
        ("::", Rule::TokensOnly),
        ("192.168.1.5", Rule::TokensOnly),
        ("169.254.1.1", Rule::TokensOnly),
        ("fe80::1", Rule::TokensOnly),
    ] {
        assert_eq!(control(address, &[]).rule, rule, "{address}");
    }
}

#[test]
fn every_route_needs_the_scope_that_the_manual_says_and_unknown_ones_the_most() {
    for (method, path, scope) in [
        (Method::GET, "/appointments", Scope::Read),
        (Method::GET, "/events", Scope::Read),
        (Method::HEAD, "/health", Scope::Read),
        (Method::OPTIONS, "/providers", Scope::Read),
        (Method::POST, "/appointments", Scope::Book),
        (Method::PATCH, "/appointments/r1", Scope::Book),
        (Method::DELETE, "/appointments/r1", Scope::Book),
        (Method::POST, "/appointments/r1/move", Scope::Book),
        (Method::POST, "/providers", Scope::Admin),
        (Method::PUT, "/providers/chen/availability", Scope::Admin),
        (Method::POST, "/appointmentsx", Scope::Admin),
        (Method::POST, "//appointments", Scope::Admin),
        (Method::POST, "/%61ppointments", Scope::Admin),
        (Method::from_bytes(b"BREW").unwrap(), "/health", Scope::Admin),
    ] {
        assert_eq!(scope_of(&method, path), scope, "{method} {path}");
    }
}

mod fuzz;
