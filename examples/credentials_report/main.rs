//! What requests notice of credentials when things go wrong: this project's cache and the AWS SDK's
//! own, side by side.
//!
//! ```sh
//! cargo run --release --features credentials-report --example credentials_report
//! ```
//!
//! Every scenario is played to both in virtual time, with the same scripted provider. The SDK's is
//! the lazy identity cache of `aws-smithy-runtime`, as its clients come with it.

mod cache;
mod scenarios;
mod workload;

use crate::{cache::Kind, scenarios::SCENARIOS};

fn main() {
    // Scripted panics are part of it.
    std::panic::set_hook(Box::new(|_| {}));
    let mut rows = vec![Row::head()];
    for scenario in SCENARIOS {
        let [sdk, ours] = [Kind::Sdk, Kind::Ours].map(|kind| scenario.play(kind));
        for (index, (sdk, ours)) in sdk.into_iter().zip(ours).enumerate() {
            rows.push(Row {
                scenario: if index == 0 { scenario.name } else { "" }.into(),
                figure: sdk.name.into(),
                sdk: sdk.value,
                ours: ours.value,
                target: scenario.target(sdk.name).into(),
            });
        }
    }
    print(&rows);
}

/// A line of the table.
struct Row {
    scenario: String,
    figure: String,
    sdk: String,
    ours: String,
    target: String,
}

impl Row {
    fn head() -> Self {
        Self {
            scenario: "scenario".into(),
            figure: "figure".into(),
            sdk: "AWS SDK".into(),
            ours: "tower-sigv4".into(),
            target: "target".into(),
        }
    }

    fn cells(&self) -> [&str; 5] {
        [
            &self.scenario,
            &self.figure,
            &self.sdk,
            &self.ours,
            &self.target,
        ]
    }
}

fn print(rows: &[Row]) {
    let width = |column: usize| rows.iter().map(|row| row.cells()[column].len()).max();
    let widths: Vec<_> = (0..5).map(|column| width(column).unwrap_or(0)).collect();
    for (number, row) in rows.iter().enumerate() {
        let cells = row.cells();
        let line: Vec<_> = (0..5)
            .map(|column| format!("{:1$}", cells[column], widths[column]))
            .collect();
        println!("| {} |", line.join(" | "));
        if number == 0 {
            let rule: Vec<_> = widths.iter().map(|&width| "-".repeat(width)).collect();
            println!("| {} |", rule.join(" | "));
        }
    }
}
