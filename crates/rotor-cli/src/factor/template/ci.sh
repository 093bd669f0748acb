#!/usr/bin/env bash
# What every change of this factor passes, here and on GitHub (.github/workflows/rotor.yml runs this file).
#
#   ./ci.sh                    checks
#   ./ci.sh --accept WHY WHO   writes down that what the golden backtest and the count of instructions say now is meant
#
# ROTOR_DATASET names a dataset folder; without it the demo is taken, the same bytes on every machine.
set -euo pipefail
cd "$(dirname "$0")"
# One place, whatever the surroundings say: what is checked below is what is built here.
export CARGO_TARGET_DIR="$PWD/target"

usage() {
  echo "usage: ./ci.sh [--accept WHY WHO]" >&2
  exit 2
}
case "$#${1:-}" in
  0) ;;
  3--accept) if [ -z "$2" ] || [ -z "$3" ]; then usage; fi ;;
  *) usage ;;
esac

# As the platform calls it: lib@SNAKE@.so, or lib@SNAKE@.dylib.
library=target/release/@SNAKE@
dataset=()
if [ -n "${ROTOR_DATASET:-}" ]; then dataset=(--dataset "$ROTOR_DATASET"); fi

step() { printf '\n== %s\n' "$*"; }

# Instructions are counted by valgrind. Without it the count is left out here, but not on a machine that calls itself CI.
instructions() {
  if command -v valgrind >/dev/null || [ -n "${CI:-}" ]; then
    rotor factor bench "$library" ${dataset[@]+"${dataset[@]}"} --baseline instructions.toml "$@"
  else
    echo "left out: valgrind is not installed"
  fi
}

step "build"
cargo build --release

if [ "${1:-}" = --accept ]; then
  why=$2 who=$3
  step "accept"
  for case in golden/*/; do
    rotor accept "$(basename "$case")" --dir golden --reason "$why" --by "$who"
  done
  instructions --accept --reason "$why" --by "$who"
  exit
fi

step "tests: its own, and the contract of factors"
cargo test

step "lints: no clock, no files, no threads, no hash maps"
cargo clippy --all-targets -- -D warnings

step "promises, tried on real windows"
rotor factor check "$library" ${dataset[@]+"${dataset[@]}"}

step "leaks: nothing that is not public yet, no memory, no clock, no files"
rotor leakcheck --factors @SNAKE@ --set "@SNAKE@.library=$library" ${dataset[@]+"${dataset[@]}"}

step "golden backtests against what was accepted"
rotor golden check --dir golden

step "instructions of a call against the accepted count"
instructions
