#!/bin/sh
# Rebuilds NotoSerifSC-Exam.otf from the package named in rebuild.py and compares it with the digest in README.md.
set -eu
cd "$(dirname "$0")"
python3 -m pip install --quiet 'fonttools==4.68.0'
python3 rebuild.py
digest=$(sha256sum NotoSerifSC-Exam.otf | cut -d' ' -f1)
grep -q "$digest" README.md && echo "as committed" || { echo "differs from README.md: $digest" >&2; exit 1; }
