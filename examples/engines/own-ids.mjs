#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
/*
 * own-ids.mjs - a write-back engine with Node's own modules, as an example to certify.
 *
 * One event loop, no threads. What it creates gets an id that follows from the write itself (a conditional PUT that only
 * creates), so that sending it again cannot make a second one. Changes are PUT and PATCH under If-Match of the version that
 * the writer named. It never merges: a conflict is shown to a human, with what was meant and what is there.
 *
 *   POST /writes       an intent as JSON; headers Write-Key, Trace; 202 { write, phase }
 *   GET  /writes/ID    { write, phase, resource, version, problem, stuck }
 *   GET  /stuck        { stuck: [{ write, problem, asked, meant, chart, version }] }
 *   GET  /test/busy    { running, inside, nextMs }      POST /test/due, /test/forget, /test/sweep
 *
 * What must always hold: a write is on disk before 202 is sent, and its phase before each request and before anyone is told.
 * Settings come from the environment: FHIR, PORT, DATA, TIMEOUT_MS, RETRY_MS; HOLD_TIMERS=1 for tests.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";

const base = new URL(process.env.FHIR);
const timeoutMs = Number(process.env.TIMEOUT_MS ?? 30000);
const retryMs = Number(process.env.RETRY_MS ?? 200);
const journal = path.join(process.env.DATA ?? ".", "writes.ndjson");
const attemptsMax = 6;

// ---- JSON that keeps the text of its numbers: 1.50 stays 1.50 ----

class Num {
  constructor(text) { this.text = text; }
}
const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const read = (text) =>
  JSON.parse(text.replace(token, (t) => (t[0] === '"' ? t : `{"\\u0000":"${t}"}`)), (_, v) =>
    v && typeof v === "object" && typeof v["\0"] === "string" ? new Num(v["\0"]) : v);
const print = (v) =>
  v instanceof Num ? v.text
    : Array.isArray(v) ? `[${v.map(print).join(",")}]`
      : v && typeof v === "object" ? `{${Object.keys(v).filter((k) => v[k] !== undefined).map((k) => `${JSON.stringify(k)}:${print(v[k])}`).join(",")}}`
        : JSON.stringify(v ?? null);
/** The same, members in order: to compare by. */
const canon = (v) =>
  v instanceof Num ? v.text
    : Array.isArray(v) ? `[${v.map(canon).join(",")}]`
      : v && typeof v === "object" ? `{${Object.keys(v).sort().map((k) => `${JSON.stringify(k)}:${canon(v[k])}`).join(",")}}`
        : JSON.stringify(v ?? null);
/** A resource without what the server rewrites. */
function content(resource) {
  if (!resource) return "gone";
  const { meta = {}, id, ...rest } = resource;
  const { versionId, lastUpdated, source, ...kept } = meta;
  return canon(Object.keys(kept).length ? { ...rest, meta: kept } : rest);
}

// ---- JSON Patch, only to recognise one's own: the server applies what is written ----

