//! What the tests of what holds, whatever happens, have counted: for whoever collects it.

use std::path::PathBuf;

/// Writes the figures of a test into the folder that `SLOTDESK_FIGURES` names, if it does.
#[allow(dead_code, reason = "not every test file has figures")]
pub(crate) fn report(test: &str, figures: &str) {
    let Some(folder) = std::env::var_os("SLOTDESK_FIGURES").map(PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{test}.txt")), format!("{figures}\n")).unwrap();
}

/// How much of something a test does: what the environment says, or as much as fits into every run.
#[allow(dead_code, reason = "not every test file has a long form")]
pub(crate) fn extent(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{variable}: {text:?}")))
}
