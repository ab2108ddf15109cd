//! Every host that botocore makes, against what it signs for there. `scripts/endpoints.sh` prints
//! the hosts and runs this.

use std::{env, fs};

use http_sigv4::{Endpoint, Host, SigningScope};

/// A host that botocore makes, and what it signs for: `-` for nothing, region `*` for a set.
struct Row<'t> {
    host: &'t str,
    service: &'t str,
    region: &'t str,
}

fn rows(table: &str) -> impl Iterator<Item = Row<'_>> {
    table.lines().map(|line| {
        let cells: Vec<_> = line.split('\t').collect();
        let [host, service, region] = cells.try_into().unwrap();
        Row {
            host,
            service,
            region,
        }
    })
}

fn table() -> String {
    let path = env::var("BOTOCORE_HOSTS").expect("BOTOCORE_HOSTS is the script's output");
    fs::read_to_string(path).unwrap()
}

/// Hosts that are refused although botocore signs for them: why, which, and how many.
type Exception = (&'static str, fn(&Row<'_>) -> bool, usize);

const EXCEPTIONS: [Exception; 4] = [
    (
        // https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-s3.html
        // https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/setting-up-credentials.html
        // https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/usage-and-payment.html
        "the service is not in GovCloud, so that the rules fall back to its host in the commercial \
         partition, which takes no credentials of GovCloud",
        |row| {
            let labels = row.host.replace("-fips", "");
            row.region.starts_with("us-gov-")
                && ["budgets.", "cloudfront.", "g-123.s3-accelerate."]
                    .iter()
                    .any(|name| labels.starts_with(name))
        },
        12,
    ),
    (
        "the rules know only the domain of the commercial partition, where no host is of a region \
         of another",
        |row| {
            let of_others = ["cn-", "eusc-", "us-iso", "eu-isoe-"];
            (row.host.ends_with(".api.aws") || row.host.ends_with(".on.aws"))
                && of_others.iter().any(|start| row.region.starts_with(start))
        },
        50,
    ),
    (
        "AWS's sign-in has domains of its own, so that service and region have to be configured",
        |row| row.service == "signin" && !row.host.starts_with("signin."),
        86,
    ),
    (
        "endpoints.json has forgotten a dot: there is no such host",
        |row| row.host.starts_with("ramus-gov-"),
        2,
    ),
];

#[test]
#[ignore = "needs botocore"]
fn every_host_of_botocores_is_read_as_botocore_signs_for_it() {
    let (mut right, mut excepted, mut wrong) = (0, [0; EXCEPTIONS.len()], Vec::new());
    let table = table();
    for row in rows(&table) {
        let found = Endpoint::detect(row.host);
        let is_right = match (row.service, row.region) {
            ("-", _) => found.is_err(),
            (service, "*") => found
                .as_ref()
                .is_ok_and(|found| found.requires_sigv4a() && found.service() == service),
            _ => found.as_ref().is_ok_and(|found| is_for(found, &row)),
        };
        // Neither detected as what it is not, nor signed for by a layer that is configured.
        let is_refused = || {
            let scope = SigningScope::new(row.service, row.region).unwrap();
            let is_signed = found.as_ref().is_ok_and(|found| found.serves(&scope));
            !is_signed && !Endpoint::admits(&Host::parse(row.host).unwrap(), &scope)
        };
        if is_right {
            right += 1;
        } else if let Some(kind) = EXCEPTIONS.iter().position(|(_, is, _)| is(&row))
            && is_refused()
        {
            excepted[kind] += 1;
        } else {
            let Row {
                service, region, ..
            } = row;
            wrong.push(format!(
                "{}: {found:?}, not {service} in {region}",
                row.host
            ));
        }
    }
    println!(
        "{} hosts, {right} right, {} wrong",
        table.lines().count(),
        wrong.len()
    );
    for (number, (why, ..)) in excepted.iter().zip(EXCEPTIONS) {
        println!("{number} refused: {why}");
    }
    assert_eq!(wrong, [""; 0]);
    assert_eq!(excepted, EXCEPTIONS.map(|(.., number)| number));
    // A table that has shrunk would prove little.
    assert!(right > 80_000, "{right}");
}

/// Whether a row's service and region are those that a host tells, or that it cannot tell.
fn is_for(found: &Endpoint<'_>, row: &Row<'_>) -> bool {
    let scope = SigningScope::new(row.service, row.region).unwrap();
    let host = Host::parse(row.host).unwrap();
    found.serves(&scope) && Endpoint::admits(&host, &scope)
}

#[test]
#[ignore = "needs botocore"]
fn no_host_of_botocores_serves_a_region_of_another_partition() {
    let partitions: Vec<_> = include_str!("data/partitions.tsv")
        .lines()
        .skip(1)
        .collect();
    let (mut tried, mut crossed) = (0, Vec::new());
    let table = table();
    for row in rows(&table).filter(|row| row.service != "-") {
        let host = Host::parse(row.host).unwrap();
        let Ok(endpoint) = Endpoint::from_host(&host) else {
            continue;
        };
        for partition in &partitions {
            let mut cells = partition.split('\t');
            if cells.next() == Some(endpoint.partition()) {
                continue;
            }
            for region in cells.skip(3) {
                let scope = SigningScope::new(row.service, region).unwrap();
                tried += 1;
                if Endpoint::admits(&host, &scope) {
                    crossed.push(format!("{} for {scope}", row.host));
                }
            }
        }
    }
    println!(
        "{tried} hosts with a region of another partition, {} crossed",
        crossed.len()
    );
    assert_eq!(crossed, [""; 0]);
}
