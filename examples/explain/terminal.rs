//! Colours, where there is somebody to see them.

use std::{
    env,
    io::{IsTerminal, stdout},
};

use tower_sigv4::Explanation;

use crate::cases::Case;

pub(crate) struct Terminal {
    has_colours: bool,
}

/// How wide the column is.
const LABELS: usize = 12;

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const PLAIN: &str = "0";

impl Terminal {
    pub(crate) fn new() -> Self {
        // https://no-color.org
        let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            has_colours: stdout().is_terminal() && !unwanted,
        }
    }

    pub(crate) fn title(&self, number: usize, case: &Case) {
        let request = (case.request)();
        let sent = format!("{} {}", request.method(), request.uri());
        let title = format!("{number}. {}", case.title);
        println!(
            "{}\n   {}\n",
            self.paint(BOLD, &title),
            self.paint(DIM, &sent)
        );
    }

    /// An explanation is plain text with its labels in a column of their own.
    pub(crate) fn explanation(&self, explanation: &Explanation) {
        let mut style = YELLOW;
        for line in explanation.to_string().lines() {
            let is_row = line.starts_with("  ");
            let (label, text) = line.split_at(if is_row { LABELS } else { 0 });
            style = match label.trim() {
                "signed" => GREEN,
                "received" => RED,
                "hint" => BOLD,
                "" => style,
                _ => PLAIN,
            };
            let row = format!("   {}{}", self.paint(DIM, label), self.paint(style, text));
            println!("{}", row.trim_end());
        }
        println!();
    }

    pub(crate) fn line(&self, text: &str) {
        println!("   {text}\n");
    }

    pub(crate) fn summary(&self, count: usize, wrong: &[String]) {
        for wrong in wrong {
            println!("{}", self.paint(RED, wrong));
        }
        let right = count - wrong.len();
        println!("{right} of {count} explanations name what was done to the request.");
    }

    fn paint(&self, style: &str, text: &str) -> String {
        match self.has_colours && !text.is_empty() {
            true => format!("\x1b[{style}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}
