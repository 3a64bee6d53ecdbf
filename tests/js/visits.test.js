import assert from "node:assert/strict";
import test from "node:test";
import { sendVisit, sendWaiting } from "../../static/js/lib/visits.js";

const shelfOf = (...visits) => {
  const kept = new Map(visits.map((visit) => [visit.key, visit]));
  return {
    kept,
    all: async () => [...kept.values()],
    put: async (visit) => void kept.set(visit.key, visit),
    remove: async (key) => void kept.delete(key),
  };
};
const visit = (key) => ({ key, name: "1405-000001", address: "/permits/inspect/1405-000001", fields: [["key", key], ["csrf_token", "old"]] });
const answering = (status, body = {}) => async () => new Response(JSON.stringify(body), { status });

test("a visit goes with the page's own token, not with the one it was filled in with", async () => {
  let sent;
  const answer = await sendVisit(visit("a"), "new", async (_address, { body }) => {
    sent = body;
    return new Response("{}");
  });
  assert.deepEqual(sent.getAll("csrf_token"), ["new"]);
  assert.equal(answer.isTaken, true);
});

test("no line, a server in trouble and too much at once are tried again; a refusal is said", async () => {
  const lost = await sendVisit(visit("a"), "t", async () => { throw new TypeError("no line"); });
  assert.equal(lost.isLost, true);
  for (const status of [500, 503, 429]) assert.equal((await sendVisit(visit("a"), "t", answering(status))).isLost, true);
  const refused = await sendVisit(visit("a"), "t", answering(422, { title: "Say what was found." }));
  assert.deepEqual([refused.isLost, refused.isTaken, refused.message], [false, false, "Say what was found."]);
  assert.equal((await sendVisit(visit("a"), "t", answering(401))).isSignedOut, true);
});

test("what was taken leaves the device, what was refused stays with the reason, and a lost line ends the round", async () => {
  const shelf = shelfOf(visit("a"), visit("b"), visit("c"), visit("d"));
  const answers = { a: { isTaken: true }, b: { message: "no" }, c: { isLost: true } };
  const asked = [];
  const { sent } = await sendWaiting(shelf, async ({ key }) => {
    asked.push(key);
    return answers[key];
  });
  assert.equal(sent, 1);
  assert.deepEqual(asked, ["a", "b", "c"]);
  assert.deepEqual([...shelf.kept.keys()], ["b", "c", "d"]);
  assert.equal(shelf.kept.get("b").why, "no");
});

test("who is signed out loses nothing", async () => {
  const shelf = shelfOf(visit("a"));
  assert.deepEqual(await sendWaiting(shelf, async () => ({ isSignedOut: true })), { sent: 0, isSignedOut: true });
  assert.equal(shelf.kept.size, 1);
});
