"""The tree is held against a second implementation, written straight from the recursive definitions of RFC 6962."""

from hashlib import sha256

import pytest

from disclosures.ledger import merkle

LARGEST = 80
LEAVES = [merkle.leaf_hash(str(n).encode()) for n in range(LARGEST)]


def plain_root(leaves):
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = power_below(len(leaves))
    return sha256(b"\x01" + plain_root(leaves[:k]) + plain_root(leaves[k:])).digest()


def plain_path(index, leaves):
    if len(leaves) == 1:
        return []
    k = power_below(len(leaves))
    if index < k:
        return [*plain_path(index, leaves[:k]), plain_root(leaves[k:])]
    return [*plain_path(index - k, leaves[k:]), plain_root(leaves[:k])]


def plain_consistency(old, leaves, whole=True):
    if old == len(leaves):
        return [] if whole else [plain_root(leaves)]
    k = power_below(len(leaves))
    if old <= k:
        return [*plain_consistency(old, leaves[:k], whole), plain_root(leaves[k:])]
    return [*plain_consistency(old - k, leaves[k:], False), plain_root(leaves[:k])]


def power_below(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


@pytest.fixture(scope="module")
def node():
    frontier, stored = merkle.Frontier(), {}
    for leaf in LEAVES:
        for completed in frontier.append(leaf):
            stored[completed.level, completed.place] = completed.hash
    return lambda level, index: stored[level, index]


def test_leaf_and_node_hashes_are_those_of_the_published_vectors():
    empty_leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.leaf_hash(b"").hex() == empty_leaf
    # certificate-transparency test tree: "", 00, 10, 2021, 3031, 40414243, 5051525354555657, 6061..6f
    bodies = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    root = merkle.root_of(merkle.leaf_hash(bytes.fromhex(body)) for body in bodies)
    assert root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_the_growing_edge_gives_the_root_of_the_definition_at_every_size(node):
    frontier = merkle.Frontier()
    assert frontier.root() == plain_root([])
    for size, leaf in enumerate(LEAVES, 1):
        frontier.append(leaf)
        assert frontier.root() == plain_root(LEAVES[:size])
        assert merkle.Frontier.read(size, node) == frontier
        assert merkle.subtree_root(0, size, node) == frontier.root()


def test_every_entry_of_every_size_has_the_path_of_the_definition_and_it_verifies(node):
    for size in range(1, LARGEST + 1):
        root = plain_root(LEAVES[:size])
        for index in range(size):
            path = merkle.inclusion_proof(index, size, node)
            assert path == plain_path(index, LEAVES[:size])
            assert merkle.includes(LEAVES[index], index, size, path, root)


def test_a_path_proves_one_place_one_leaf_and_one_size_only(node):
    for size in range(1, 20):
        root = plain_root(LEAVES[:size])
        for index in range(size):
            path = merkle.inclusion_proof(index, size, node)
            wrong_leaf = merkle.leaf_hash(b"forged")
            assert not merkle.includes(wrong_leaf, index, size, path, root)
            assert not any(merkle.includes(LEAVES[index], i, size, path, root) for i in range(size) if i != index)
            assert not merkle.includes(LEAVES[index], index, size, [*path, wrong_leaf], root)
            assert not path or not merkle.includes(LEAVES[index], index, size, path[:-1], root)
    assert not merkle.includes(LEAVES[0], 5, 5, [], LEAVES[0])
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_proof(3, 3, node)


def test_every_pair_of_sizes_has_the_consistency_path_of_the_definition_and_it_verifies(node):
    roots = [plain_root(LEAVES[:size]) for size in range(LARGEST + 1)]
    for new in range(LARGEST + 1):
        for old in range(new + 1):
            path = merkle.consistency_proof(old, new, node)
            assert path == (plain_consistency(old, LEAVES[:new]) if old else [])
            assert merkle.consistent(old, new, roots[old], roots[new], path)


def test_a_rewritten_past_is_never_consistent(node):
    forged = merkle.leaf_hash(b"forged")
    for new in range(2, 20):
        for old in range(1, new):
            path = merkle.consistency_proof(old, new, node)
            old_root, new_root = plain_root(LEAVES[:old]), plain_root(LEAVES[:new])
            rewritten = plain_root([forged, *LEAVES[1:new]])
            assert not merkle.consistent(old, new, old_root, rewritten, path)
            assert not merkle.consistent(old, new, forged, new_root, path)
            assert not merkle.consistent(old, new, old_root, new_root, [*path, forged])
            assert not merkle.consistent(old, new, old_root, new_root, path[:-1])
    assert not merkle.consistent(5, 3, LEAVES[0], LEAVES[1], [])
    with pytest.raises(ValueError, match="only grows"):
        merkle.consistency_proof(5, 3, node)
