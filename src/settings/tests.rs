use std::fs;

use tempfile::TempDir;

use super::*;
use crate::tui::theme::ThemeName;

fn folders(home: &TempDir) -> Folders {
    Folders { config: home.path().join("config"), data: home.path().join("data") }
}

fn machine() -> Machine {
    Machine { processors: 3, time_zone: Some("Europe/Berlin".into()) }
}

fn usual() -> Settings {
    let folders = Folders { config: "/config".into(), data: "/data".into() };
    Settings::usual(&folders, &machine())
}

/// What the settings become with this file, or the sentence about what is wrong with it.
fn from_file(text: impl AsRef<[u8]>) -> Result<Settings, String> {
    let home = TempDir::new().unwrap();
    let file = home.path().join("s.toml");
    fs::write(&file, text).unwrap();
    let sources = Sources { file: Some(file), ..Sources::default() };
    Settings::load(&folders(&home), &machine(), &sources)
        .map_err(|error| error.to_string().replace(home.path().to_str().unwrap(), "~"))
}

/// Everything but the book, which lies in a home folder of its own each time.
fn facts(settings: &Settings) -> impl PartialEq + std::fmt::Debug {
    let Settings { listen, workers, queue_length, time_zone, start_grid, theme, .. } = settings.clone();
    let Settings { colour, glyphs, mouse, popularity_days, keymap, .. } = settings.clone();
    let desk = (listen, workers, queue_length, time_zone, start_grid, settings.policy.name(), popularity_days);
    let Settings { hosts, log, log_level, .. } = settings.clone();
    (desk, (theme, colour, glyphs, mouse, keymap), (hosts, log_level, log.is_none()))
}

fn from_environment(name: &str, value: &str) -> Result<Settings, String> {
    let home = TempDir::new().unwrap();
    let environment = BTreeMap::from([(name.to_owned(), value.into())]);
    let sources = Sources { environment, ..Sources::default() };
    Settings::load(&folders(&home), &machine(), &sources).map_err(|error| error.to_string())
}

#[test]
fn the_documented_settings_are_the_defaults_and_name_every_key() {
    let (expected, documented) = (from_file("").unwrap(), from_file(DOCUMENTED).unwrap());
    assert_eq!(facts(&documented), facts(&expected));
    for key in key::KEYS {
        let line = |line: &str| line.trim_start_matches('#').starts_with(&format!("{} = ", key.name));
        let settings = DOCUMENTED.lines().take_while(|line| *line != "[keymap]");
        assert_eq!(settings.filter(|text| line(text)).count(), 1, "{}", key.name);
        assert!(DOCUMENTED.contains(key.variable), "{}", key.variable);
    }
    assert!(DOCUMENTED.contains("\n[keymap]\n"));
}

#[test]
fn the_settings_that_are_shown_as_comments_are_valid_too() {
    let is_example = |line: &str| line.strip_prefix('#').is_some_and(|rest| rest.starts_with(char::is_alphabetic));
    let shown = |line: &str| -> String { if is_example(line) { line[1..].into() } else { line.into() } };
    let text = DOCUMENTED.lines().map(shown).collect::<Vec<_>>().join("\n");
    let settings = from_file(text).unwrap();
    assert_eq!(settings.listen, "127.0.0.1:5000".parse().ok());
    assert_eq!(settings.keymap, Keymap::from_toml("book = [\"b\", \"ctrl-n\"]").unwrap());
    assert_eq!(settings.theme, ThemeName::Auto);
}

#[test]
fn flags_beat_the_environment_which_beats_the_file() {
    let home = TempDir::new().unwrap();
    fs::create_dir_all(folders(&home).config).unwrap();
    fs::write(folders(&home).settings(), "workers = 1\nqueue_length = 10\nstart_grid = 15\n").unwrap();
    let variable = |name: &str, value: &str| (name.to_owned(), value.into());
    let sources = Sources {
        environment: BTreeMap::from([variable("SLOTDESK_WORKERS", "2"), variable("SLOTDESK_QUEUE_LENGTH", "20")]),
        flags: vec![("workers", "--workers", "4".into())],
        ..Sources::default()
    };
    let settings = Settings::load(&folders(&home), &machine(), &sources).unwrap();
    assert_eq!((settings.workers, settings.queue_length, settings.start_grid.get()), (4, 20, 15));
}

