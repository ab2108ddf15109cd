//! `SigV4Layer::from_default_chain`, in environments made for it.

use std::{
    env::{self, current_exe},
    process::Command,
};

use tower_sigv4::{Error, SigV4Layer};

/// Runs the test of this name again, in a process that has these variables and no others.
///
/// Whether that has been done: the process's own environment is everybody's, and cannot be changed
/// under the feet of other tests.
fn with_environment(test: &str, variables: &[(&str, &str)]) -> bool {
    const INSIDE: &str = "INSIDE_ENVIRONMENT";
    if env::var_os(INSIDE).is_some() {
        return false;
    }
    let output = Command::new(current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env_clear()
        // Windows has no sockets without it.
        .envs(env::var_os("SystemRoot").map(|folder| ("SystemRoot", folder)))
        .envs([(INSIDE, "1"), ("AWS_EC2_METADATA_DISABLED", "true")])
        .envs([
            ("AWS_CONFIG_FILE", "/none"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/none"),
        ])
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    true
}

#[tokio::main(flavor = "current_thread")]
async fn load() -> Result<SigV4Layer, Error> {
    let layer = SigV4Layer::from_default_chain("execute-api").await?;
    layer.credentials().unwrap().preload().await?;
    Ok(layer)
}

#[test]
fn region_and_keys_are_found_in_the_environment() {
    let variables = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    if with_environment("region_and_keys_are_found_in_the_environment", &variables) {
        return;
    }
    let layer = load().unwrap();
    assert!(layer.credentials().unwrap().generation().is_some());
    assert!(format!("{layer:?}").contains("eu-west-1"), "{layer:?}");
}

#[test]
fn region_and_keys_are_found_in_the_files() {
    let folder = env::temp_dir().join(format!("tower-sigv4-{}", std::process::id()));
    let (config, keys) = (folder.join("config"), folder.join("credentials"));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(&config, "[profile orders]\nregion = eu-west-2\n").unwrap();
    std::fs::write(
        &keys,
        "[orders]\naws_access_key_id = AKID\naws_secret_access_key = secret\n",
    )
    .unwrap();
    let variables = [
        ("AWS_PROFILE", "orders"),
        ("AWS_CONFIG_FILE", config.to_str().unwrap()),
        ("AWS_SHARED_CREDENTIALS_FILE", keys.to_str().unwrap()),
    ];
    let done = with_environment("region_and_keys_are_found_in_the_files", &variables);
    std::fs::remove_dir_all(&folder).unwrap();
    if done {
        return;
    }
    let layer = load().unwrap();
    assert!(format!("{layer:?}").contains("eu-west-2"), "{layer:?}");
}

#[test]
fn without_a_region_there_is_no_layer() {
    if with_environment("without_a_region_there_is_no_layer", &[]) {
        return;
    }
    let error = load().unwrap_err();
    assert!(
        error.is_configuration() && error.to_string().contains("AWS_REGION"),
        "{error}"
    );
}

#[test]
fn without_credentials_there_is_an_error_when_they_are_needed() {
    let variables = [("AWS_REGION", "eu-west-1")];
    if with_environment(
        "without_credentials_there_is_an_error_when_they_are_needed",
        &variables,
    ) {
        return;
    }
    let error = load().unwrap_err();
    assert!(error.is_credentials(), "{error}");
}
