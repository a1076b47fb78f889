#!/bin/bash
# beside.sh LINE COMMAND...: run a shell line in the idle moments of a long command.
# What the line says is shown in one piece as it ends; if it failed, again after the command.
# Fails where either does; with the command, if both do.
set -u
line=$1
shift
said=$(mktemp)
set -m # A group of its own, to be ended whole.
(
    nice -n 10 bash -c "$line" >"$said" 2>&1
    ended=$?
    cat "$said"
    exit $ended
) &
aside=$!
set +m
trap 'kill -- -$aside 2>/dev/null; rm -f "$said"' EXIT
trap 'exit 130' INT TERM

"$@"
main=$?
wait $aside
ended=$?
if [ $ended != 0 ]; then
    printf '\nFAILED beside the tests: %s\n' "$line" >&2
    cat "$said" >&2
fi
[ $main = 0 ] || exit $main
exit $ended
