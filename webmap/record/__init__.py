"""The record as the auditor reads it, and as the machine checks it."""
