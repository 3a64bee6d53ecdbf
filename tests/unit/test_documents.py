"""Documents are kept under the hash of their bytes, and nothing else is ever handed out under it."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.documents import DocumentDamaged, DocumentStore
from core.errors import Unavailable


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    name = store.keep(b"a certificate")
    assert name == hashlib.sha256(b"a certificate").hexdigest()
    assert store.read(name) == b"a certificate"
    assert files_of(tmp_path) == [tmp_path / "documents" / name[:2] / name]
    # Nobody can write to it by mistake, and nobody but the city's account and group reads it.
    assert files_of(tmp_path)[0].stat().st_mode & 0o777 == 0o440


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    path = store.folder / store.keep(b"one")[:2] / store.keep(b"one")
    before = path.stat().st_mtime_ns
    with ThreadPoolExecutor(8) as many:
        assert set(many.map(store.keep, [b"one"] * 40)) == {path.name}
    assert path.stat().st_mtime_ns == before
    with ThreadPoolExecutor(8) as many:
        assert len(set(many.map(store.keep, [b"two"] * 40))) == 1
    assert len(files_of(tmp_path)) == 2


def test_tampering_is_found_out(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    name = store.keep(b"240 percent")
    path = store.folder / name[:2] / name
    path.chmod(0o640)
    path.write_bytes(b"480 percent")
    with pytest.raises(DocumentDamaged) as caught:
        store.read(name)
    assert (caught.value.status, caught.value.code) == (503, "document_damaged")
    # And the forged bytes are not taken for the true ones, nor replaced without anybody knowing.
    with pytest.raises(DocumentDamaged):
        store.keep(b"240 percent")
    assert path.read_bytes() == b"480 percent"


def test_a_missing_document_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentDamaged, match="missing"):
        DocumentStore(tmp_path).read("0" * 64)


def test_a_write_cut_short_leaves_no_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(Unavailable, match="No space"):
        DocumentStore(tmp_path).keep(b"half")
    assert files_of(tmp_path) == []
