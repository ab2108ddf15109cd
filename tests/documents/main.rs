//! What the documents say, against what there is: dependencies, manifests, files, names and faults.

mod dependencies;
mod document;
mod faults;
mod manifests;
mod metrics;
mod projects;
mod references;
mod workspace;
