//! Where a user's files belong.

use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::SettingsError;

/// The folders of this user, by the rules of the XDG base directories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// Where settings belong: `$XDG_CONFIG_HOME/slotdesk`.
    pub config: PathBuf,
    /// Where books belong: `$XDG_DATA_HOME/slotdesk`.
    pub data: PathBuf,
}

impl Folders {
    /// The folders of the user who runs this program.
    pub fn of_user() -> Result<Self, SettingsError> {
        let base = etcetera::choose_base_strategy().map_err(|_| SettingsError::NoHome)?;
        Ok(Self { config: base.config_dir().join("slotdesk"), data: base.data_dir().join("slotdesk") })
    }

    /// The settings file where none is named.
    pub fn settings(&self) -> PathBuf {
        self.config.join("settings.toml")
    }

    /// The book where none is named.
    pub fn book(&self) -> PathBuf {
        self.data.join("book.db")
    }
}
