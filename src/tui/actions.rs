//! The table of everything a key can do.
//!
//! Footer, help, palette, keymap file and README are all read from this one table, so that none of
//! them can promise what another does not know.

use std::fmt::Write as _;

use super::keys::Keymap;

/// Where an action works: what has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Context {
    /// Whatever is open.
    Anywhere,
    /// The desk itself.
    Desk,
    /// An appointment that was picked up.
    Carry,
    /// A form, or a line that is typed.
    Form,
    /// A list in a window, without typing.
    Menu,
}

impl Context {
    /// Whether plain characters are typed here, so that they cannot be commands.
    pub(super) const fn takes_text(self) -> bool {
        matches!(self, Self::Anywhere | Self::Form)
    }
}

/// Under which heading an action is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Appointments,
    Providers,
    Moving,
    Days,
    View,
    Session,
    Demo,
    Carrying,
    Windows,
}

impl Group {
    /// The groups in the order in which they are listed.
    pub(super) const ALL: [Self; 9] = [
        Self::Appointments,
        Self::Providers,
        Self::Moving,
        Self::Days,
        Self::View,
        Self::Session,
        Self::Demo,
        Self::Carrying,
        Self::Windows,
    ];

    /// The heading.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Appointments => "Appointments",
            Self::Providers => "Providers and services",
            Self::Moving => "Moving about",
            Self::Days => "Days",
            Self::View => "View",
            Self::Session => "Session",
            Self::Demo => "Demo",
            Self::Carrying => "While an appointment is picked up",
            Self::Windows => "Forms and lists",
        }
    }
}

/// What has to be true for an action to make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Nothing in particular.
    Always,
    /// There is a provider to book.
    AnyProvider,
    /// The cursor is on a provider.
    OnProvider,
    /// A live appointment is selected.
    OnAppointment,
    /// A demo is playing.
    InDemo,
    /// A day other than today is shown.
    AwayFromToday,
}

/// One row of the table.
#[derive(Debug)]
pub(super) struct Entry {
    /// The name in the keymap file and in the palette.
    pub(super) name: &'static str,
    /// What it does, as a sentence.
    pub(super) sentence: &'static str,
    /// The default keys.
    pub(super) keys: &'static [&'static str],
    /// Where it works.
    pub(super) context: Context,
    /// Under which heading it is listed.
    pub(super) group: Group,
    /// When it makes sense.
    pub(super) when: When,
    /// How much it deserves a place in the footer; 0 for none.
    pub(super) priority: u8,
}

macro_rules! actions {
    ($($action:ident: $name:literal, $sentence:literal, $keys:expr, $context:ident, $group:ident, $when:ident, $priority:literal;)*) => {
        /// Something that a key can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(super) enum Action {
            $(#[doc = $sentence] $action,)*
        }

        impl Action {
            /// Every action, in the order of the table.
            pub(super) const ALL: &'static [Self] = &[$(Self::$action),*];

            /// The action's row of the table.
            pub(super) const fn entry(self) -> &'static Entry {
                match self {
                    $(Self::$action => &Entry {
                        name: $name,
                        sentence: $sentence,
                        keys: &$keys,
                        context: Context::$context,
                        group: Group::$group,
                        when: When::$when,
                        priority: $priority,
                    },)*
                }
            }
        }
    };
}

