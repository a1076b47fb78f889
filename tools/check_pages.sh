#!/bin/sh
# Types and style of the pages' modules, where Node is present; in CI always.
set -eu
cd "$(dirname "$0")/.."
if ! command -v npm >/dev/null; then
    echo "pages not checked: no Node here (apt-get install nodejs npm)" >&2
    [ "${CI:-}" != true ]
    exit
fi
if [ ! -x node_modules/.bin/tsc ] || [ ! -x node_modules/.bin/eslint ] \
    || [ package.json -nt node_modules/.ready ]; then
    npm install --silent --no-save --ignore-scripts
    touch node_modules/.ready
fi
npm run --silent types
npm run --silent lint
