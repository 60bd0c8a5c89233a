#!/usr/bin/env python3
"""Checks a journal that `farolctl journal export` wrote (src-tauri/crates/store/JOURNAL.md), or the folder into
which a bundle was unpacked (BUNDLE.md beside it): `age -d BUNDLE | tar -x -C FOLDER`.

Needs nothing but Python; with the package `cryptography` it also opens every body, and is quicker. Exit code 0: the
file is as it was written; 1: it was changed, and the first wrong entry is named.
"""

import base64
import hashlib
import json
import pathlib
import struct
import sys
import uuid

try:
    from cryptography.exceptions import InvalidSignature, InvalidTag
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
except ImportError:
    ChaCha20Poly1305 = None

# Ed25519 (RFC 8032): the curve -x^2 + y^2 = 1 + D x^2 y^2 over integers modulo P.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def point(data):
    """32 bytes as a point in extended coordinates; None when they are none."""
    y = int.from_bytes(data, "little")
    odd, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and odd):
        return None
    x = P - x if x & 1 != odd else x
    return (x, y, 1, x * y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(n, p):
    q = (0, 1, 1, 0)
    while n:
        if n & 1:
            q = add(q, p)
        p, n = add(p, p), n >> 1
    return q


BASE = point(bytes([0x58]) + bytes([0x66]) * 31)


def signed(public, message, signature):
    if ChaCha20Poly1305:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
            return True
        except InvalidSignature:
            return False
    a, r, s = point(public), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L or len(signature) != 64:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = times(s, BASE), add(r, times(k, a))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


def subkey(key, nonce):
    """HChaCha20: the key that XChaCha20 uses with the rest of its nonce."""
    x = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))

    def quarter(a, b, c, d):
        for to, other, turned, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[to] = (x[to] + x[other]) & 0xFFFFFFFF
            word = x[turned] ^ x[to]
            x[turned] = (word << by | word >> (32 - by)) & 0xFFFFFFFF

    for _ in range(10):
        for column in range(4):
            quarter(column, column + 4, column + 8, column + 12)
        for row in range(4):
            quarter(row, 4 + (row + 1) % 4, 8 + (row + 2) % 4, 12 + (row + 3) % 4)
    return struct.pack("<8I", *x[:4], *x[12:])


def opened(key, body, bound_to):
    nonce = bytes(4) + body[16:24]
    try:
        return ChaCha20Poly1305(subkey(key, body[:16])).decrypt(nonce, body[24:], bound_to)
    except InvalidTag:
        return None


def signed_file(members, file):
    """Whether the person that a signed file names did sign it."""
    message = f"{file['format']}\n{file['says']}".encode()
    public = members.get(file["signed_by"])
    return public is not None and signed(public, message, bytes.fromhex(file["signature"]))


class Chain:
    """The journal of one desk, as far as it was read."""

    def __init__(self, desk):
        self.desk, self.n, self.head, self.is_signed, self.actor = desk, 0, bytes(32), True, None

    def follow(self, digest):
        self.n += 1
        self.head = hashlib.sha256(self.head + digest).digest()


def check(lines, members=None):
    """The entries, opened bodies, and chains; raises ValueError at the first wrong one. `members` are those of a
    bundle: there a journal says of other cases nothing but digests."""
    first = json.loads(next(lines))
    known = ("farol bundle journal 1",) if members else ("farol journal 1", "farol journal 2")
    if first["format"] not in known:
        raise ValueError(f"not a journal that this program knows: {first['format']}")
    in_bundle = members is not None
    members = members or {it["id"]: bytes.fromhex(it["public_key"]) for it in first["members"]}
    n_entries = n_opened = n_bare = 0
    chains, originals = {}, {}
    named = dict(members) if in_bundle else {}
    for line in lines:
        entry = json.loads(line)
        header = json.loads(entry["header"]) if "header" in entry else None
        desk = header["desk"] if header else entry["desk"]
        if desk not in chains:
            if chains and not chain.is_signed:
                raise ValueError(f"entry {chain.n}: entries after it were cut off")
            chain = chains[desk] = Chain(desk)
        elif chain.desk != desk:
            raise ValueError(f"entry {chain.n}: the journals of two desks are mixed")
        n = header["n"] if header else entry["n"]
        if n != chain.n + 1:
            raise ValueError(f"entry {n}: entry {chain.n + 1} is missing before it")
        if header is None:
            digests = base64.b64decode(entry["digests"])
            if not digests or len(digests) % 32:
                raise ValueError(f"entry {n}: no whole digests")
            for at in range(0, len(digests), 32):
                chain.follow(digests[at : at + 32])
                n_bare += 1
            chain.is_signed = entry["signature"] is not None
            if chain.is_signed:
                signature = base64.b64decode(entry["signature"])
                if not any(signed(public, chain.head, signature) for public in members.values()):
                    raise ValueError(f"entry {chain.n}: it was not signed by anybody who is named")
            continue
        body = base64.b64decode(entry["body"])
        digest = hashlib.sha256(b"farol entry 1\n")
        for part in (entry["header"].encode(), entry["seal"].encode(), body):
            digest.update(struct.pack(">Q", len(part)) + part)
        chain.follow(digest.digest())
        if chain.head.hex() != entry["hash"]:
            raise ValueError(f"entry {n}: it was edited, or does not follow from the one before")
        chain.is_signed = entry["signature"] is not None
        if chain.is_signed:
            public = members.get(header["actor"])
            if public is None or not signed(public, chain.head, base64.b64decode(entry["signature"])):
                raise ValueError(f"entry {n}: it was not signed by the person it names")
        if entry["key"] and ChaCha20Poly1305:
            plain = opened(bytes.fromhex(entry["key"]), body, uuid.UUID(header["id"]).bytes)
            if plain != entry["action"].encode():
                raise ValueError(f"entry {n}: its action is not what was sealed")
            n_opened += 1
        if entry["key"]:
            action = json.loads(entry["action"])
            if action["action"] != header["action"]:
                raise ValueError(f"entry {n}: its header names another action")
            originals.update(originals_of(action))
            if ChaCha20Poly1305:
                if action["action"] == "member_added":
                    named[action["member"]["id"]] = bytes.fromhex(action["member"]["public_key"])
                kept = action.get("kept")
                for file in (action.get("card"), kept.get("file") if isinstance(kept, dict) else None):
                    if file and not signed_file(named, file):
                        raise ValueError(f"entry {n}: it holds a file that the person it names did not sign")
        n_entries += 1
    if not chains or not chain.is_signed:
        raise ValueError("entries at the end were cut off")
    if not in_bundle:
        own = next(iter(chains.values()))
        if n_entries + n_bare != first["n_entries"] or own.head.hex() != first["head"]:
            raise ValueError(f"entry {own.n}: entries after it were cut off")
        if n_opened == n_entries and not n_bare and named != members:
            raise ValueError("the keys of the members are not those that the entries name")
    return n_entries, n_opened, chains, originals


