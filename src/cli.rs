//! The command line.

mod study;
mod token;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use clap_complete::Shell;
pub use study::Study;
pub use token::Token;

/// The command line as it was typed.
#[derive(Debug, Parser)]
#[command(
    name = "slotdesk",
    version,
    about = "The appointment desk of a clinic, salon or workshop, run from the keyboard",
    after_help = EXAMPLES,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What to do; the desk where nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Settings that were given as flags.
    #[command(flatten)]
    pub flags: Flags,
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Open the desk on the screen (what slotdesk does when no command is given)
    #[command(long_about = "Open the desk on the screen (what slotdesk does when no command is given)\n\n\
                      With --listen, other programs can book over HTTP at the same time.")]
    Desk,
    /// Serve the HTTP API without a screen, on 127.0.0.1:5000 unless --listen says otherwise
    #[command(
        long_about = "Serve the HTTP API without a screen, on 127.0.0.1:5000 unless --listen says otherwise\n\n\
                      Prints one line with the address as soon as requests are answered; messages go to the \
                      standard error, or with --log into a file. On an address that other machines can reach, tokens \
                      are needed (see slotdesk token --help). Ctrl-C or SIGTERM lets open requests finish and closes the book.",
        after_help = SERVE_EXAMPLES
    )]
    Serve,
    /// Watch a day at a desk that works by itself, on a book that is thrown away afterwards
    #[command(after_help = DEMO_EXAMPLES)]
    Demo(Demo),
    /// Verify every rule of the desk on a stored book, from its first event to its last
    #[command(
        long_about = "Verify every rule of the desk on a stored book, from its first event to its last\n\n\
                      Prints one line for every rule that is broken and then exits with 1. The book may be in \
                      use meanwhile; nothing in it is changed.",
        after_help = "Example:\n  slotdesk check --book clinic.db"
    )]
    Check,
    /// Say who may use the HTTP API of a book from other machines
    #[command(subcommand, long_about = token::ABOUT, after_help = token::EXAMPLES)]
    Token(Token),
    /// Copy the book to a file, while the desk runs or not, and verify the copy
    #[command(
        long_about = "Copy the book to a file, while the desk runs or not, and verify the copy\n\n\
                      The copy is the book as it was at one moment, in one file that only you can read. It gets its \
                      name when every rule was verified on it; until then a file of that name stays as it is.",
        after_help = "Example:\n  slotdesk backup --book clinic.db --to clinic-monday.db"
    )]
    Backup(Backup),
    /// Put a backup in the place of the book; what stood there is kept beside it
    #[command(
        long_about = "Put a backup in the place of the book; what stood there is kept beside it\n\n\
                      Verifies every rule on the backup first, and refuses while a desk has the book open. The \
                      backup itself is not changed, and can be used again.",
        after_help = "Example:\n  slotdesk restore --book clinic.db --from clinic-monday.db"
    )]
    Restore(Restore),
    /// Compare placement policies on days of requests, through the scheduler that the desk uses
    #[command(long_about = study::ABOUT, after_help = study::EXAMPLES)]
    Study(Study),
    /// Print completions for a shell
    #[command(
        after_help = "Example:\n  slotdesk completions bash > ~/.local/share/bash-completion/completions/slotdesk"
    )]
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the documented default settings
    #[command(after_help = "Example:\n  slotdesk settings > ~/.config/slotdesk/settings.toml")]
    Settings,
}

/// Where to copy the book to.
#[derive(Debug, Clone, Args)]
pub struct Backup {
    /// The file to write; its folder has to be there
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// Replace FILE if it is there
    #[arg(long)]
    pub force: bool,
}

/// What to put in the place of the book.
#[derive(Debug, Clone, Args)]
pub struct Restore {
    /// The backup
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
}

