#!/usr/bin/env python3
"""Checks a journal that `farolctl journal export` wrote (src-tauri/crates/store/JOURNAL.md).

Needs nothing but Python; with the package `cryptography` it also opens every body, and is quicker. Exit code 0: the
file is as it was written; 1: it was changed, and the first wrong entry is named.
"""

import base64
import hashlib
import json
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


def check(lines):
    """The number of entries, of opened bodies, and the head; raises ValueError at the first wrong one."""
    first = json.loads(next(lines))
    if first["format"] != "farol journal 1":
        raise ValueError(f"not a journal that this program knows: {first['format']}")
    members = {it["id"]: bytes.fromhex(it["public_key"]) for it in first["members"]}
    n_entries = n_opened = 0
    desk, n, head, sealed_by_signature = None, 0, bytes(32), True
    named = {}
    for line in lines:
        entry = json.loads(line)
        header = json.loads(entry["header"])
        if header["desk"] != desk:
            if not sealed_by_signature:
                raise ValueError(f"entry {n}: entries after it were cut off")
            desk, n, head = header["desk"], 0, bytes(32)
        n += 1
        if header["n"] != n:
            raise ValueError(f"entry {header['n']}: entry {n} is missing before it")
        body = base64.b64decode(entry["body"])
        digest = hashlib.sha256(b"farol entry 1\n")
        for part in (entry["header"].encode(), entry["seal"].encode(), body):
            digest.update(struct.pack(">Q", len(part)) + part)
        head = hashlib.sha256(head + digest.digest()).digest()
        if head.hex() != entry["hash"]:
            raise ValueError(f"entry {n}: it was edited, or does not follow from the one before")
        sealed_by_signature = entry["signature"] is not None
        if sealed_by_signature:
            public = members.get(header["actor"])
            if public is None or not signed(public, head, base64.b64decode(entry["signature"])):
                raise ValueError(f"entry {n}: it was not signed by the person it names")
        if entry["key"] and ChaCha20Poly1305:
            plain = opened(bytes.fromhex(entry["key"]), body, uuid.UUID(header["id"]).bytes)
            if plain != entry["action"].encode():
                raise ValueError(f"entry {n}: its action is not what was sealed")
            action = json.loads(plain)
            if action["action"] != header["action"]:
                raise ValueError(f"entry {n}: its header names another action")
            if action["action"] == "member_added":
                named[action["member"]["id"]] = bytes.fromhex(action["member"]["public_key"])
            for file in (action.get("card"), (action.get("kept") or {}).get("file")):
                if file and not signed_file(named, file):
                    raise ValueError(f"entry {n}: it holds a file that the person it names did not sign")
            n_opened += 1
        n_entries += 1
    if not sealed_by_signature or n_entries != first["n_entries"] or head.hex() != first["head"]:
        raise ValueError(f"entry {n}: entries after it were cut off")
    if n_opened == n_entries and named != members:
        raise ValueError("the keys of the members are not those that the entries name")
    return n_entries, n_opened, head.hex()


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: verify_journal.py FILE")
    try:
        with open(sys.argv[1], encoding="utf-8") as lines:
            n_entries, n_opened, head = check(lines)
    except (ValueError, KeyError, TypeError, StopIteration, struct.error) as wrong:
        print(f"changed: {wrong}")
        sys.exit(1)
    print(f"{n_entries} entries, all as they were written; {n_opened} bodies opened; head {head}")


if __name__ == "__main__":
    main()
