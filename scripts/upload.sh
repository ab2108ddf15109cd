#!/usr/bin/env bash
# Runs the `s3_upload` example against a SeaweedFS from PyPI: stops it in the middle, runs it again, and
# compares the object with the file.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/build-examples.sh
source scripts/seaweedfs.sh
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
export AWS_REGION=us-east-1
start_seaweedfs
build_examples
folder=$(mktemp --directory)
at_exit "rm -rf $folder"

# Takes the place of the shell that it is called in, so that this can be stopped.
upload() {
    exec "$BINARIES/examples/s3_upload" "$folder/file" "s3://bucket/a folder/$1" \
        --endpoint "$STORE_URL" --part-size 5 "${@:2}"
}
# Reads an object with another client, and compares it with the file.
compare() {
    "$BINARIES/sigv4-curl" --fail --service s3 "$STORE_URL/bucket/a%20folder/$1" | cmp - "$folder/file"
}

for options in '' --unsigned; do
    object=whole$options
    # 38 MiB and a bit, in 8 parts.
    head --bytes 40000003 /dev/urandom >"$folder/file"
    upload "$object" $options >"$folder/first" &
    uploading=$!
    wait_for_line "$folder/first" 'part 2'
    kill -KILL $uploading
    wait $uploading || true
    if grep --quiet done "$folder/first"; then
        echo "it was done before it was stopped" >&2
        exit 1
    fi
    (upload "$object" $options) >"$folder/second"
    compare "$object"
    tail -n 1 "$folder/second"
    grep --quiet '^done: 8 parts' "$folder/second"
    twice=$(grep --no-filename '^part' "$folder/first" "$folder/second" | sort | uniq --repeated | wc --lines)
    echo "$(grep --count '^part' "$folder/first") parts were sent before it was stopped, $twice of them twice"
    [ "$twice" = 0 ]
done

# A file that has changed since is not made of old parts; nor is there anything left of one that is done.
: >"$folder/file"
(upload empty) | grep '^done: 1 parts, 1'
compare empty
[ ! -e "$folder/file.s3_upload" ]