/// What to play.
#[derive(Debug, Clone, Args)]
pub struct Demo {
    /// The scenario: clinic, salon, workshop, or a file of your own
    #[arg(long, value_name = "NAME|FILE", default_value = "clinic")]
    pub scenario: String,
    /// Demo minutes per second, 0.017 (real time) to 600; the scenario's own speed where it is left out
    #[arg(long, value_name = "X")]
    pub speed: Option<String>,
    /// Makes another day of the same scenario; the same number plays the same day
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// Settings that can be given as flags; a flag beats the environment, which beats the settings file.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Settings")]
#[expect(clippy::doc_markdown, reason = "these comments are the text of --help, where backticks would be shown")]
pub struct Flags {
    /// The file of the book; it is made when it does not exist [env: SLOTDESK_BOOK]
    #[arg(long, global = true, value_name = "PATH")]
    pub book: Option<String>,
    /// Answer HTTP requests at this address [env: SLOTDESK_LISTEN]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Append messages for the operator to this file; names of clients are never in it [env: SLOTDESK_LOG]
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<String>,
    /// How much to log: error, warn, info, debug or trace [env: SLOTDESK_LOG_LEVEL]
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// Workers that decide requests side by side, 1 to 64 [env: SLOTDESK_WORKERS]
    #[arg(long, global = true, value_name = "N", allow_negative_numbers = true)]
    pub workers: Option<String>,
    /// Where the desk is, as in Europe/Berlin [env: SLOTDESK_TIMEZONE]
    #[arg(long, global = true, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// How slots are chosen [env: SLOTDESK_POLICY]
    #[arg(long, global = true, value_name = "NAME")]
    pub policy: Option<String>,
    /// The colours of the screen [env: SLOTDESK_THEME]
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,
    /// How many colours to show: auto, none, 16, 256 or true [env: SLOTDESK_COLOUR]
    #[arg(long, global = true, value_name = "DEPTH", alias = "color")]
    pub colour: Option<String>,
    /// Which characters to show: auto, unicode or ascii [env: SLOTDESK_GLYPHS]
    #[arg(long, global = true, value_name = "SET")]
    pub glyphs: Option<String>,
    /// Leave the mouse to the terminal
    #[arg(long, global = true)]
    pub no_mouse: bool,
    /// Read this settings file instead of the usual one
    #[arg(long, global = true, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  slotdesk                                    the desk, on the usual book
  slotdesk --book clinic.db                   the desk, on a book of its own
  slotdesk --book clinic.db --listen 127.0.0.1:5000
                                              the desk, and the API beside it
  slotdesk serve --book clinic.db             the API alone
  slotdesk demo                               a day at a desk that works by itself

Exit status: 0 it worked, 1 it failed, 2 it was used wrongly.";

const DEMO_EXAMPLES: &str = "\
Examples:
  slotdesk demo
  slotdesk demo --scenario salon --speed 4
  slotdesk demo --scenario my-day.toml --seed 7
  slotdesk demo --listen 127.0.0.1:5000       and book into it from another program";

const SERVE_EXAMPLES: &str = "\
Examples:
  slotdesk serve --book clinic.db
  slotdesk serve --listen 127.0.0.1:0         on any free port";

impl Flags {
    /// The flags that were given: the setting, the flag as it is typed, its value.
    pub fn given(&self) -> Vec<(&'static str, &'static str, String)> {
        let flags = [
            ("book", "--book", &self.book),
            ("listen", "--listen", &self.listen),
            ("log", "--log", &self.log),
            ("log_level", "--log-level", &self.log_level),
            ("workers", "--workers", &self.workers),
            ("time_zone", "--time-zone", &self.time_zone),
            ("policy", "--policy", &self.policy),
            ("theme", "--theme", &self.theme),
            ("colour", "--colour", &self.colour),
            ("glyphs", "--glyphs", &self.glyphs),
        ];
        let mut given: Vec<_> =
            flags.into_iter().filter_map(|(key, flag, value)| Some((key, flag, value.clone()?))).collect();
        if self.no_mouse {
            given.push(("mouse", "--no-mouse", "false".into()));
        }
        given
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_may_stand_before_and_after_the_command() {
        for line in ["slotdesk --book a serve", "slotdesk serve --book a"] {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            assert_eq!(cli.flags.book.as_deref(), Some("a"), "{line}");
            assert!(matches!(cli.command, Some(Command::Serve)));
        }
    }
}