#[test]
fn nothing_at_the_usual_place_is_fine_but_a_named_file_has_to_exist() {
    let home = TempDir::new().unwrap();
    let load = |file| Settings::load(&folders(&home), &machine(), &Sources { file, ..Sources::default() });
    assert_eq!(load(None).unwrap().book, home.path().join("data/book.db"));
    let error = load(Some(home.path().join("absent.toml"))).unwrap_err().to_string();
    assert!(error.contains("absent.toml cannot be read: No such file"), "{error}");
    let error = load(Some(home.path().into())).unwrap_err().to_string();
    assert!(error.contains("cannot be read: Is a directory"), "{error}");
}

#[test]
fn an_unknown_key_names_file_line_and_what_was_meant() {
    assert_eq!(
        from_file("# mine\n\nworker = 4\n").unwrap_err(),
        "~/s.toml, line 3: there is no setting \"worker\"; did you mean workers?"
    );
    assert_eq!(
        from_file("[keymap]\nundoo = \"u\"\n").unwrap_err(),
        "~/s.toml, line 2: keymap: there is no action \"undoo\"; did you mean \"undo\"?"
    );
    assert!(from_file("zzz = 1").unwrap_err().ends_with("there are book, listen, hosts, log, log_level, workers, queue_length, time_zone, start_grid, policy, theme, colour, glyphs, mouse, popularity_days, keymap"));
}

#[test]
fn a_wrong_value_names_file_line_key_value_and_what_is_allowed() {
    let wrong = |text: &str| from_file(text).unwrap_err();
    assert_eq!(
        wrong("workers = \"many\""),
        "~/s.toml, line 1: workers: \"many\" is not valid, expected a whole number from 1 to 64"
    );
    assert_eq!(
        wrong("workers = 65"),
        "~/s.toml, line 1: workers: \"65\" is not valid, expected a whole number from 1 to 64"
    );
    assert_eq!(
        wrong("\ncolour = \"ture\""),
        "~/s.toml, line 2: colour: \"ture\" is not valid, expected one of auto, none, 16, 256, true; did you mean true?"
    );
    assert_eq!(
        wrong("time_zone = \"Europe/Berln\""),
        "~/s.toml, line 1: time_zone: \"Europe/Berln\" is not valid, expected an IANA time zone; did you mean Europe/Berlin?"
    );
    assert_eq!(
        wrong("colour = 256"),
        "~/s.toml, line 1: colour: \"256\" is not valid, expected one of auto, none, 16, 256, true"
    );
    assert_eq!(wrong("mouse = 1"), "~/s.toml, line 1: mouse: \"1\" is not valid, expected true or false");
    for text in ["undo = [\"u\", 3]", "undo = \"\"", "undo = \"ctrl-nothing\"", "undo = 3"] {
        let error = wrong(&format!("[keymap]\n\n{text}"));
        assert!(error.starts_with("~/s.toml, line 3: keymap"), "{error}");
    }
    assert!(wrong("[keymap]\nundo = \"b\"").contains("already taken by"));
    for text in [
        "start_grid = 0",
        "listen = \"5000\"",
        "book = \"\"",
        "book = 1",
        "keymap = 1",
        "[workers]",
        "popularity_days = -1",
        "queue_length = 99999999999999999999",
    ] {
        assert!(from_file(text).is_err(), "{text}");
    }
}

#[test]
fn what_is_no_settings_file_is_said_with_its_line() {
    assert!(from_file("workers = 1\nworkers = 2").unwrap_err().starts_with("~/s.toml, line 2: duplicate key"));
    assert!(from_file("workers = = 1").unwrap_err().starts_with("~/s.toml, line 1: "));
    assert_eq!(
        from_file(b"# ok\n\xff\xfe").unwrap_err(),
        "~/s.toml, line 2: this is not UTF-8 text; save the file as UTF-8"
    );
    assert!(from_file(vec![b'#'; 1024 * 1024 + 1]).unwrap_err().contains("larger than"));
    assert!(from_file("\u{feff}workers = 2").is_ok());
}

#[test]
fn two_actions_may_swap_their_keys() {
    let settings = from_file("[keymap]\nundo = \"b\"\nbook = \"u\"").unwrap();
    assert_eq!(settings.keymap, Keymap::from_toml("book = \"u\"\nundo = \"b\"").unwrap());
    assert_ne!(settings.keymap, Keymap::default());
}

