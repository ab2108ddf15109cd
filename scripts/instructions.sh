#!/usr/bin/env bash
# Counts the instructions of a signature under valgrind and compares them with those recorded in
# benches/instructions.txt: what the signer, and the layer with it, add to the hashing may not grow by
# more than the margin (in percent), and twice the hostile input may not take much more than twice the
# instructions.
# With --record, records them instead.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly recorded=benches/instructions.txt margin=3

source scripts/system.sh
system_package valgrind command -v valgrind
source scripts/tools.sh
version=$(cargo pkgid --locked --package gungraun)
rust_tools "gungraun-runner@${version##*@}"

counted=$(mktemp)
trap 'rm -f "$counted"' EXIT
# Without line numbers and colours: one line with the name of a case, one with its instructions.
GUNGRAUN_COLOR=never cargo bench --quiet --package benches --no-default-features --features instructions --bench instructions |
    awk '/^instructions::/ { split($1, path, "::"); split($2, id, ":"); name = path[3] " " id[1] }
         /Instructions:/ { split($2, count, "|"); print name, count[1] }' >"$counted"

# What stands beside the hashing of the same case; for the layer, beside handing on the request too.
besides=$(awk '
    NR == FNR { if ($1 == "hashing") hashing[$2] = $3; if ($1 == "no_op") no_op[$2] = $3; next }
    !($2 in hashing) { next }
    $1 == "signer" { print $1, $2, $3 - hashing[$2] }
    $1 == "layer_call" { print "layer", $2, $3 - hashing[$2] - no_op[$2] }' \
    "$counted" "$counted")
if [ -z "$besides" ]; then
    echo "nothing was counted" >&2
    exit 1
fi

if [ "${1-}" = --record ]; then
    {
        echo "# Instructions of a signature besides those of the hashing; see scripts/instructions.sh."
        echo "$besides"
    } >"$recorded"
fi

status=0
echo "$besides" | awk -v margin=$margin '
    NR == FNR { if ($1 != "#") { was[$1 " " $2] = $3; open++ } next }
    {
        name = $1 " " $2
        change = (name in was) ? 100 * ($3 - was[name]) / was[name] : 0
        outcome = !(name in was) ? "not recorded" : change > margin ? "more than recorded" : \
            change < -margin ? "fewer than recorded: record them" : ""
        printf "%-24s %8d %+7.1f %%  %s\n", name, $3, change, outcome
        if (outcome ~ /^(not|more)/) failed = 1
        if (name in was) open--
    }
    END { if (open) { print open " recorded cases were not counted"; failed = 1 } exit failed }
' "$recorded" - || status=1

awk '$2 == "once" { once[$1] = $3 } $2 == "twice" { twice[$1] = $3 }
    END {
        for (name in once) {
            ratio = twice[name] / once[name]
            printf "%-24s %8.2f times the instructions for twice the input\n", name, ratio
            if (!(ratio <= 2.3)) failed = 1
            cases++
        }
        exit failed || cases < 2
    }' "$counted" || status=1
exit $status
