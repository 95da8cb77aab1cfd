#!/usr/bin/env bash
# Run once, while the platform builds its image: make an environment and install the grader.
set -euo pipefail
ROOT="${AUTOGRADER_ROOT:-/autograder}"

find_python() {
  for python in python3.14 python3.13 python3.12 python3.11 python3; do
    if command -v "$python" >/dev/null \
        && "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$python"
      return 0
    fi
  done
  return 1
}

install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

if ! find_python >/dev/null; then
  apt-get update -qq
  install python3.12 python3.12-venv || install python3.11 python3.11-venv || install python3 python3-venv
fi
PYTHON="$(find_python)" || { echo "no Python 3.11 or later is available here: choose a newer base image" >&2; exit 1; }

# The wall around learners' code needs it. Most images have it; without it nothing is graded.
if ! ldconfig -p | grep -q libseccomp; then
  apt-get update -qq && install libseccomp2 || true
fi

"$PYTHON" -m venv "$ROOT/grader"
"$ROOT/grader/bin/python" -m pip install --quiet --disable-pip-version-check "$ROOT/source/WHEEL_NAME"