actions! {
    Book: "book", "Book an appointment, beginning at the cursor.", ["b"], Desk, Appointments, AnyProvider, 100;
    Open: "open", "Show the appointment, or book the free time here.", ["enter"], Desk, Appointments, AnyProvider, 40;
    Move: "move", "Pick the appointment up and put it somewhere else.", ["m"], Desk, Appointments, OnAppointment, 95;
    Cancel: "cancel", "Call the appointment off, with the reason.", ["x", "delete"], Desk, Appointments, OnAppointment, 94;
    Arrived: "arrived", "The client is in the house.", ["a"], Desk, Appointments, OnAppointment, 93;
    Confirm: "confirm", "The client said they will come.", ["c"], Desk, Appointments, OnAppointment, 60;
    InProgress: "in-progress", "The provider has begun.", ["i"], Desk, Appointments, OnAppointment, 59;
    Done: "done", "The visit is over.", ["d"], Desk, Appointments, OnAppointment, 58;
    NoShow: "no-show", "The client did not come.", ["N"], Desk, Appointments, OnAppointment, 57;
    Status: "status", "Choose the status from a list.", ["s"], Desk, Appointments, OnAppointment, 61;
    Longer: "longer", "Make the appointment one step of the grid longer.", [")"], Desk, Appointments, OnAppointment, 20;
    Shorter: "shorter", "Make the appointment one step of the grid shorter.", ["("], Desk, Appointments, OnAppointment, 19;
    Undo: "undo", "Take back the newest change of this desk.", ["u"], Desk, Appointments, Always, 80;

    Hours: "hours", "Change the hours, seeing first what that would cancel.", ["H"], Desk, Providers, OnProvider, 70;
    BlockOut: "block-out", "Keep a range of this day free of appointments.", ["B"], Desk, Providers, OnProvider, 30;
    AddProvider: "add-provider", "Add a provider.", ["P"], Desk, Providers, Always, 28;
    EditProvider: "edit-provider", "Change a provider's name, services and daily limit.", ["e"], Desk, Providers, OnProvider, 29;
    Limit: "limit", "Change the provider's daily limit.", ["#"], Desk, Providers, OnProvider, 15;
    Retire: "retire", "Let the provider leave.", ["R"], Desk, Providers, OnProvider, 0;
    Services: "services", "Add or change a service.", ["S"], Desk, Providers, Always, 14;

    Left: "left", "Earlier.", ["h", "left"], Desk, Moving, Always, 0;
    Down: "down", "The next provider or appointment.", ["j", "down"], Desk, Moving, Always, 0;
    Up: "up", "The provider or appointment before.", ["k", "up"], Desk, Moving, Always, 0;
    Right: "right", "Later.", ["l", "right"], Desk, Moving, Always, 0;
    StepBack: "step-back", "One step of the grid earlier.", ["shift-left", ","], Desk, Moving, AnyProvider, 0;
    StepOn: "step-on", "One step of the grid later.", ["shift-right", "."], Desk, Moving, AnyProvider, 0;
    First: "first", "The first provider or appointment.", ["g g"], Desk, Moving, Always, 0;
    Last: "last", "The last provider or appointment.", ["G"], Desk, Moving, Always, 0;
    RowStart: "row-start", "The beginning of the provider's day.", ["home", "^"], Desk, Moving, AnyProvider, 0;
    RowEnd: "row-end", "The end of the provider's day.", ["end", "$"], Desk, Moving, AnyProvider, 0;
    PageDown: "page-down", "Half a page down.", ["ctrl-d", "pgdn"], Desk, Moving, Always, 0;
    PageUp: "page-up", "Half a page up.", ["ctrl-u", "pgup"], Desk, Moving, Always, 0;
    NextPane: "next-pane", "The other pane.", ["tab"], Desk, Moving, Always, 50;
    PreviousPane: "previous-pane", "The other pane, backwards.", ["shift-tab"], Desk, Moving, Always, 0;
    NextFree: "next-free", "The next free time that a service fits into.", ["n"], Desk, Moving, AnyProvider, 45;
    Find: "find", "Show only what matches, while you type.", ["/"], Desk, Moving, Always, 75;
    GoToNow: "go-to-now", "Today, at this minute.", ["g n"], Desk, Moving, Always, 0;

    PreviousDay: "previous-day", "The day before.", ["["], Desk, Days, Always, 25;
    NextDay: "next-day", "The day after.", ["]"], Desk, Days, Always, 26;
    PreviousWeek: "previous-week", "A week earlier.", ["{"], Desk, Days, Always, 0;
    NextWeek: "next-week", "A week later.", ["}"], Desk, Days, Always, 0;
    Today: "today", "Today.", ["t"], Desk, Days, AwayFromToday, 65;
    GoToDate: "go-to-date", "Any day, by its date.", ["g d"], Desk, Days, Always, 0;

    ZoomIn: "zoom-in", "Show fewer hours, wider.", [">"], Desk, View, AnyProvider, 0;
    ZoomOut: "zoom-out", "Show more hours, narrower.", ["<"], Desk, View, AnyProvider, 0;
    ZoomAll: "zoom-all", "Show the whole working day.", ["0"], Desk, View, AnyProvider, 0;
    Log: "log", "What happened, newest first.", ["L"], Desk, View, Always, 27;
    Theme: "theme", "The next colour theme.", ["T"], Desk, View, Always, 0;
    Mouse: "mouse", "Switch the mouse off, to select text with it, or on.", ["M"], Desk, View, Always, 0;
    Reload: "reload", "Load the day again and redraw the screen.", ["ctrl-l", "f5"], Desk, View, Always, 0;

    Palette: "commands", "Find any of these commands by its name.", [":"], Desk, Session, Always, 85;
    Help: "help", "Every key, and what it does.", ["?"], Desk, Session, Always, 84;
    HelpHere: "help-here", "Every key, wherever you are.", ["f1"], Anywhere, Session, Always, 0;
    Back: "back", "Drop the filter and put messages away.", ["esc"], Desk, Session, Always, 0;
    Quit: "quit", "Leave the desk.", ["q"], Desk, Session, Always, 62;
    Suspend: "suspend", "Back to the shell; fg returns.", ["ctrl-z"], Anywhere, Session, Always, 0;
    ForceQuit: "force-quit", "Leave at once, whatever is open.", ["ctrl-c"], Anywhere, Session, Always, 0;

    DemoPause: "demo-pause", "Let the demo stand still, or go on.", ["space"], Desk, Demo, InDemo, 99;
    DemoFaster: "demo-faster", "Play the demo faster.", ["+", "="], Desk, Demo, InDemo, 98;
    DemoSlower: "demo-slower", "Play the demo slower.", ["-"], Desk, Demo, InDemo, 97;

    CarryDrop: "carry-drop", "Put the appointment down here.", ["enter", "m"], Carry, Carrying, Always, 100;
    CarryBack: "carry-back", "Leave it where it was.", ["esc", "q"], Carry, Carrying, Always, 99;
    CarryEarlier: "carry-earlier", "One step of the grid earlier.", ["h", "left"], Carry, Carrying, Always, 90;
    CarryLater: "carry-later", "One step of the grid later.", ["l", "right"], Carry, Carrying, Always, 89;
    CarryHourEarlier: "carry-hour-earlier", "An hour earlier.", ["shift-left", ","], Carry, Carrying, Always, 40;
    CarryHourLater: "carry-hour-later", "An hour later.", ["shift-right", "."], Carry, Carrying, Always, 39;
    CarryUp: "carry-up", "To the provider above.", ["k", "up"], Carry, Carrying, Always, 80;
    CarryDown: "carry-down", "To the provider below.", ["j", "down"], Carry, Carrying, Always, 79;
    CarryPreviousDay: "carry-previous-day", "To the day before.", ["["], Carry, Carrying, Always, 70;
    CarryNextDay: "carry-next-day", "To the day after.", ["]"], Carry, Carrying, Always, 69;
    CarryLonger: "carry-longer", "One step of the grid longer.", [")"], Carry, Carrying, Always, 30;
    CarryShorter: "carry-shorter", "One step of the grid shorter.", ["("], Carry, Carrying, Always, 29;
    CarryNext: "carry-next", "The nearest place that would do.", ["n"], Carry, Carrying, Always, 60;

    FormSubmit: "form-submit", "Do it.", ["enter"], Form, Windows, Always, 100;
    FormClose: "form-close", "Close without changing anything.", ["esc"], Form, Windows, Always, 99;
    FormNext: "form-next", "The next field or line.", ["tab", "down"], Form, Windows, Always, 50;
    FormPrevious: "form-previous", "The field or line before.", ["shift-tab", "up"], Form, Windows, Always, 0;
    FormPageDown: "form-page-down", "A page down in the list.", ["pgdn"], Form, Windows, Always, 0;
    FormPageUp: "form-page-up", "A page up in the list.", ["pgup"], Form, Windows, Always, 0;
    FormPlaces: "form-places", "Choose among the other places on offer.", ["f2"], Form, Windows, Always, 70;
    FormOverbook: "form-overbook", "Book it over the rules; it is marked and logged.", ["ctrl-o"], Form, Windows, Always, 60;

    MenuChoose: "menu-choose", "Take the selected line.", ["enter"], Menu, Windows, Always, 100;
    MenuClose: "menu-close", "Close the window.", ["esc", "q"], Menu, Windows, Always, 99;
    MenuDown: "menu-down", "The next line.", ["j", "down", "tab"], Menu, Windows, Always, 50;
    MenuUp: "menu-up", "The line before.", ["k", "up", "shift-tab"], Menu, Windows, Always, 49;
    MenuFirst: "menu-first", "The first line.", ["g g", "home"], Menu, Windows, Always, 0;
    MenuLast: "menu-last", "The last line.", ["G", "end"], Menu, Windows, Always, 0;
    MenuPageDown: "menu-page-down", "A page down.", ["ctrl-d", "pgdn"], Menu, Windows, Always, 0;
    MenuPageUp: "menu-page-up", "A page up.", ["ctrl-u", "pgup"], Menu, Windows, Always, 0;
}

