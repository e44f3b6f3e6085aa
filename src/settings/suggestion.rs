//! "Did you mean …?"

/// Least likeness of two names, 0 to 1, for one to be suggested for the other.
const LIKENESS_MIN: f64 = 0.75;
/// Most names that are listed where none is alike.
const LISTED_MAX: usize = 30;

/// The name that was probably meant.
pub(super) fn meant<'a>(name: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let likeness = |other: &str| strsim::jaro_winkler(&lower, &other.to_lowercase());
    let scored = allowed.into_iter().map(|other| (likeness(other), other));
    scored.filter(|(score, _)| *score >= LIKENESS_MIN).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, other)| other)
}

/// A hint for whoever used a name that does not exist.
pub(super) fn help(name: &str, allowed: &[&str]) -> String {
    match meant(name, allowed.iter().copied()) {
        Some(meant) => format!("did you mean {meant}?"),
        None if allowed.len() <= LISTED_MAX => format!("there are {}", allowed.join(", ")),
        None => format!("there are {} of them", allowed.len()),
    }
}

/// What is expected where one of several names is.
pub(super) fn one_of(name: &str, allowed: &[&str]) -> String {
    let list = if allowed.len() <= LISTED_MAX { allowed.join(", ") } else { format!("{} names", allowed.len()) };
    match meant(name, allowed.iter().copied()) {
        Some(meant) => format!("one of {list}; did you mean {meant}?"),
        None => format!("one of {list}"),
    }
}
