//! What the program says about itself.

use clap::CommandFactory;
use insta::assert_snapshot;
use slotdesk::cli::{Cli, Flags};
use slotdesk::settings;

use crate::program::User;

fn help(arguments: &[&str]) -> String {
    let outcome = User::new().run(arguments);
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    outcome.out
}

#[test]
fn help_of_the_program() {
    assert_snapshot!(help(&["--help"]));
}

#[test]
fn help_of_every_command() {
    for command in Cli::command().get_subcommands() {
        let name = command.get_name().to_owned();
        assert_snapshot!(format!("help_{name}"), help(&[&name, "--help"]));
    }
}

#[test]
fn the_version_is_the_packages() {
    assert_eq!(help(&["--version"]), format!("slotdesk {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn settings_prints_the_documented_default() {
    assert_eq!(help(&["settings"]), include_str!("../../assets/settings.toml"));
}

#[test]
fn the_printed_settings_can_be_used_as_they_are() {
    let user = User::new();
    user.write(".config/slotdesk/settings.toml", help(&["settings"]));
    let outcome = user.run(&["desk"]);
    assert!(outcome.err.contains("needs a terminal"), "{outcome:?}");
}

#[test]
fn completions_for_every_shell_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = help(&["completions", shell]);
        assert!(script.contains("serve") && script.contains("--book") | script.contains("book"), "{shell}");
    }
}

#[test]
fn every_flag_is_a_setting_and_says_so() {
    let all = Flags {
        book: Some("b".into()),
        listen: Some("l".into()),
        log: Some("l".into()),
        log_level: Some("l".into()),
        workers: Some("w".into()),
        time_zone: Some("t".into()),
        policy: Some("p".into()),
        theme: Some("t".into()),
        colour: Some("c".into()),
        glyphs: Some("g".into()),
        no_mouse: true,
        settings: None,
    };
    let command = Cli::command();
    for (key, flag, _) in all.given() {
        assert!(settings::names().contains(&key), "{key}");
        let named = |argument: &&clap::Arg| argument.get_long() == Some(flag.trim_start_matches('-'));
        assert!(command.get_arguments().any(|argument| named(&argument)), "{flag}");
    }
    assert!(Flags::default().given().is_empty());
}
