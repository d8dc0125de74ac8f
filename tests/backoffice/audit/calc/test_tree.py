"""Tree and checks: the public vectors, and every pair of small sizes against a naive reckoning."""

import base64
import json
from pathlib import Path

import pytest

from backoffice.audit.calc import tree, verify_bundle
from backoffice.audit.calc.verify_bundle import leaf_hash, node_hash
from tests.cluster import ROOT

VECTORS = ROOT.parent / "shared" / "data" / "vectors" / "merkle-rfc6962" / "testdata"
EMPTY = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(300)]
FULL = 96  # every pair of sizes up to here
BIG = (*range(250, 263), 299, 300)


def vectors(kind: str) -> list[Path]:
    """The files of one kind."""
    return sorted((VECTORS / kind).rglob("*.json"))


def read(path: Path) -> tuple[dict, list[bytes]]:
    """A vector, and its proof."""
    vector = json.loads(path.read_text("utf-8"))
    return vector, [base64.b64decode(step) for step in vector["proof"] or []]


def naive(leaves: list[bytes]) -> bytes:
    """The definition, word by word."""
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return node_hash(naive(leaves[:middle]), naive(leaves[middle:]))


@pytest.mark.shared_data
def test_every_public_vector_of_inclusion() -> None:
    found = vectors("inclusion")
    assert len(found) == 98
    for path in found:
        vector, proof = read(path)
        leaf, root = (base64.b64decode(vector[name] or "") for name in ("leafHash", "root"))
        said = verify_bundle.is_included(vector["leafIdx"], vector["treeSize"], leaf, proof, root)
        assert said is not vector["wantErr"], path


@pytest.mark.shared_data
def test_every_public_vector_of_consistency() -> None:
    found = vectors("consistency")
    assert len(found) == 98
    for path in found:
        vector, proof = read(path)
        roots = [base64.b64decode(vector[name] or "") for name in ("root1", "root2")]
        said = verify_bundle.is_consistent(vector["size1"], vector["size2"], *roots, proof)
        assert said is not vector["wantErr"], path


def test_roots_are_those_of_the_definition() -> None:
    assert base64.b64encode(verify_bundle.root_of(())).decode() == EMPTY
    growing, grown = verify_bundle.Growing(), tree.over(LEAVES)
    assert growing.root() == grown.root(0) == verify_bundle.root_of(())
    for size in range(1, len(LEAVES) + 1):
        growing.append(LEAVES[size - 1])
        root = naive(LEAVES[:size])
        assert growing.root() == grown.root(size) == verify_bundle.root_of(LEAVES[:size]) == root


def test_every_proof_of_inclusion_holds_and_no_other() -> None:
    grown = tree.over(LEAVES)
    for size in (*range(1, FULL), *BIG):
        root = grown.root(size)
        for index in range(size) if size < FULL else (0, 1, 128, 249, size - 1):
            proof = grown.inclusion(index, size)
            check = verify_bundle.is_included
            assert check(index, size, LEAVES[index], proof, root)
            assert not check(index, size, LEAVES[index + 1 - 2 * (index == 299)], proof, root)
            assert not check(index, size, LEAVES[index], [*proof, root], root)
            assert not proof or not check(index, size, LEAVES[index], proof[:-1], root)


def test_every_proof_of_consistency_holds_and_no_other() -> None:
    grown = tree.over(LEAVES)
    roots = [grown.root(size) for size in range(301)]
    for later in (*range(1, FULL), *BIG):
        for size in range(1, later + 1) if later < FULL else (1, 2, 128, 200, 249, later):
            proof = grown.consistency(size, later)
            check = verify_bundle.is_consistent
            assert check(size, later, roots[size], roots[later], proof)
            if size < later:
                assert not check(size, later, roots[size - 1], roots[later], proof)
                assert not check(size, later, roots[size], roots[later - 1], proof)
                assert not check(size, later, roots[size], roots[later], proof[:-1])


def test_what_cannot_be_proved_is_refused() -> None:
    grown = tree.over(LEAVES)
    for refused in (
        lambda: grown.inclusion(3, 3),
        lambda: grown.inclusion(-1, 3),
        lambda: grown.consistency(0, 3),
        lambda: grown.consistency(4, 3),
    ):
        with pytest.raises(ValueError):
            refused()
