//! The `slotdesk` program: parse, wire, run.

#[path = "main/failure.rs"]
mod failure;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::future::Future;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use chrono::NaiveDate;
use clap::{CommandFactory, Parser};
use slotdesk::access::{self, Access, AccessError, Secret, TokenFile, TokenName};
use slotdesk::api::{self, ApiError, Limits};
use slotdesk::cli::{self, Cli, Command, Flags, Shell, Token};
use slotdesk::demo::{self, DemoClock, Scenario};
use slotdesk::desk::{Calendar, Clock, Desk, Options, SystemClock};
use slotdesk::domain::{Channel, printable};
use slotdesk::settings::{self, Folders, Machine, Settings, Sources};
use slotdesk::store::audit::audit_in;
use slotdesk::store::{Copied, Existing, MemoryStore, SqliteStore};
use slotdesk::study::{
    self, Bearings, Comparison, Instance, Privacy, Progress, Report, StudyError, Synthesis, WorkloadFile,
};
use slotdesk::tui::theme::Theme;
use slotdesk::tui::{self, MouseCapture, Outcome, TuiError};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use failure::Failure;

/// Requests are allocated on one thread and freed on another all day, which this allocator is made for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Where `slotdesk serve` listens unless somebody says otherwise: only programs of this machine get there.
const USUAL_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5000);

/// Widest chart of a study; on a wider terminal the bars would only be longer.
const CHART_COLUMNS_MAX: u16 = 110;

/// The environment, by name.
type Environment = BTreeMap<String, OsString>;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(failure) => {
            failure.say_at_last();
            failure.exit_code()
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    outlive_the_file_size_limit()?;
    let named = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value));
    let environment: Environment = std::env::vars_os().filter_map(named).collect();
    let load = |flags| load(flags, environment.clone());
    match cli.command.unwrap_or(Command::Desk) {
        Command::Desk => desk(&load(cli.flags)?, &environment),
        Command::Demo(_) if cli.flags.book.is_some() => Err(Failure::DemoOnBook),
        Command::Demo(play) => {
            // An address in the settings is meant for the book of every day, not for a demo beside it.
            let listens = cli.flags.listen.is_some();
            let settings = load(cli.flags)?;
            let listen = settings.listen.filter(|_| listens);
            demo(&Settings { listen, ..settings }, &environment, &play)
        }
        Command::Serve => serve(&load(cli.flags)?),
        Command::Check => check(&load(cli.flags)?),
        Command::Token(asked) => token(&load(cli.flags)?, asked),
        Command::Backup(asked) => backup(&load(cli.flags)?, &asked),
        Command::Restore(asked) => restore(&load(cli.flags)?, &asked),
        Command::Study(asked) => {
            let usual = || Folders::of_user().ok().map(|folders| folders.settings());
            let settings = cli.flags.settings.clone().or_else(usual);
            let used = [asked.inputs(), settings.as_deref().into_iter().collect()].concat();
            study::check_outputs(&asked.outputs(), &used)?;
            if let Some(spec) = &asked.synthesize {
                return synthesize(spec, asked.output.as_deref());
            }
            if let (Some(from), Some(to)) = (asked.from, asked.to) {
                let settings = load(cli.flags)?;
                study::check_outputs(&asked.outputs(), &settings.log.as_deref().into_iter().collect::<Vec<_>>())?;
                return study(&asked, vec![days_of_book(&settings, from, to)?], Privacy::Private);
            }
            study(&asked, days_of_files(&asked.workloads)?, Privacy::Usual)
        }
        Command::Completions { shell } => print(&completions(shell)),
        Command::Settings => print(settings::DOCUMENTED.as_bytes()),
    }
}

fn load(flags: Flags, environment: Environment) -> Result<Settings, Failure> {
    let machine = Machine::this(&environment);
    let sources = Sources { flags: flags.given(), file: flags.settings, environment };
    Ok(Settings::load(&Folders::of_user()?, &machine, &sources)?)
}

/// The desk on the screen, and the API beside it if it was given an address.
fn desk(settings: &Settings, environment: &Environment) -> Result<ExitCode, Failure> {
    needs_terminal(environment)?;
    let _log = settings.begin_log(None)?;
    let access = access(settings, Some(&settings.book), settings.listen)?;
    Runtime::new()?.block_on(async {
        let listener = listener(settings, access).await?;
        let store = open(&settings.book)?;
        let calendar = Calendar::new(Arc::new(SystemClock), settings.time_zone);
        let desk = Desk::open(Box::new(store), calendar, options(settings))?;
        let label = settings.book.file_name().unwrap_or_default().to_string_lossy();
        let clinic = demo::clinic(desk.calendar().today());
        let screen = tui::Options { clinic, ..screen(settings, environment, &label) };
        show(desk, screen, listener).await
    })
}

