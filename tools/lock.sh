#!/bin/sh
# Pin every dependency by version and hash, without any registry's address.
set -eu
cd "$(dirname "$0")/.."
mkdir -p requirements
for set in run dev; do
    extra=$([ "$set" = dev ] && echo "--extra dev" || true)
    # shellcheck disable=SC2086
    uv pip compile -q --python-version 3.11 --universal --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links --no-annotate $extra \
        -o "requirements/$set.txt" pyproject.toml requirements/build.in
    if grep -nE 'https?://' "requirements/$set.txt"; then
        echo "an address slipped into requirements/$set.txt" >&2
        exit 1
    fi
done
