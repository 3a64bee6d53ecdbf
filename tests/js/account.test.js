import assert from "node:assert/strict";
import { test } from "node:test";

import { reasonOf } from "../../static/js/features/passkeys.js";
import { fromBase64Url, toBase64Url } from "../../static/js/lib/base64url.js";

test("bytes go to base64url and back", () => {
  for (const bytes of [[], [0], [255, 254], [251, 239, 190], [1, 2, 3, 4, 5]]) {
    const text = toBase64Url(new Uint8Array(bytes));
    assert.doesNotMatch(text, /[+/=]/);
    assert.deepEqual([...fromBase64Url(text)], bytes);
  }
  assert.equal(toBase64Url(new Uint8Array([251, 255])), "-_8");
});

test("each way a passkey can fail is told apart", () => {
  const named = (name) => Object.assign(new Error("x"), { name });
  assert.equal(reasonOf(named("NotAllowedError")), "stopped");
  assert.equal(reasonOf(named("InvalidStateError")), "held");
  assert.equal(reasonOf(named("SecurityError")), "missing");
  assert.equal(reasonOf(named("TypeError")), "failed");
  assert.equal(reasonOf("what"), "failed");
});
