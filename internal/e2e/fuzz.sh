#!/bin/sh
# Runs every fuzz target for FUZZTIME, FUZZJOBS of them side by side. What a target
# finds it leaves in its package's testdata/fuzz, to be mended and kept.
# Inputs are made smaller for a second only: that takes the time from finding more.
set -eu
cd "$(dirname "$0")/../.."
time=${FUZZTIME:-1m}
work=$PWD/build/fuzz

# one runs a target, which xargs names as a folder and a function.
if [ "${1:-}" = one ]; then
	dir=$2 target=$3
	name=$(echo "$dir" | tr / -)
	log=$work/$name.$target.log
	if (cd "$dir" && "$work/$name.test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "$time" \
		-test.parallel 1 -test.fuzzminimizetime 1s -test.fuzzcachedir "$(go env GOCACHE)/fuzz/mailquarry/$dir") >"$log" 2>&1 ||
		# When its time is over within an input, that is said as if it were a fault.
		{ grep -q '^    context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log"; }; then
		echo "ok   $dir $target: $(sed -n 's/.*execs: \([0-9]*\).*/\1/p' "$log" | tail -1) runs"
		exit
	fi
	echo "FAIL $dir $target"
	tail -60 "$log"
	exit 1
fi

rm -rf "$work"
mkdir -p "$work"
# Fuzzing compiles all that a package needs once more. The Graph SDK would take
# minutes and gigabytes, so what needs it cannot be fuzzed: its parsers have
# packages of their own.
for dir in $(git grep -l '^func Fuzz' -- '*_test.go' | xargs -n1 dirname | sort -u); do
	if go list -deps -test "./$dir" | grep -q '^github.com/microsoftgraph/'; then
		echo "$dir has fuzz targets, and needs the Graph SDK" >&2
		exit 1
	fi
	go test -c -fuzz=. -o "$work/$(echo "$dir" | tr / -).test" "./$dir"
	sed -n "s|^func \(Fuzz[A-Za-z0-9_]*\)(.*|$dir \1|p" "$dir"/*_test.go >>"$work/targets"
done
echo "$(wc -l <"$work/targets") fuzz targets, $time each"
xargs -P "${FUZZJOBS:-$(getconf _NPROCESSORS_ONLN)}" -L 1 sh "$0" one <"$work/targets"
