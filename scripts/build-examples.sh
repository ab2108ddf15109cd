# To be sourced: `build_examples` builds what runs on any machine, by one command, since each by itself
# would compile most crates once more, and sets BINARIES to the folder of the programs.

build_examples() {
    local features
    features=$(printf 'examples/%s,' \
        assume-role aws-config axum bedrock opensearch remote-write reqwest s3-upload tonic websocket)
    cargo build --quiet --package examples --package sigv4-curl --examples --bins --features "$features"
    BINARIES=${CARGO_TARGET_DIR:-target}/debug
}
