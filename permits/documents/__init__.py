"""The papers of a case: brought in versions, shown to whom they are meant for, redacted beside the original."""
