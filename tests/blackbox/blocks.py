"""blocks.py - takes an output apart into its blocks and puts others together, by the documents
alone (docs/output.md): for tests that need a file that spfsweep does not write."""

import struct
import zlib
from dataclasses import dataclass, replace

from harness import BGZF_EOF


@dataclass(frozen=True)
class Block:
    """One gzip member with our mark."""

    text: bytes
    fingerprint: int
    first_row: int
    n_rows: int
    run: int
    note: bytes = b""

    def encode(self):
        mark = struct.pack(
            "<IQQIQ", 3, self.fingerprint, self.first_row, self.n_rows, self.run
        )
        own = mark + struct.pack("<I", zlib.crc32(mark)) + self.note
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        deflated = packer.compress(self.text) + packer.flush()
        extra_size = 6 + 4 + len(own)
        size = 12 + extra_size + len(deflated) + 8
        return (
            struct.pack("<4BI2BH", 0x1F, 0x8B, 8, 4, 0, 0, 0xFF, extra_size)
            + b"BC"
            + struct.pack("<HH", 2, size - 1)
            + b"SW"
            + struct.pack("<H", len(own))
            + own
            + deflated
            + struct.pack("<II", zlib.crc32(self.text), len(self.text))
        )


def decode(data):
    """The blocks of a whole output, without the end-of-file member."""
    assert data.endswith(BGZF_EOF)
    blocks, at = [], 0
    while at < len(data) - len(BGZF_EOF):
        (extra_size,) = struct.unpack_from("<H", data, at + 10)
        (size,) = struct.unpack_from("<H", data, at + 16)
        own = data[at + 22 : at + 12 + extra_size]
        _, fingerprint, first_row, n_rows, run = struct.unpack_from("<IQQIQ", own)
        text = zlib.decompress(data[at + 12 + extra_size : at + size + 1 - 8], -15)
        blocks.append(Block(text, fingerprint, first_row, n_rows, run, own[36:]))
        at += size + 1
    return blocks


def encode(blocks):
    return b"".join(block.encode() for block in blocks) + BGZF_EOF


def with_rows(data, change):
    """The same output with other rows, which hold no line ends: change() gets them as lines of text
    and gives others."""
    first, *rows, closing = decode(data)
    lines = change(b"".join(block.text for block in rows).splitlines(keepends=True))
    assert not first.n_rows and not closing.text
    bodies = [
        Block(b"".join(lines[at : at + 50]), first.fingerprint, at + 1, len(lines[at : at + 50]), 1)
        for at in range(0, len(lines), 50)
    ]
    return encode([first, *bodies, replace(closing, first_row=len(lines) + 1)])
