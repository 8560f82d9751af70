#!/bin/sh
# Rebuilds both faces from the packages named in the scripts and compares them with the digests in README.md.
set -eu
cd "$(dirname "$0")"
python3 -m pip install --quiet 'fonttools==4.68.0'
python3 rebuild.py
python3 rebuild_latin.py
for face in NotoSerifSC-Exam.otf NotoSerif-LatinExtended.ttf; do
    digest=$(sha256sum "$face" | cut -d' ' -f1)
    grep -q "$digest" README.md && echo "$face as committed" || { echo "$face differs from README.md: $digest" >&2; exit 1; }
done
