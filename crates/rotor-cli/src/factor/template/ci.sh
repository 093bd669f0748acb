#!/usr/bin/env bash
# All checks of this factor, here and on GitHub (.github/workflows/rotor.yml runs this file).
#
#   ./ci.sh                    checks
#   ./ci.sh --accept WHY WHO   accepts the present golden backtest and instruction count
#
# ROTOR_DATASET names a dataset folder; the default is the demo, which has the same bytes on every machine.
set -euo pipefail
cd "$(dirname "$0")"
# A fixed place, so that the checks use the library that is built here.
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

# The prefix and suffix of the platform are added: lib@SNAKE@.so or lib@SNAKE@.dylib.
library=target/release/@SNAKE@
dataset=()
if [ -n "${ROTOR_DATASET:-}" ]; then dataset=(--dataset "$ROTOR_DATASET"); fi

step() { printf '\n== %s\n' "$*"; }

# Valgrind counts the instructions. Without it the count is skipped, except where CI is set.
instructions() {
  if command -v valgrind >/dev/null || [ -n "${CI:-}" ]; then
    rotor factor bench "$library" ${dataset[@]+"${dataset[@]}"} --baseline instructions.toml "$@"
  else
    echo "skipped: valgrind is not installed"
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

step "contract, tested on real windows"
rotor factor check "$library" ${dataset[@]+"${dataset[@]}"}

step "leaks: no unpublished data, no memory, no clock, no files"
rotor leakcheck --factors @SNAKE@ --set "@SNAKE@.library=$library" ${dataset[@]+"${dataset[@]}"}

step "golden backtests against their accepted results"
rotor golden check --dir golden

step "instructions per call against the accepted count"
instructions