def originals_of(action):
    """The hashes of the bytes that an action names, each with those of the messages packed in it, or None."""
    kind = action["action"]
    if kind == "report_received":
        return {action["report"]["original"]: None}
    if kind == "evidence_received":
        return dict.fromkeys(action["evidence"]["pieces"])
    if kind == "observed":
        wires = [it["wire"] for it in action["observations"] if it["wire"]]
        return {action["messages"]: wires} if action.get("messages") else dict.fromkeys(wires)
    return {}


def messages_of(packed):
    """The hashes of the messages of a pack; raises ValueError when it is no whole one."""
    at, hashes = 0, []
    while at < len(packed):
        end = at + 4 + int.from_bytes(packed[at : at + 4], "little")
        if at + 4 > len(packed) or end > len(packed):
            raise ValueError("a pack of messages is cut off")
        hashes.append(hashlib.sha256(packed[at + 4 : end]).hexdigest())
        at = end
    return hashes


def check_bundle(folder):
    """The manifest, what the check of the journal gives, and the originals that are not there."""
    file = json.loads((folder / "manifest.json").read_bytes())
    if file["format"] not in ("farol bundle 1", "farol bundle 2"):
        raise ValueError(f"not a bundle that this program knows: {file['format']}")
    manifest = json.loads(file["says"])
    members = {}
    for card in manifest["cards"]:
        says = json.loads(card["says"])["says"]["card"]
        public = bytes.fromhex(says["public_key"])
        if card["format"] != "farol member 1" or not signed_file({says["id"]: public}, card):
            raise ValueError(f"the card of {says['id']} was not signed by them")
        members[says["id"]] = public
    if not signed_file(members, file):
        raise ValueError("the manifest was not signed by the person it names")
    for part in manifest["parts"]:
        digest, size = hashlib.sha256(), 0
        with open(folder / part["name"], "rb") as content:
            while piece := content.read(1 << 20):
                digest.update(piece)
                size += len(piece)
        if digest.hexdigest() != part["sha256"] or size != int(part["size"]):
            raise ValueError(f"{part['name']} is not what the manifest says")
    with open(folder / "journal.jsonl", encoding="utf-8") as lines:
        n_entries, n_opened, chains, originals = check(lines, members)
    ends = [{"desk": it.desk, "n": it.n, "hash": it.head.hex()} for it in chains.values()]
    if ends != manifest["chains"]:
        raise ValueError("the journals do not end where the manifest says")
    there = {it["name"].removeprefix("originals/") for it in manifest["parts"][1:]}
    if not there <= originals.keys():
        raise ValueError("there are files that no entry names")
    for name in there:
        wires = originals[name]
        if wires is not None and messages_of((folder / "originals" / name).read_bytes()) != wires:
            raise ValueError(f"originals/{name} has other messages than the entries name")
    return manifest, n_entries, n_opened, len(originals.keys() - there)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: verify_journal.py FILE | FOLDER")
    place = pathlib.Path(sys.argv[1])
    try:
        if place.is_dir():
            manifest, n_entries, n_opened, n_gone = check_bundle(place)
            cases = ", ".join(it["reference"] for it in manifest["cases"])
            gone = f"; {n_gone} originals are not there any more" if n_gone else ""
            said = f"{cases}: {n_entries} entries, all as they were written; {n_opened} bodies opened{gone}"
        else:
            with open(place, encoding="utf-8") as lines:
                n_entries, n_opened, chains, _ = check(lines)
            head = next(iter(chains.values())).head.hex()
            said = f"{n_entries} entries, all as they were written; {n_opened} bodies opened; head {head}"
    except (ValueError, KeyError, TypeError, StopIteration, struct.error, OSError) as wrong:
        print(f"changed: {wrong}")
        sys.exit(1)
    print(said)


if __name__ == "__main__":
    main()