impl Action {
    /// The action of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }

    /// The name in the keymap file and in the palette.
    pub(super) const fn name(self) -> &'static str {
        self.entry().name
    }

    /// The name in words, for the footer.
    pub(super) fn label(self) -> String {
        let name = self.name();
        if self == Self::NoShow {
            // Written as the status is.
            return name.to_owned();
        }
        let own = ["carry-", "form-", "menu-", "demo-"].iter().find_map(|prefix| name.strip_prefix(prefix));
        own.unwrap_or(name).replace('-', " ")
    }

    /// Whether its keys are read while `context` has the keyboard.
    pub(super) fn works_in(self, context: Context) -> bool {
        [Context::Anywhere, context].contains(&self.entry().context)
    }

    /// Whether both can be wanted by the same key press.
    pub(super) fn meets(self, other: Self) -> bool {
        self.works_in(other.entry().context) || other.works_in(self.entry().context)
    }

    /// Whether losing its keys would lock somebody in.
    pub(super) const fn is_way_out(self) -> bool {
        matches!(self, Self::ForceQuit | Self::FormClose | Self::MenuClose | Self::CarryBack)
    }
}

/// The table of all actions with their keys, in Markdown, for the manual.
///
/// ```
/// # use slotdesk::tui::{Keymap, actions_markdown};
/// let table = actions_markdown(&Keymap::default());
/// assert!(table.contains("| `b` | book | Book an appointment, beginning at the cursor. |"));
/// ```
pub fn actions_markdown(keymap: &Keymap) -> String {
    let mut text = String::new();
    for group in Group::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "### {}\n\n| keys | name | what it does |\n|---|---|---|", group.title());
        for action in Action::ALL.iter().filter(|action| action.entry().group == group) {
            let keys: Vec<String> =
                keymap.shown(*action).iter().map(|key| format!("`{}`", key.replace('|', "\\|"))).collect();
            let _ = writeln!(text, "| {} | {} | {} |", keys.join(" "), action.name(), action.entry().sentence);
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_kebab_case_and_sentences_are_sentences() {
        let names: BTreeSet<&str> = Action::ALL.iter().map(|action| action.name()).collect();
        assert_eq!(names.len(), Action::ALL.len());
        for action in Action::ALL {
            let entry = action.entry();
            assert!(entry.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", entry.name);
            // Help shows it whole at 80 columns.
            assert!(entry.sentence.len() <= 58, "{}", entry.sentence);
            assert!(
                entry.sentence.ends_with('.') && entry.sentence.starts_with(char::is_alphanumeric),
                "{}",
                entry.name
            );
            assert_eq!(Action::named(entry.name), Some(*action));
        }
    }

    #[test]
    fn the_manual_lists_every_action_once() {
        let table = actions_markdown(&Keymap::default());
        for action in Action::ALL {
            assert_eq!(table.matches(&format!("| {} |", action.name())).count(), 1, "{}", action.name());
        }
    }
}