function patched(resource, patch) {
  const tree = read(print(resource));
  const place = (pointer) => {
    const keys = pointer.split("/").slice(1).map((k) => k.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = keys.pop();
    const where = keys.reduce((at, key) => at[key], tree);
    return [where, Array.isArray(where) && last === "-" ? where.length : last];
  };
  const take = ([where, key]) => where[key];
  const drop = ([where, key]) => (Array.isArray(where) ? where.splice(key, 1) : delete where[key]);
  const put = ([where, key], value) => (Array.isArray(where) ? where.splice(key, 0, value) : (where[key] = value));
  for (const { op, path: to, from, value } of patch) {
    const moved = from === undefined ? value : take(place(from));
    if (op === "replace" || op === "remove") drop(place(to));
    if (op === "move") drop(place(from));
    if (op !== "remove" && op !== "test") put(place(to), moved);
  }
  return tree;
}

// ---- one request to the FHIR server ----

let inside = 0;
const lost = (why) => ({ status: 0, why });
/** Always a reply; status 0: nothing certain came back, the request may have taken effect. */
function ask(method, to, trace, { body, type = "application/fhir+json", ...headers } = {}) {
  inside++;
  return new Promise((done) => {
    const request = http.request(new URL(`${base.pathname}/${to}`, base), {
      method, agent: false,
      headers: { accept: "application/fhir+json", "x-correlation-id": trace, ...(body ? { "content-type": type } : {}), ...headers },
    }, (reply) => {
      const parts = [];
      reply.on("data", (part) => parts.push(part));
      reply.on("error", (why) => done(lost(why.message)));
      reply.on("end", () => {
        const text = Buffer.concat(parts).toString();
        const version = (reply.headers.etag ?? "").replace(/^W\//, "").replaceAll('"', "") || undefined;
        if (!reply.complete) return done(lost("cut short"));
        try {
          done({ status: reply.statusCode, headers: reply.headers, version, body: text ? read(text) : undefined });
        } catch {
          done(method === "GET" ? lost("no JSON") : { status: reply.statusCode, headers: reply.headers, version });
        }
      });
    });
    request.setTimeout(timeoutMs, () => request.destroy(new Error("no answer in time")));
    request.on("error", (why) => done(lost(why.message)));
    request.end(body ? print(body) : undefined);
  }).finally(() => inside--);
}

// ---- timers that a test can make due ----

const timers = new Set();
const isHeld = process.env.HOLD_TIMERS === "1"; // then time is a step: nothing rings but by POST /test/due
let tell = () => {}; // called whenever a write comes to rest
const wait = (ms, isAsked) => new Promise((done) => {
  const timer = { isAsked, at: Date.now() + ms, ring: () => { clearTimeout(timer.handle); timers.delete(timer); done(); } };
  if (!isHeld) timer.handle = setTimeout(timer.ring, ms);
  timers.add(timer);
  tell();
});

// ---- writes ----

let writes = new Map();
let queues = new Map();
let file = fs.openSync(journal, "a+");
let life = 0;

const ended = (write) => ["done", "refused", "stuck"].includes(write.phase);

function save(write, change) {
  fs.writeSync(file, `${print({ write: write.write, ...change })}\n`);
  fs.fsyncSync(file);
  Object.assign(write, change);
}

function load() {
  const text = fs.readFileSync(journal, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1); // a line cut short was never vouched for
  fs.ftruncateSync(file, Buffer.byteLength(whole));
  for (const line of whole.split("\n").filter(Boolean)) {
    const { write, ...change } = read(line);
    const now = Object.assign(writes.get(write) ?? { write }, change);
    writes.set(write, Object.assign(now, { mayCome: now.mayCome || now.phase === "sending" }));
  }
  writes.forEach(enqueue);
}

/** Writes to one target run one after the other, in the order they came. */
function enqueue(write) {
  if (ended(write)) return;
  const target = canon(write.intent.target ?? write.write);
  const mine = life;
  const next = (queues.get(target) ?? Promise.resolve()).then(() => (mine === life ? run(write) : undefined));
  queues.set(target, next.then(() => tell()));
}

class End extends Error {
  constructor(phase, change) { super(phase); this.change = { phase, ...change }; }
}
/** Not now; the reply may say when. */
class Later extends Error {
  constructor(reply) { super("later"); this.reply = reply; }
}
const refuse = (problem) => new End("refused", { problem });
const stick = (problem, meant, about) => new End("stuck", { problem, meant, about });
const conflict = (meant) => stick("conflict: the chart was changed since the version that this was made from", meant);

const mayCome = "refused, but an attempt before it may yet come through: look at the chart";

/** Until it has ended. What cannot be found out is left to a human. */
async function run(write) {
  const mine = life;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    let pause = retryMs * 2 ** (attempt - 1);
    const reply = await step(write).catch((end) => (end instanceof End ? end : end.reply ?? lost(end.message)));
    if (mine !== life) return;
    if (reply instanceof End) return save(write, (reply.change.phase === "refused" && write.mayCome ? stick(mayCome) : reply).change);
    if (reply.status === 0 || reply.status >= 500) save(write, { mayCome: true });
    const after = reply.headers?.["retry-after"], isAsked = Boolean(after);
    if (after) pause = Math.max(pause, /^\d+$/.test(after) ? after * 1000 : Math.max(0, Date.parse(after) - Date.now()) || 1000);
    if (attempt < attemptsMax) await wait(pause, isAsked);
    if (mine !== life) return;
  }
  save(write, { phase: "stuck", problem: "the server gave no certain answer; look at the chart before this is entered again" });
}

/** One try: throws the end, or returns a reply after which it is to be tried again. */
async function step(write) {
  const { intent, trace } = write;
  const kinds = { create, update: change, patch: change, delete: change };
  if (!kinds[intent.operation]) throw refuse(`no such operation here: ${intent.operation}`);
  return kinds[intent.operation](write, intent, trace);
}

const isBusy = (reply) => reply.status === 0 || reply.status >= 500 || [408, 423, 429].includes(reply.status);
const isRefusal = (reply) => [400, 401, 403, 404, 405, 410, 413, 415, 422].includes(reply.status);

function uuid(text) {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function create(write, { resource }, trace) {
  const kind = resource.resourceType;
  const mark = (resource.identifier ?? []).find((one) => one.system && one.value);
  const id = uuid(mark ? `${mark.system}|${mark.value}` : write.write);
  const body = { ...resource, id };
  const query = mark && `${kind}?identifier=${encodeURIComponent(`${mark.system}|${mark.value}`)}`;
  save(write, { phase: "sending" });
  const reply = await ask("PUT", query ?? `${kind}/${id}`, trace, { body, "if-none-match": "*" });
  if (isRefusal(reply) && !(query && reply.status === 400)) throw refuse(`refused with status ${reply.status}`);
  if (isBusy(reply)) return reply;
  const stored = await ask("GET", `${kind}/${id}`, trace);
  if (stored.status === 404 && reply.status >= 400) {
    const taken = await holder(kind, query, trace);
    if (reply.status === 400 && !taken) throw refuse("refused with status 400");
    throw stick("conflict: the identifier stands for another resource", body, taken);
  }
  if (stored.status !== 200) return stored;
  if (content(stored.body) !== content(body)) throw stick("conflict: the server holds something else under this identifier", body, `${kind}/${id}`);
  throw new End("done", { resource: `${kind}/${id}`, version: stored.body.meta.versionId });
}

/** Who bears the identifier already, if anyone does. */
async function holder(kind, query, trace) {
  const found = await ask("GET", query, trace);
  if (found.status !== 200) throw new Later(found);
  const [first] = (found.body.entry ?? []).filter((entry) => entry.resource.resourceType === kind);
  return first ? `${kind}/${first.resource.id}` : undefined;
}

async function find(write, target, trace) {
  if (target.reference) return target.reference;
  const { system, value } = target.identifier;
  const found = await ask("GET", `${target.type}?identifier=${encodeURIComponent(`${system}|${value}`)}`, trace);
  if (isRefusal(found)) throw refuse(`refused with status ${found.status}`);
  if (found.status !== 200) throw new Later(found);
  const all = (found.body.entry ?? []).filter((entry) => entry.resource.resourceType === target.type);
  if (all.length !== 1) throw refuse(`${all.length} resources bear the identifier`);
  return `${target.type}/${all[0].resource.id}`;
}

/** The versions after `from`, oldest first. */
async function newer(to, from, trace) {
  const reply = await ask("GET", `${to}/_history?_count=100`, trace);
  if (reply.status !== 200) throw new Later(reply);
  const all = (reply.body.entry ?? []).map(({ resource, response }) =>
    ({ resource, version: response.etag.replace(/^W\//, "").replaceAll('"', "") }));
  const at = all.findIndex(({ version }) => version === from);
  if (at < 0) throw conflict();
  return all.slice(0, at).reverse();
}

const intended = (intent, resource) =>
  intent.operation === "delete" ? undefined : intent.operation === "update" ? intent.resource : patched(resource, intent.patch);

/** Has the source said something later about it already? */
function isOvertaken({ source }, to) {
  const number = (one) => Number(one?.sequence?.text ?? 0);
  return number(source) > 0 && [...writes.values()].some((other) => other.phase === "done" && other.resource === to &&
    other.intent.source?.system === source.system && number(other.intent.source) > number(source));
}

/** Is it another patient's or encounter's than the intent's? One that was merged into another is that one too. */
async function isOthers(intent, resource, trace) {
  const patient = (resource.subject ?? resource.patient ?? resource.for)?.reference;
  const encounter = resource.encounter?.reference;
  if (encounter && intent.encounter && encounter !== intent.encounter) return true;
  if (!patient || !intent.patient || patient === intent.patient) return false;
  const was = await ask("GET", intent.patient, trace);
  if (was.status !== 200) throw new Later(was);
  return !(was.body.link ?? []).some(({ type, other }) => type === "replaced-by" && other?.reference === patient);
}

/** The version that this is made from: as named, else as it is now; after own writes of this source, the last of them. */
async function startFrom(write, intent, to, trace) {
  const named = intent.baseVersion ?? intent.resource?.meta?.versionId;
  if (!named && intent.operation === "update") throw refuse("nobody said which version this replaces");
  const now = await ask("GET", to, trace);
  if (now.status === 404) throw refuse(`${to} is not there`);
  if (now.status === 410) {
    if (intent.operation === "delete") throw new End("done", { resource: to });
    throw conflict(intent.resource);
  }
  if (isRefusal(now)) throw refuse(`refused with status ${now.status}`);
  if (now.status !== 200 || now.body.meta?.versionId !== (now.version ?? now.body.meta?.versionId)) throw new Later(now);
  if ((now.body.meta.tag ?? []).some((tag) => tag.code === "SUBSETTED")) throw new Later(now);
  if (await isOthers(intent, now.body, trace)) throw stick("it is another patient's or encounter's");
  return { version: named ?? now.body.meta.versionId, now: now.body };
}

async function change(write, intent, trace) {
  const to = write.resource ?? (await find(write, intent.target, trace));
  let { from } = write;
  if (isOvertaken(intent, to)) throw stick("conflict: its source has said something later already");
  if (!from) {
    const { version, now } = await startFrom(write, intent, to, trace);
    from = version;
    if (now.meta.versionId !== from) from = await afterOwn(intent, to, from, trace);
  }
  const all = [write, intent, to, from, trace];
  let reply = write.isOpen && (await isApplied(...all)) ? undefined : await send(...all);
  if (reply && isBusy(reply)) return reply;
  if (reply && isRefusal(reply)) {
    if (reply.status === 422 && intent.operation === "patch") throw stick("conflict: the patch does not fit the resource, or it was refused");
    if (reply.status !== 410) throw refuse(`refused with status ${reply.status}`);
    if (intent.operation !== "delete") throw conflict(intent.resource);
  }
  if (reply && reply.status >= 400 && !(await isApplied(...all))) return lost("refused, though nobody wrote");
  if (intent.operation === "delete") throw new End("done", { resource: to, version: reply?.status < 300 ? reply.version : undefined });
  const [mine] = await newer(to, from, trace);
  const was = await ask("GET", `${to}/_history/${from}`, trace);
  if (was.status !== 200) return was;
  const meant = intended(intent, was.body);
  if (!mine && reply?.version === from && content(was.body) === content(meant)) throw new End("done", { resource: to, version: from });
  if (!mine) return lost("the history lags");
  if (content(mine.resource) !== content(meant)) throw stick("the server stored something else than was sent", meant);
  throw new End("done", { resource: to, version: mine.version });
}

async function send(write, intent, to, from, trace) {
  const guard = { "if-match": `W/"${from}"` };
  save(write, { phase: "sending", resource: to, from, isOpen: true });
  return intent.operation === "delete" ? ask("DELETE", to, trace, guard)
    : intent.operation === "patch" ? ask("PATCH", to, trace, { body: intent.patch, type: "application/json-patch+json", ...guard })
      : ask("PUT", to, trace, { body: { ...intent.resource, id: to.split("/")[1] }, ...guard });
}

/** A reply was lost, or says what may not be so: did the write take effect? Throws the end where it cannot any more. */
async function isApplied(write, intent, to, from, trace) {
  const [next] = await newer(to, from, trace);
  if (!next) return false;
  const was = await ask("GET", `${to}/_history/${from}`, trace);
  if (was.status !== 200) throw new Later(was);
  if (!next.resource && intent.operation === "delete") return true;
  const meant = intended(intent, was.body);
  if (!next.resource || content(next.resource) !== content(meant)) throw conflict(meant);
  return true;
}

/** Where all that came since is this engine's own, for the same source and requester, it is written on top. */
async function afterOwn(intent, to, from, trace) {
  const since = await newer(to, from, trace);
  const whose = ({ source, requester }) => JSON.stringify([source?.system, requester]);
  const own = new Set([...writes.values()]
    .filter((other) => other.phase === "done" && other.resource === to && whose(other.intent) === whose(intent))
    .map((other) => other.version));
  if (intent.operation !== "patch" || !since.every(({ version }) => own.has(version))) throw conflict();
  return since.at(-1).version;
}

// ---- the engine's own interface ----

const view = ({ write, phase, resource, version, problem }) =>
  ({ write, phase, resource, version, problem, stuck: phase === "stuck" ? write : undefined });

function accept(key, trace, intent) {
  const name = createHash("sha256").update(canon([intent.tenant, intent.source?.system, key])).digest("hex").slice(0, 32);
  const old = writes.get(name);
  if (old) return canon(old.intent) === canon(intent) ? [202, view(old)] : [422, { problem: "this key was used for something else" }];
  const write = { write: name };
  save(write, { trace, intent, phase: "waiting", isOpen: false });
  writes.set(name, write);
  enqueue(write);
  return [202, view(write)];
}

/** No wait but those that the server asked for; what waits for a human shows the chart as it is now. */
async function sweep() {
  const open = () => [...writes.values()].some((write) => !ended(write));
  while (open() && ![...timers].some(({ isAsked }) => isAsked)) {
    const rest = new Promise((done) => { tell = done; });
    [...timers].forEach((timer) => timer.ring());
    await rest;
  }
  for (const write of [...writes.values()].filter(({ phase }) => phase === "stuck")) {
    const to = write.about ?? write.resource ?? write.intent.target?.reference;
    const now = to ? await ask("GET", to, write.trace) : lost();
    if (now.status === 200) save(write, { chart: now.body, seen: now.body.meta.versionId });
    if (now.status === 410) save(write, { chart: null, seen: now.version });
  }
  return [200, {}];
}

const waiting = () => [200, {
  stuck: [...writes.values()].filter(({ phase }) => phase === "stuck")
    .map(({ write, problem, intent, meant, chart, seen }) => ({ write, problem, asked: intent, meant, chart, version: seen })),
}];

function forget() {
  life++;
  [...timers].forEach((timer) => { clearTimeout(timer.handle); timers.delete(timer); });
  [writes, queues] = [new Map(), new Map()];
  fs.ftruncateSync(file, 0);
  return [200, {}];
}

const routes = {
  "GET /stuck": waiting,
  "GET /test/busy": () => [200, { running: 0, inside, nextMs: timers.size ? Math.max(0, Math.min(...[...timers].map(({ at }) => at)) - Date.now()) : null }],
  "POST /test/due": () => { [...timers].forEach((timer) => timer.ring()); return [200, {}]; },
  "POST /test/forget": forget,
  "POST /test/sweep": sweep,
};

async function answer(request, text) {
  const { method, url, headers } = request;
  const known = routes[`${method} ${url}`];
  if (known) return known();
  if (method === "POST" && url === "/writes" && headers["write-key"]) return accept(headers["write-key"], headers.trace ?? "", read(text));
  const write = method === "GET" && url.startsWith("/writes/") ? writes.get(url.slice("/writes/".length)) : undefined;
  return write ? [200, view(write)] : [404, { problem: `there is no ${method} ${url}` }];
}

load();
http.createServer((request, reply) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", async () => {
    const [status, body] = await answer(request, Buffer.concat(parts).toString()).catch(() => [400, { problem: "not understood" }]);
    reply.writeHead(status, { "content-type": "application/json" }).end(print(body));
  });
}).listen(Number(process.env.PORT ?? 0), "127.0.0.1", function ready() {
  console.log(`own-ids.mjs: listening at http://127.0.0.1:${this.address().port}`);
});
