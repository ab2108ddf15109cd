//! An explanation as text for a terminal: labels in one column, what they say in the next.

use std::fmt;

use super::{Difference, Explanation};

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "The service rejected the request: {}.", self.cause())?;
        let code = self.code().unwrap_or_default();
        row(f, "answer", &format!("{} {code}", self.status))?;
        paragraph(f, "", self.message().unwrap_or_default())?;
        for (index, difference) in self.differences().iter().enumerate() {
            f.write_str("\n")?;
            let (line, cause) = (difference.line(), difference.cause());
            match index {
                // Its cause is the headline.
                0 => row(f, "line", &line.to_string())?,
                _ => row(f, "line", &format!("{line}: {cause}"))?,
            }
            values(f, difference)?;
        }
        f.write_str("\n")?;
        paragraph(f, "hint", self.hint())
    }
}

/// What was signed, what was received, and a mark under the first character that differs.
fn values(f: &mut fmt::Formatter<'_>, difference: &Difference) -> fmt::Result {
    let (signed, received) = (difference.signed(), difference.received());
    for (label, value) in [("signed", signed), ("received", received)] {
        row(
            f,
            label,
            match value {
                None => "(no such line)",
                Some("") => "(empty)",
                Some(value) => value,
            },
        )?;
    }
    if let Some(mismatch) = difference.mismatch() {
        return row(f, "differs", &mismatch.to_string());
    }
    let (signed, received) = (signed.unwrap_or_default(), received.unwrap_or_default());
    let equal = signed
        .bytes()
        .zip(received.bytes())
        .take_while(|(a, b)| a == b);
    match equal.count() {
        at if at > 0 && signed != received => row(f, "", &format!("{:at$}^", "")),
        _ => Ok(()),
    }
}

fn paragraph(f: &mut fmt::Formatter<'_>, label: &str, text: &str) -> fmt::Result {
    let labels = [label].into_iter().chain(std::iter::repeat(""));
    let mut rows = labels.zip(wrapped(text));
    rows.try_for_each(|(label, line)| row(f, label, &line))
}

fn row(f: &mut fmt::Formatter<'_>, label: &str, text: &str) -> fmt::Result {
    write!(f, "\n  {label:<10}{text}")
}

/// Breaks a text at spaces.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

const WIDTH: usize = 86;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_broken_at_spaces_and_nowhere_else() {
        let words = [
            "a".repeat(50),
            "b".repeat(50),
            "c".to_owned(),
            "d".repeat(200),
        ];
        let expected = [
            words[0].clone(),
            format!("{} c", words[1]),
            words[3].clone(),
        ];
        assert_eq!(wrapped(&words.join(" ")), expected);
        assert!(wrapped(" ").is_empty());
    }
}
