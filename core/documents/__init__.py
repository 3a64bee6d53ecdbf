"""Files that the city issues and files that people bring: looked at, kept under their hash, pictured, handed out."""

from core.documents.store import DocumentDamaged, DocumentStore, hash_of

__all__ = ["DocumentDamaged", "DocumentStore", "hash_of"]