#[test]
fn nothing_from_a_file_reaches_the_terminal_raw() {
    for text in ["\"\\u001b[2J\" = 1", "theme = \"\\u001b[2J\"", "[keymap]\n\"\\u001b[2J\" = \"u\""] {
        assert!(!from_file(text).unwrap_err().contains('\u{1b}'), "{text}");
    }
}

#[test]
fn the_environment_is_read_by_the_same_rules() {
    assert!(!from_environment("SLOTDESK_MOUSE", "off").unwrap().mouse);
    assert_eq!(from_environment("SLOTDESK_LISTEN", "localhost:80").unwrap().listen, "127.0.0.1:80".parse().ok());
    assert_eq!(from_environment("SLOTDESK_TIMEZONE", "Asia/Kolkata").unwrap().time_zone, Tz::Asia__Kolkata);
    assert_eq!(from_environment("SLOTDESK_BOOK", "").unwrap().workers, usual().workers);
    assert_eq!(
        from_environment("SLOTDESK_WORKERS", "x").unwrap_err(),
        "the environment variable SLOTDESK_WORKERS: workers: \"x\" is not valid, expected a whole number from 1 to 64"
    );
}

#[test]
fn a_postgresql_book_is_refused_without_showing_the_password() {
    let error = from_environment("SLOTDESK_BOOK", "postgres://ada:secret@db/desk").unwrap_err();
    assert_eq!(
        error,
        "the environment variable SLOTDESK_BOOK: this slotdesk has no PostgreSQL in it; give the path of a book file"
    );
}

#[test]
fn the_machine_gives_what_nobody_chose() {
    assert_eq!((usual().workers, usual().time_zone), (3, Tz::Europe__Berlin));
    let folders = Folders { config: "/config".into(), data: "/data".into() };
    let odd = Machine { processors: 200, time_zone: Some("Mars/Olympus".into()) };
    let settings = Settings::usual(&folders, &odd);
    assert_eq!((settings.workers, settings.time_zone), (Settings::USUAL_WORKERS_MAX, Tz::UTC));
}

#[test]
fn the_zone_of_the_environment_is_the_machines_where_it_has_a_name() {
    let zone = |text: &str| Machine::this(&BTreeMap::from([("TZ".to_owned(), text.into())])).time_zone;
    assert_eq!(zone("Asia/Tokyo").as_deref(), Some("Asia/Tokyo"));
    assert_eq!(zone(":Asia/Tokyo").as_deref(), Some("Asia/Tokyo"));
    let own = Machine::this(&BTreeMap::new()).time_zone;
    for unnamed in ["", "Mars/Olympus", "CET-1CEST,M3.5.0,M10.5.0/3", ":/etc/localtime"] {
        assert_eq!(zone(unnamed), own, "{unnamed}");
    }
}

#[test]
fn hosts_are_names_without_ports() {
    assert_eq!(from_file("hosts = [\"Desk.example\", \"desk-pc\"]").unwrap().hosts, ["desk.example", "desk-pc"]);
    assert_eq!(from_environment("SLOTDESK_HOSTS", "a.example, b.example").unwrap().hosts, ["a.example", "b.example"]);
    for wrong in ["\"a.example\"", "[\"a.example:80\"]", "[\"\"]", "[\"*\"]", "[3]", "[\"http://a.example\"]", "3"] {
        let error = from_file(format!("hosts = {wrong}")).unwrap_err();
        assert!(error.ends_with("expected host names without ports, as in desk.example"), "{error}");
    }
}

#[test]
fn the_token_of_the_environment_is_no_setting_and_shown_nowhere() {
    let secret = "a-secret-that-is-long-enough-for-the-desk";
    let settings = from_environment("SLOTDESK_TOKEN", secret).unwrap();
    assert_eq!(settings.token.as_ref().map(Secret::reveal), Some(secret));
    assert!(!format!("{settings:?}").contains(secret));
    assert!(from_environment("SLOTDESK_TOKEN", "").unwrap().token.is_none());
    for error in [
        from_environment("SLOTDESK_TOKEN", "hunter2").unwrap_err(),
        from_file("token = \"hunter2\"").unwrap_err(),
        from_file("SLOTDESK_TOKEN = \"hunter2\"").unwrap_err(),
    ] {
        assert!(!error.contains("hunter2"), "{error}");
    }
}
