//! What an empty book offers, so that the first run is never a blank screen.

use chrono::NaiveDate;

use super::lines::{Lines, digit};
use super::{Claim, Layer, Next, Overlay, ProviderForm};
use crate::desk::Command;
use crate::domain::TimeRange;
use crate::tui::actions::{Action, Context};
use crate::tui::activity::Severity;
use crate::tui::form::Edit;
use crate::tui::message::{Cx, Effect, Now, Reply, Ticket};
use crate::tui::model::Model;
use crate::tui::sentences;
use crate::tui::view::Canvas;

/// The welcome.
#[derive(Debug, Default)]
pub(in crate::tui) struct WelcomeMenu {
    lines: Lines,
    waiting: Option<Ticket>,
}

/// What can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Choice {
    AddProvider,
    Clinic,
    Quit,
}

impl Choice {
    /// The key and the words of the line.
    pub(in crate::tui) const fn line(self) -> (&'static str, &'static str) {
        match self {
            Self::AddProvider => ("P", "add the first provider"),
            Self::Clinic => ("C", "look around in an example clinic, written into this book"),
            Self::Quit => ("Q", "leave"),
        }
    }
}

/// The lines on offer.
pub(in crate::tui) fn choices(model: &Model) -> Vec<Choice> {
    let clinic = (!model.settings.clinic.is_empty()).then_some(Choice::Clinic);
    std::iter::once(Choice::AddProvider).chain(clinic).chain([Choice::Quit]).collect()
}

impl WelcomeMenu {
    fn choose(&mut self, choice: Choice, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        match choice {
            Choice::AddProvider => return Next::Open(Overlay::Provider(ProviderForm::add())),
            Choice::Clinic if self.waiting.is_none() => {
                let commands = model.settings.clinic.clone();
                self.waiting = Some(model.submit(cx, None, commands));
                // Who has only just been added is on no screen yet; the first working day is one to look at.
                if let Some(day) = first_working_day(&model.settings.clinic, model.now) {
                    model.turn_to(cx, day);
                }
            }
            Choice::Clinic => {}
            Choice::Quit => cx.want(Effect::Quit),
        }
        Next::Stay
    }

    /// Whether the example is on its way into the book.
    pub(in crate::tui) fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }
}

/// The first day on which any of the providers still works.
fn first_working_day(clinic: &[Command], now: Now) -> Option<NaiveDate> {
    let providers =
        || clinic.iter().filter_map(|command| if let Command::AddProvider(one) = command { Some(one) } else { None });
    let works = |day: &NaiveDate| {
        let end = providers().filter_map(|one| one.hours_on(*day).bounds()).map(TimeRange::end).max();
        end.is_some_and(|end| *day > now.today || end > now.minute)
    };
    now.today.iter_days().take(14).find(works)
}

/// What was made, and which keys come next.
fn made(model: &Model) -> String {
    let count = |is: fn(&Command) -> bool| model.settings.clinic.iter().filter(|command| is(command)).count();
    let providers = count(|command| matches!(command, Command::AddProvider(_)));
    let services = count(|command| matches!(command, Command::AddService(_)));
    let key = |action: Action| model.settings.keymap.shown(action).into_iter().next().unwrap_or_default();
    format!(
        "An example clinic is in the book: {providers} providers and {services} services; {} finds free time, {} books, {} turns to the next day",
        key(Action::NextFree),
        key(Action::Book),
        key(Action::NextDay),
    )
}

impl Layer for WelcomeMenu {
    fn context(&self) -> Context {
        Context::Menu
    }

    fn act(&mut self, action: Action, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        let choices = choices(model);
        match action {
            Action::MenuClose => Next::Close,
            Action::MenuChoose => self.choose(choices[self.lines.selected(choices.len())], model, cx),
            _ => {
                self.lines.act(action, choices.len());
                Next::Stay
            }
        }
    }

    fn edit(&mut self, edit: &Edit, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        let choices = choices(model);
        let letter = |edit: &Edit| {
            let Edit::Key(key) = edit else { return None };
            let pressed = crate::tui::keys::Chord::from(*key).character()?.to_ascii_uppercase().to_string();
            choices.iter().position(|choice| choice.line().0 == pressed)
        };
        let picked =
            if let Edit::Pick(line) = edit { Some(*line) } else { digit(edit, choices.len()).or_else(|| letter(edit)) };
        match picked.and_then(|line| choices.get(line)) {
            Some(choice) => self.choose(*choice, model, cx),
            None => Next::Stay,
        }
    }

    fn reply(&mut self, ticket: Ticket, reply: Reply, model: &mut Model, _cx: &mut Cx<'_>) -> Claim {
        match reply {
            Reply::Answer(result) if self.waiting == Some(ticket) => {
                self.waiting = None;
                match result {
                    Ok(_) => {
                        model.say(Severity::Success, made(model));
                        return Claim::Mine(Next::Close);
                    }
                    Err(error) => model.say(Severity::Error, sentences::failed(&error)),
                }
                Claim::Mine(Next::Stay)
            }
            other => Claim::Other(other),
        }
    }

    fn draw(&self, model: &Model, canvas: &mut Canvas<'_>) {
        let choices = choices(model);
        let lines: Vec<(&str, &str)> = choices.iter().map(|choice| choice.line()).collect();
        canvas.welcome(&lines, self.lines.selected(lines.len()));
    }
}
