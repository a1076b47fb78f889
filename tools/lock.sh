#!/bin/sh
# Pin every dependency by version and hash, without any registry's address. `make lock` brings uv.
set -eu
cd "$(dirname "$0")/.."
uv=$(command -v .venv/bin/uv || command -v uv)
pin() {
    out=$1
    shift
    "$uv" pip compile -q --python-version 3.11 --universal --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links --no-annotate -o "$out" "$@"
    if grep -nE 'https?://' "$out"; then
        echo "an address slipped into $out" >&2
        exit 1
    fi
}
pin requirements/run.txt pyproject.toml requirements/build.in
pin requirements/dev.txt --extra dev pyproject.toml requirements/build.in
pin requirements/influxd.txt requirements/influxd.in
