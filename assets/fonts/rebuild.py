#!/usr/bin/env python3
"""Rebuilds NotoSerifSC-Exam.otf: the built-in face, cut from Noto Serif SC.

    pip install fonttools && python3 rebuild.py

The original comes out of the PyPI package named below, fetched by pip. What is kept: every ideograph of the basic
multilingual plane that the original has (URO, Extension A, compatibility), every ideograph beyond it (these hold the
196 that the 8105-character table of general use has there), all of GBK, and Latin with its punctuation. Hinting,
layout features and glyph names go: documents are set glyph by glyph.
"""
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import zipfile

from fontTools import subset
from fontTools.ttLib import TTFont

PACKAGE = "pylopdf-fonts-zh-cn==0.1.1"
MEMBER = "pylopdf_fonts_zh_cn/NotoSerifSC-Regular.otf"
TARGET = pathlib.Path(__file__).with_name("NotoSerifSC-Exam.otf")


def gbk():
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            try:
                yield from map(ord, bytes((lead, trail)).decode("gbk"))
            except UnicodeDecodeError:
                pass


def wanted():
    ranges = [
        (0x20, 0x7E), (0xA0, 0x17F), (0x1CD, 0x1DC), (0x2BB, 0x2DD), (0x370, 0x3FF), (0x400, 0x45F), (0x1E00, 0x1EFF),
        (0x2010, 0x2027), (0x2030, 0x205E), (0x2070, 0x209F), (0x20AC, 0x20AC), (0x2100, 0x2193), (0x2200, 0x22FF),
        (0x2460, 0x24FF), (0x2500, 0x257F), (0x25A0, 0x25FF), (0x2605, 0x2606), (0x2E80, 0x2FDF), (0x3000, 0x33FF),
        (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF),
    ]
    found = {point for first, last in ranges for point in range(first, last + 1)}
    return found | set(gbk())


def main():
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE]
        subprocess.run(pip, check=True)
        wheel = next(pathlib.Path(folder).glob("*.whl"))
        original = zipfile.ZipFile(wheel).extract(MEMBER, folder)
        options = subset.Options()
        options.hinting = False
        options.layout_features = []
        options.glyph_names = False
        options.notdef_outline = True
        options.drop_tables += ["BASE", "GPOS", "GSUB", "VORG", "vhea", "vmtx", "DSIG"]
        options.recalc_timestamp = False
        font = TTFont(original, recalcTimestamp=False)
        print("original version", font["name"].getDebugName(5))
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=wanted())
        cutter.subset(font)
        font.save(TARGET)
        print("characters", len(font.getBestCmap()))
    data = TARGET.read_bytes()
    print("bytes", len(data))
    print("sha256", hashlib.sha256(data).hexdigest())


main()
