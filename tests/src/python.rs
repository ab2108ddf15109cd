use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::Value;

/// A Python process that answers every line with a line, and ends when its input does.
#[derive(Debug)]
pub struct Python {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Python {
    /// Starts a script of this project with the Python that `SIGV4_PYTHON` names.
    pub fn start(script: &str, arguments: &[&str]) -> Self {
        let python = std::env::var("SIGV4_PYTHON");
        let python = python.expect("SIGV4_PYTHON is the path of a Python that has the signers");
        let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts");
        let mut process = Command::new(python)
            .arg(format!("{scripts}/{script}"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            questions: process.stdin.take().unwrap(),
            answers: BufReader::new(process.stdout.take().unwrap()),
            process,
        }
    }

    /// Asks and waits for the answer.
    pub fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.questions, "{question}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer)
            .unwrap_or_else(|error| panic!("{error}; {:?}", self.process.try_wait()))
    }
}