/// Tells whoever started the program of files of the book that others can read.
fn warn_of_exposed_files(book: &Path) {
    for exposed in access::exposed(book) {
        // Nobody is left to be told if even the standard error is gone.
        let _ = writeln!(io::stderr(), "slotdesk: {exposed}");
    }
}

/// Opens a book for writing.
fn open(book: &Path) -> Result<SqliteStore, Failure> {
    // Before SQLite makes more files, with the same rights.
    warn_of_exposed_files(book);
    let store = SqliteStore::open(book)?;
    tracing::info!(book = %store.path().display(), version = env!("CARGO_PKG_VERSION"), "the book is open");
    Ok(store)
}

/// Who gets in where an address is listened to; with a book, those with its tokens.
fn access(settings: &Settings, book: Option<&Path>, listen: Option<SocketAddr>) -> Result<Access, Failure> {
    let Some(address) = listen else { return Ok(Access::default()) };
    Ok(Access::at(address, book, settings.token.as_ref(), settings.hosts.clone())?)
}

/// An address that is listened to, and who gets in there.
type Door = (TcpListener, Access);

/// Listens, if an address was given.
async fn listener(settings: &Settings, access: Access) -> Result<Option<Door>, Failure> {
    Ok(match settings.listen {
        Some(address) => Some((api::bind(address).await?, access)),
        None => None,
    })
}

/// Shows the desk, with the API beside it where there is a listener, until somebody leaves it.
async fn show(desk: Desk, mut screen: tui::Options, listener: Option<Door>) -> Result<ExitCode, Failure> {
    screen.listen = listener.as_ref().and_then(|(listener, _)| listener.local_addr().ok()).map(|at| at.to_string());
    let api = listener.map(|door| beside(desk.clone(), door));
    let left = tui::run(desk.clone(), screen).await;
    if let Some((stop, served)) = api {
        drop(stop);
        // The screen was the point; how the API ended is of no use to whoever has left it.
        let _ = served.await;
    }
    let closed = desk.close().await;
    let left = left?;
    closed?;
    Ok(after(left))
}

/// Serves the API until the sender is dropped.
fn beside(desk: Desk, (listener, access): Door) -> (oneshot::Sender<()>, JoinHandle<Result<(), ApiError>>) {
    let (stop, stopped) = oneshot::channel::<()>();
    let served = async move {
        let stopped = async {
            // The sender sends nothing: it is dropped.
            let _ = stopped.await;
        };
        api::serve_guarded(desk, listener, Limits::default(), access, stopped).await
    };
    (stop, tokio::spawn(served))
}

/// A scenario on a book in memory.
fn demo(settings: &Settings, environment: &Environment, play: &cli::Demo) -> Result<ExitCode, Failure> {
    let scenario = Scenario::load(&play.scenario)?;
    let speed = play.speed.as_deref().map_or(Ok(scenario.speed()), str::parse).map_err(Failure::Speed)?;
    needs_terminal(environment)?;
    let _log = settings.begin_log(None)?;
    let access = access(settings, None, settings.listen)?;
    Runtime::new()?.block_on(async {
        let listener = listener(settings, access).await?;
        let zone = settings.time_zone;
        let today = Calendar::new(Arc::new(SystemClock), zone).today();
        let clock = Arc::new(DemoClock::new(scenario.begins(today, zone), tokio::time::Instant::now(), speed));
        let calendar = Calendar::new(Arc::<DemoClock>::clone(&clock) as Arc<dyn Clock>, zone);
        let options = Options { seed: play.seed, ..options(settings) };
        let desk = Desk::open(Box::new(MemoryStore::new()), calendar, options)?;
        let (link, played) = demo::play(desk.clone(), &scenario, clock, play.seed);
        let label = format!("demo: {}", scenario.title());
        let screen = tui::Options { demo: Some(link), ..screen(settings, environment, &label) };
        let shown = show(desk, screen, listener).await;
        // It ends with the desk; a panic in it was already reported.
        let _ = played.await;
        shown
    })
}

