"""RFC 6962 Merkle tree: hashing, the growing edge, and proofs that an entry is in it and that it only grew.

A node is named by (level, index): level 0 are the leaves, node (level, index) stands over the leaves
`index << level` up to `(index + 1) << level`. Only nodes whose leaves are all there exist and are stored; everything
else is computed. Nothing here knows of the database: a reader of stored nodes is passed in.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

EMPTY_ROOT = sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]
"""Gives the hash of the complete node (level, index)."""


class Node(NamedTuple):
    """A complete subtree, by level and place in it, and its hash."""

    level: int
    place: int
    hash: bytes


def leaf_hash(body: bytes) -> bytes:
    """Hash of one entry as stored (RFC 6962 section 2.1: 0x00 before a leaf)."""
    return sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two neighbours (0x01 before a node, so that a node never passes for a leaf)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """The complete subtrees at the right edge of the tree, largest first: all that is needed to append."""

    size: int = 0
    peaks: list[Node] = field(default_factory=list)

    @classmethod
    def read(cls, size: int, node: NodeReader) -> "Frontier":
        """Takes up a stored tree of `size` leaves again."""
        return cls(size, [Node(level, index, node(level, index)) for level, index in peak_positions(size)])

    def append(self, leaf: bytes) -> list[Node]:
        """Adds a leaf hash; gives the nodes that became complete, the leaf itself first."""
        completed = [Node(0, self.size, leaf)]
        while self.peaks and self.peaks[-1].level == completed[-1].level:
            left, right = self.peaks.pop(), completed[-1]
            completed.append(Node(left.level + 1, left.place // 2, node_hash(left.hash, right.hash)))
        self.peaks.append(completed[-1])
        self.size += 1
        return completed

    def root(self) -> bytes:
        """Root over all leaves so far; the hash of nothing for an empty tree."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1].hash
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak.hash, root)
        return root


def peak_positions(size: int) -> list[tuple[int, int]]:
    """(level, index) of the complete subtrees that make up a tree of `size` leaves, largest first."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return [(level, (size >> level) - 1) for level in levels]


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Root over leaf hashes, in constant memory."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def subtree_root(start: int, end: int, node: NodeReader) -> bytes:
    """Root over the leaves start..end-1, where start is where a subtree of that size may begin."""
    count = end - start
    level = count.bit_length() - 1
    if count == 1 << level:
        return node(level, start >> level)
    middle = start + _split(count)
    return node_hash(subtree_root(start, middle, node), subtree_root(middle, end, node))


def inclusion_proof(index: int, size: int, node: NodeReader) -> list[bytes]:
    """Neighbour hashes from leaf `index` up to the root of the first `size` leaves (RFC 6962 section 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError("the tree has no such leaf")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(subtree_root(middle, end, node))
            end = middle
        else:
            path.append(subtree_root(start, middle, node))
            start = middle
    return path[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that `path` leads to, or None when a path for this place cannot have this length."""
    if not 0 <= index < size:
        return None
    at, last, result = index, size - 1, leaf
    for neighbour in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            result = node_hash(neighbour, result)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            result = node_hash(result, neighbour)
        at, last = at >> 1, last >> 1
    return result if last == 0 else None


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `leaf` stands at `index` in the tree of `size` leaves with this root."""
    return root_from_inclusion(leaf, index, size, path) == root


def consistency_proof(old: int, new: int, node: NodeReader) -> list[bytes]:
    """Hashes that show the tree of `new` leaves begins with the tree of `old` leaves (RFC 6962 section 2.1.2)."""
    if not 0 <= old <= new:
        raise ValueError("a tree only grows")
    if old in (0, new):
        return []
    return _subproof(old, 0, new, True, node)


def _subproof(old: int, start: int, end: int, whole: bool, node: NodeReader) -> list[bytes]:
    count = end - start
    if old == count:
        return [] if whole else [subtree_root(start, end, node)]
    split = _split(count)
    if old <= split:
        return [*_subproof(old, start, start + split, whole, node), subtree_root(start + split, end, node)]
    return [
        *_subproof(old - split, start + split, end, False, node),
        subtree_root(start, start + split, node),
    ]


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of `new` leaves only added to the tree of `old` leaves (RFC 9162 section 2.1.4.2)."""
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    if not 0 < old < new or not path:
        return False
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = hashes[0]
    for neighbour in hashes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(neighbour, first), node_hash(neighbour, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, neighbour)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def _split(count: int) -> int:
    """Largest power of two below `count` (count > 1)."""
    return 1 << (count - 1).bit_length() - 1
