#!/usr/bin/env python3
"""Rebuilds NotoSerif-LatinExtended.ttf: the second built-in face, for Latin letters that the first one lacks (Š, Ž, ő …).

    pip install fonttools && python3 rebuild_latin.py

The original comes out of the npm package named below, fetched by `npm pack`. Only letters are kept; hinting, layout
features and glyph names go.
"""
import hashlib
import pathlib
import subprocess
import tarfile
import tempfile

from fontTools import subset
from fontTools.ttLib import TTFont

PACKAGE = "@fontsource/noto-serif@5.3.0"
MEMBER = "package/files/noto-serif-latin-ext-400-normal.woff"
TARGET = pathlib.Path(__file__).with_name("NotoSerif-LatinExtended.ttf")


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", "--pack-destination", folder, PACKAGE], check=True)
        archive = next(pathlib.Path(folder).glob("*.tgz"))
        with tarfile.open(archive) as tar:
            original = tar.extractfile(MEMBER)
            font = TTFont(original, recalcTimestamp=False)
            options = subset.Options()
            options.hinting = False
            options.layout_features = []
            options.glyph_names = False
            options.notdef_outline = True
            options.drop_tables += ["BASE", "GPOS", "GSUB", "GDEF", "DSIG", "STAT"]
            options.recalc_timestamp = False
            cutter = subset.Subsetter(options)
            cutter.populate(unicodes=[*range(0x100, 0x250), *range(0x1E00, 0x1F00)])
            cutter.subset(font)
            font.flavor = None
            print("original version", font["name"].getDebugName(5))
            font.save(TARGET)
            print("characters", len(font.getBestCmap()))
    data = TARGET.read_bytes()
    print("bytes", len(data))
    print("sha256", hashlib.sha256(data).hexdigest())


main()
