#!/bin/sh
# determinism.sh RONDO... - every scenario has one hash, whichever build runs it, and with address
# randomisation on and off. Prints where they part.
set -eu
cd "$(dirname "$0")/.."
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# Path and hash of every scenario, as run by the command given.
hashes() {
    rm -f "$results/results.jsonl"
    "$@" run --results "$results" scenarios >/dev/null
    sed -n 's/.*"path":"\([^"]*\)".*"hash":"\([0-9a-f]*\)".*/\1 \2/p' "$results/results.jsonl"
}

hashes "$1" >"$results/first"
[ -s "$results/first" ] || { echo "no hashes from $1" >&2; exit 1; }
count=1
for rondo in "$@"; do
    for how in "" "setarch -R"; do
        # shellcheck disable=SC2086
        hashes $how "$rondo" >"$results/other"
        if ! diff "$results/first" "$results/other" >"$results/diff"; then
            head -n 6 "$results/diff"
            echo "$1 and '$how $rondo' differ" >&2
            exit 1
        fi
        count=$((count + 1))
    done
done
echo "$(wc -l <"$results/first") scenarios, $count runs of $# builds: one hash each"
