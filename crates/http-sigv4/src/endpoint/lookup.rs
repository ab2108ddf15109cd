//! Looks up labels in the tables of names.

use super::{
    names::{OF_ONE_REGION, OTHERS, OWN},
    table::{BEHIND_REGION, Below, SHARED, Second, UNMODELED, UNSIGNED},
};

/// Looks up a name that nothing stands below.
pub(super) fn whole(labels: &[&str]) -> Option<&'static str> {
    let own = || find(OWN, |row| row, labels).copied();
    let other = || find(OTHERS, |row| row.0, labels).map(|row| row.1);
    let unmodeled = || find(UNMODELED, |row| row.0, labels).map(|row| row.1);
    own().or_else(other).or_else(unmodeled)
}

/// Looks up what customers' labels stand below, and says whether it is a FIPS endpoint's name.
pub(super) fn below<'t, T>(rows: &'t [(&str, Below, T)], labels: &[&str]) -> Option<(&'t T, bool)> {
    // No name is longer than two labels, and the longer one decides.
    [2, 1].into_iter().find_map(|length| {
        let (left, name) = labels.split_at_checked(labels.len().checked_sub(length)?)?;
        let (_, below, row) = find(rows, |row| row.0, name)?;
        let fips = name.iter().any(|label| is_fips(label));
        below.allows(left.len()).then_some((row, fips))
    })
}

/// The region that a name is signed for, whichever it stands before.
pub(super) fn one_region(labels: &[&str]) -> Option<&'static str> {
    find(OF_ONE_REGION, |row| row.0, labels).map(|row| row.1)
}

/// Looks up a name, without its FIPS markers, in a sorted table.
fn find<'t, R>(rows: &'t [R], name: fn(&R) -> &str, labels: &[&str]) -> Option<&'t R> {
    let joined = labels.iter().flat_map(|label| [".", plain(label)]).skip(1);
    let sought = joined.flat_map(str::bytes);
    let found = rows.binary_search_by(|row| name(row).bytes().cmp(sought.clone()));
    rows.get(found.ok()?)
}

pub(super) fn behind_region(name: &str) -> Option<&'static str> {
    let row = BEHIND_REGION
        .iter()
        .find(|(known, _)| *known == plain(name));
    row.map(|(_, service)| *service)
}

pub(super) fn unsigned(name: &str) -> Option<&'static str> {
    let row = UNSIGNED.iter().find(|(known, _)| *known == name);
    row.map(|(_, takes)| *takes)
}

pub(super) fn is_fips(label: &str) -> bool {
    label == "fips" || plain(label) != label
}

pub(super) fn plain(label: &str) -> &str {
    label.strip_suffix("-fips").unwrap_or(label)
}

/// The second service that a host of a service's takes signatures of.
pub(super) fn second(service: &str) -> Option<(&'static str, Second)> {
    let row = SHARED.iter().find(|(first, ..)| *first == service);
    row.map(|(_, second, by)| (*second, *by))
}
