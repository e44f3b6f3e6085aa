//! What a play has done so far, for captions that speak of it.

use crate::domain::{Invalid, Refusal};

/// What a play has done so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Requests placed.
    pub(super) booked: u32,
    /// Requests refused.
    pub(super) refused: u32,
    /// Appointments that an illness called off.
    pub(super) cancelled: u32,
    /// Those of them that were placed again.
    pub(super) rebooked: u32,
    /// The newest refusal, in short.
    refusal: String,
}

impl Tally {
    /// Counts a refusal and remembers what it says.
    pub(super) fn refuse(&mut self, refusal: &Refusal) {
        self.refused += 1;
        // A caption has room for one of them; the log has them all.
        self.refusal = match refusal.blocked.as_slice() {
            [] => refusal.to_string(),
            [one] => one.to_string(),
            [first, others @ ..] => format!("{first}; and {} more", others.len()),
        };
    }

    /// The text with its `{placeholders}` filled in; an error for one that does not exist.
    pub(super) fn fill(&self, text: &str) -> Result<String, Invalid> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (key, remaining) =
                after.split_once('}').ok_or_else(|| Invalid::new("placeholder", after, "a closing brace }"))?;
            filled.push_str(before);
            filled.push_str(&self.value(key)?);
            rest = remaining;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn value(&self, key: &str) -> Result<String, Invalid> {
        Ok(match key {
            "booked" => self.booked.to_string(),
            "refused" => self.refused.to_string(),
            "cancelled" => self.cancelled.to_string(),
            "rebooked" => self.rebooked.to_string(),
            "refusal" if self.refusal.is_empty() => "nothing was refused".to_owned(),
            "refusal" => self.refusal.clone(),
            _ => {
                let expected = "{booked}, {refused}, {cancelled}, {rebooked} or {refusal}";
                return Err(Invalid::new("placeholder", format!("{{{key}}}"), expected));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_what_was_counted() {
        let tally = Tally { booked: 3, cancelled: 2, ..Tally::default() };
        assert_eq!(
            tally.fill("{booked} in, {cancelled} out: {refusal}.").unwrap(),
            "3 in, 2 out: nothing was refused."
        );
        assert_eq!(tally.fill("nothing to fill").unwrap(), "nothing to fill");
    }

    #[test]
    fn an_unknown_or_open_placeholder_is_an_error() {
        for bad in ["{bookings}", "{", "a {booked", "{}"] {
            assert!(Tally::default().fill(bad).is_err(), "{bad}");
        }
    }
}
