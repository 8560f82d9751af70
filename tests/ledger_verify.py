#!/usr/bin/env python3
"""A second, independent verifier of the ledger: reads exported files, or a proof, and trusts nothing but a key.

  ledger_verify.py DIR [--key VKEY]                 the whole ledger as `jianding ledger export` writes it
  ledger_verify.py --proof FILE --key VKEY          one proof (C2SP tlog-proof)

Needs python3 with `cryptography`. Exit status: 0 all holds, 1 something does not.
"""
import argparse
import base64
import hashlib
import pathlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def fail(what):
    print("FAILED:", what)
    sys.exit(1)


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves):
    """RFC 9162, section 2.1.1, to the letter."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(root_of(leaves[:k]), root_of(leaves[k:]))


class Key:
    def __init__(self, vkey):
        name, rest = vkey.strip().split("+", 1)
        self.id, key = rest.split("+", 1)
        raw = base64.b64decode(key)
        self.name, self.kind, self.raw = name, raw[0], raw[1:]
        digest = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
        if digest.hex() != self.id:
            fail(f"the key of {name} has another id")

    def check(self, note):
        body, lines = note.rsplit("\n\n", 1)
        body += "\n"
        for line in lines.splitlines():
            dash, name, blob = line.split(" ")
            blob = base64.b64decode(blob)
            if dash != "\u2014" or name != self.name or blob[:4].hex() != self.id:
                continue
            message, signature = body.encode(), blob[4:]
            if self.kind == 4:
                time = int.from_bytes(signature[:8], "big")
                message, signature = f"cosignature/v1\ntime {time}\n{body}".encode(), signature[8:]
            try:
                Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
            except InvalidSignature:
                fail(f"the signature of {self.name} is wrong")
            origin, size, root = body.splitlines()
            return origin, int(size), base64.b64decode(root)
        fail(f"not signed by {self.name}")


def numbered(number, width):
    path = f"{number % 1000:03}"
    number //= 1000
    while number:
        path = f"x{number % 1000:03}/{path}"
        number //= 1000
    return path if width == 256 else f"{path}.p/{width}"


def whole(folder, key):
    key = Key(key or (folder / "log.vkey").read_text())
    note = (folder / "checkpoint").read_text()
    origin, size, root = key.check(note)
    if origin != key.name:
        fail(f"the checkpoint is of {origin}")
    leaves = []
    for number in range((size + 255) // 256):
        width = min(256, size - number * 256)
        bundle = (folder / "tile/entries" / numbered(number, width)).read_bytes()
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            entry, bundle = bundle[2 : 2 + length], bundle[2 + length :]
            if not entry.startswith(b"jianding-entry/1\n"):
                fail(f"entry {len(leaves)} has another form")
            leaves.append(leaf_hash(entry))
    if len(leaves) != size:
        fail(f"{len(leaves)} entries instead of {size}")
    if root_of(leaves) != root:
        fail("the entries are not those that the checkpoint signs")
    level, hashes = 0, leaves
    while hashes:
        for number in range((len(hashes) + 255) // 256):
            part = hashes[number * 256 : number * 256 + 256]
            if (folder / f"tile/{level}" / numbered(number, len(part))).read_bytes() != b"".join(part):
                fail(f"tile {level}/{number} is not the entries' tile")
        full = len(hashes) // 256
        hashes, level = [root_of(hashes[n * 256 : n * 256 + 256]) for n in range(full)], level + 1
    witnesses = (folder / "witnesses.vkey").read_text().split()
    for witness in witnesses:
        Key(witness).check(note)
    print(f"ok {origin}: {size} entries, {len(witnesses)} witnesses")


def proof(file, key):
    head, checkpoint = pathlib.Path(file).read_text().split("\n\n", 1)
    lines = head.splitlines()
    if lines[0] != "c2sp.org/tlog-proof@v1":
        fail("not a proof")
    entry = base64.b64decode(lines[1].removeprefix("extra "))
    index = int(lines[2].removeprefix("index "))
    path = [base64.b64decode(line) for line in lines[3:]]
    origin, size, root = Key(key).check(checkpoint)

    def up(index, size, path):
        """The root by recursion, as RFC 9162 defines the path."""
        if size == 1:
            return leaf_hash(entry) if not path else fail("the proof is too long")
        if not path:
            fail("the proof is too short")
        k = 1
        while k * 2 < size:
            k *= 2
        if index < k:
            return node_hash(up(index, k, path[:-1]), path[-1])
        return node_hash(path[-1], up(index - k, size - k, path[:-1]))

    if index >= size or up(index, size, path) != root:
        fail("the entry is not in the ledger")
    print(entry.decode(), end="")
    print(f"ok {origin}: entry {index} of {size}")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", nargs="?", type=pathlib.Path)
    arguments.add_argument("--key")
    arguments.add_argument("--proof")
    given = arguments.parse_args()
    if given.proof:
        proof(given.proof, given.key)
    else:
        whole(given.folder, given.key)
