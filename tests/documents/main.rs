//! What the documents say, against what there is: answers, dependencies, manifests, files, names and
//! faults.

mod anchors;
mod answers;
mod dependencies;
mod document;
mod faults;
mod manifests;
mod metrics;
mod projects;
mod references;
mod steps;
mod tls;
mod workspace;