/// The API without a screen.
fn serve(settings: &Settings) -> Result<ExitCode, Failure> {
    let address = settings.listen.unwrap_or(USUAL_ADDRESS);
    let access = access(settings, Some(&settings.book), Some(address))?;
    let _log = settings.begin_log(Some(io::stderr))?;
    Runtime::new()?.block_on(async {
        // The signals first: one that comes while the book is opened has to count.
        let asked_to_stop = asked_to_stop()?;
        let listener = api::bind(address).await?;
        let store = open(&settings.book)?;
        let calendar = Calendar::new(Arc::new(SystemClock), settings.time_zone);
        let desk = Desk::open(Box::new(store), calendar, options(settings))?;
        let bound = listener.local_addr()?;
        print(format!("listening on http://{bound}\n").as_bytes())?;
        let served = api::serve_guarded(desk.clone(), listener, Limits::default(), access, asked_to_stop).await;
        desk.close().await?;
        served?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Every rule of the desk, on a stored book.
fn check(settings: &Settings) -> Result<ExitCode, Failure> {
    warn_of_exposed_files(&settings.book);
    let mut reader = SqliteStore::open_reader(&settings.book)?;
    let violations = audit_in(&mut *reader, settings.time_zone)?;
    for violation in &violations {
        print(format!("{violation}\n").as_bytes())?;
    }
    if violations.is_empty() { print(b"the book keeps every rule\n") } else { Err(Failure::Unsound(violations.len())) }
}

/// Adds, lists and revokes tokens of a book.
fn token(settings: &Settings, asked: Token) -> Result<ExitCode, Failure> {
    let file = TokenFile::beside(&settings.book)?;
    let named = |name: String| TokenName::new(&name).map_err(AccessError::from);
    match asked {
        Token::Add { name, scope } => {
            let mut random = [0; Secret::RANDOM_BYTES];
            getrandom::fill(&mut random).map_err(io::Error::from)?;
            let secret = Secret::from_random(&random);
            file.add(named(name)?, scope, &secret, SystemClock.now())?;
            print(format!("{}\n", secret.reveal()).as_bytes())
        }
        Token::List => print(access::table(&file.list()?).as_bytes()),
        Token::Revoke { name } => file.revoke(named(name)?).map(|()| ExitCode::SUCCESS).map_err(Failure::from),
    }
}

/// A verified copy of the book.
fn backup(settings: &Settings, asked: &cli::Backup) -> Result<ExitCode, Failure> {
    let existing = if asked.force { Existing::Replace } else { Existing::Keep };
    let copied = SqliteStore::backup(&settings.book, &asked.to, existing)?;
    print(format!("wrote {}\n", holding(&copied)).as_bytes())
}

/// A backup in the place of the book.
fn restore(settings: &Settings, asked: &cli::Restore) -> Result<ExitCode, Failure> {
    let restored = SqliteStore::restore(&asked.from, &settings.book, SystemClock.now())?;
    let kept =
        restored.kept.map(|kept| format!("what stood there is kept as {}\n", printable(&kept.to_string_lossy())));
    print(format!("restored {}\n{}", holding(&restored.book), kept.unwrap_or_default()).as_bytes())
}

fn holding(book: &Copied) -> String {
    let Copied { path, events, appointments, bytes } = book;
    let path = printable(&path.to_string_lossy());
    format!("{path}: {events} events, {appointments} appointments, {bytes} bytes; every rule holds")
}

/// Made-up days, into a file or to whoever reads the output.
fn synthesize(spec: &Path, output: Option<&Path>) -> Result<ExitCode, Failure> {
    let synthesis = Synthesis::load(spec)?;
    let mut lines = Vec::new();
    for line in synthesis.lines() {
        lines.extend(line?);
    }
    match output {
        Some(path) => {
            study::write_whole(path, &lines, Privacy::Usual)?;
            Ok(ExitCode::SUCCESS)
        }
        None => print(&lines),
    }
}

/// Where days come from, and the days.
type Source = (String, Vec<Instance>);

/// The days of workload files; whoever asked is told of what is not read in them.
fn days_of_files(paths: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    let days = |(name, file): (String, WorkloadFile)| {
        for line in file.unread.to_string().lines() {
            // Nobody is left to be told if even the standard error is gone.
            let _ = writeln!(io::stderr(), "slotdesk: {name}, {line}");
        }
        (name, file.instances)
    };
    Ok(study::read_all(paths)?.into_iter().map(days).collect())
}

/// The days of a book, from the first to the last asked for.
fn days_of_book(settings: &Settings, from: NaiveDate, to: NaiveDate) -> Result<Source, Failure> {
    if to < from {
        return Err(StudyError::Backwards { from, to }.into());
    }
    let Settings { time_zone, start_grid, popularity_days, .. } = *settings;
    let bearings = Bearings { time_zone, start_grid, popularity_days };
    let mut reader = SqliteStore::open_reader(&settings.book)?;
    let days = study::read_book(&mut *reader, (from, to), bearings)?;
    let path = settings.book.clone();
    if days.is_empty() {
        return Err(StudyError::NoRequests { path, from, to }.into());
    }
    Ok((format!("{}, {from} to {to}", printable(&path.to_string_lossy())), days))
}

/// Policies side by side.
fn study(asked: &cli::Study, sources: Vec<Source>, privacy: Privacy) -> Result<ExitCode, Failure> {
    let mut reports = Vec::with_capacity(sources.len());
    let mut decisions = Vec::new();
    let progress = io::stderr().is_terminal().then(|| {
        let days = sources.iter().map(|(_, instances)| instances.len()).sum();
        Progress::new(io::stderr(), days, columns())
    });
    let on_played = || progress.as_ref().into_iter().for_each(Progress::advance);
    for (source, instances) in sources {
        let comparison = Comparison::play(&instances, &asked.policies(), &on_played);
        if asked.decisions.is_some() {
            for one in comparison.decisions() {
                decisions.extend(one.to_line()?);
            }
        }
        reports.push(Report::new(source, &comparison, asked.detail()));
    }
    progress.map(Progress::finish);
    if let Some(path) = &asked.decisions {
        study::write_whole(path, &decisions, privacy)?;
    }
    if let Some(path) = &asked.html {
        study::write_whole(path, study::to_html(&reports).as_bytes(), privacy)?;
    }
    if asked.json {
        return print(&study::to_json(&reports)?);
    }
    // Whoever reads the tables with a program has no use for bars.
    let columns = io::stdout().is_terminal().then(columns);
    let shown = |report| {
        let bars = columns.map(|columns| study::chart(report, columns.min(CHART_COLUMNS_MAX)));
        let bars = bars.filter(|bars| !bars.is_empty()).map(|bars| format!("\n{bars}"));
        study::table(report, columns) + &bars.unwrap_or_default()
    };
    print(reports.iter().map(shown).collect::<Vec<_>>().join("\n").as_bytes())
}

/// The columns of the terminal; the usual number where it does not tell.
fn columns() -> u16 {
    crossterm::terminal::size().map_or(80, |(columns, _)| columns)
}

fn options(settings: &Settings) -> Options {
    Options {
        workers: settings.workers,
        queue_length: settings.queue_length,
        start_grid: settings.start_grid,
        policy: settings.policy,
        popularity_days: settings.popularity_days,
        // The standard library's maps are seeded by the system, which is random enough for identifiers.
        seed: RandomState::new().build_hasher().finish(),
    }
}

fn screen(settings: &Settings, environment: &Environment, label: &str) -> tui::Options {
    let theme = Theme::new(settings.theme, settings.terminal(environment));
    let mouse = if settings.mouse { MouseCapture::On } else { MouseCapture::Off };
    let usual = tui::Options::new(printable(label), theme, settings.start_grid);
    tui::Options { mouse, keymap: settings.keymap.clone(), actor: Channel::Desk.into(), ..usual }
}

fn needs_terminal(environment: &Environment) -> Result<(), TuiError> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(TuiError::NoTerminal);
    }
    if environment.get("TERM").is_some_and(|term| term == "dumb") {
        return Err(TuiError::DumbTerminal);
    }
    Ok(())
}

/// A screen that was ended by a signal leaves the exit code that a shell expects.
fn after(outcome: Outcome) -> ExitCode {
    match outcome {
        Outcome::Left => ExitCode::SUCCESS,
        Outcome::Signalled(signal) => ExitCode::from(signal.exit_code()),
    }
}

/// Makes a write beyond the file size limit an error like any other, which can be told, and not the end.
fn outlive_the_file_size_limit() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let _inside = runtime.enter();
    // Once somebody has listened to a signal, it does not end the program any more.
    signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())).map(drop)
}

/// Ready when the program is asked to stop.
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "slotdesk", &mut script);
    script
}

/// Prints and flushes; a reader that has seen enough is no failure.
fn print(bytes: &[u8]) -> Result<ExitCode, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}
