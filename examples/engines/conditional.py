#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""conditional.py - a write-back engine in Python's standard library, as an example to certify.

Creates are conditional (If-None-Exist on an identifier of its own), so that any of them can be sent again. Changes are
whole resources, PUT under If-Match of the version they were made from; patches are applied here. A reply that was lost is
looked for in the resource's history. Every conflict with somebody else goes to a human.

    POST /api/writes       an intent as JSON; headers X-Dedup (its key), X-Trace; 202 {"job", "status", ...}
    GET  /api/writes/JOB   {"job", "status", "ref", "ver", "reason", "open"}
    GET  /api/open         {"open": [{"job", "reason", "asked", "meant", "chart", "version"}]}, the chart as it is now
    POST /api/sweep        answers when nothing is under way any more

What must always hold: a job is on disk before 202 is sent, and before each of its requests; a status is on disk before
anyone is told. Settings come from the environment: FHIR_BASE_URL, PORT, DATA, FHIR_TIMEOUT_MS, RETRY_MS,
TOKEN (whoever calls must bear it; unset: anyone may).
"""
import hashlib
import http.client
import http.server
import json
import os
import threading
import urllib.parse

BASE = urllib.parse.urlsplit(os.environ["FHIR_BASE_URL"])
TIMEOUT = int(os.environ.get("FHIR_TIMEOUT_MS", "30000")) / 1000
RETRY = int(os.environ.get("RETRY_MS", "200")) / 1000
JOURNAL = os.path.join(os.environ.get("DATA", "."), "jobs.ndjson")
TOKEN = os.environ.get("TOKEN")
SYSTEM = "urn:example:conditional:write"
ATTEMPTS = 6


# ---- JSON that keeps the text of its numbers: 1.50 stays 1.50 ----

class Number:
    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        return isinstance(other, Number) and other.text == self.text

    def __hash__(self):
        return hash(self.text)


def read_json(text):
    return json.loads(text, parse_float=Number, parse_int=Number)


def print_json(value):
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(k) + ":" + print_json(v) for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(print_json(v) for v in value) + "]"
    return value.text if isinstance(value, Number) else json.dumps(value)


def content(resource):
    """A resource without what the server rewrites; None for a deletion."""
    if resource is None:
        return None
    kept = {k: v for k, v in resource.items() if k != "meta"}
    meta = {k: v for k, v in resource.get("meta", {}).items() if k not in ("versionId", "lastUpdated", "source")}
    return {**kept, "meta": meta} if meta else kept


# ---- JSON Patch, RFC 6902 ----

class PatchFailed(Exception):
    pass


def walk(tree, pointer):
    """The container and the key that a pointer names."""
    keys = [k.replace("~1", "/").replace("~0", "~") for k in pointer.split("/")[1:]]
    if not keys:
        raise PatchFailed("the whole resource is no target")
    for key in keys[:-1]:
        try:
            tree = tree[int(key)] if isinstance(tree, list) else tree[key]
        except (KeyError, IndexError, ValueError, TypeError):
            raise PatchFailed(pointer + " is not there") from None
    if isinstance(tree, list) and keys[-1] != "-":
        if not keys[-1].isdigit():
            raise PatchFailed(pointer + " is no place in a list")
        return tree, int(keys[-1])
    return tree, keys[-1]


def take(tree, pointer):
    where, key = walk(tree, pointer)
    try:
        return where[key]
    except (KeyError, IndexError, TypeError):
        raise PatchFailed(pointer + " is not there") from None


def put(tree, pointer, value):
    where, key = walk(tree, pointer)
    if isinstance(where, list):
        place = len(where) if key == "-" else key
        if place > len(where):
            raise PatchFailed(pointer + " is behind the end")
        where.insert(place, value)
    else:
        where[key] = value


def patched(resource, patch):
    tree = read_json(print_json(resource))
    for act in patch:
        kind, path = act["op"], act["path"]
        if kind == "test" and take(tree, path) != act["value"]:
            raise PatchFailed("conflict: the test of " + path + " does not hold")
        value = take(tree, act["from"]) if kind in ("move", "copy") else act.get("value")
        gone = {"remove": path, "replace": path, "move": act.get("from")}.get(kind)
        if gone is not None:
            take(tree, gone)
            where, key = walk(tree, gone)
            if kind == "replace":
                where[key] = value
            else:
                del where[key]
        if kind in ("add", "move", "copy"):
            put(tree, path, value)
    return tree


# ---- one request to the FHIR server ----

class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def version(self):
        return (self.headers.get("ETag") or "").removeprefix("W/").strip('"') or None


class NoReply(Exception):
    """Nothing certain came back: the request may have taken effect."""


def ask(method, path, trace, body=None, guard=None):
    link = http.client.HTTPConnection(BASE.hostname, BASE.port, timeout=TIMEOUT)
    headers = {"Accept": "application/fhir+json", "X-Correlation-Id": trace, "Connection": "close"}
    if body is not None:
        headers["Content-Type"] = "application/fhir+json"
    headers.update(guard or {})
    try:
        link.request(method, BASE.path + "/" + path, None if body is None else print_json(body).encode(), headers)
        got = link.getresponse()
        text = got.read()
    except (OSError, http.client.HTTPException) as why:
        raise NoReply(str(why)) from None
    finally:
        link.close()
    try:
        return Reply(got.status, got.headers, read_json(text) if text else None)
    except ValueError:
        if method == "GET":
            raise NoReply("an answer that is no JSON") from None
        return Reply(got.status, got.headers, None)


# ---- jobs ----

class Stop(Exception):
    """The job has come to an end, or waits for somebody."""

    def __init__(self, status, reason=None, ref=None, ver=None, chart=None, meant=None):
        super().__init__(status)
        self.fields = {"status": status, "reason": reason, "ref": ref, "ver": ver, "chart": chart, "meant": meant}


ENDED = ("DONE", "FAILED", "MANUAL")


class Jobs:
    """All jobs, in the order they came; what changes is on disk first."""

    def __init__(self):
        self.lock = threading.Condition()
        self.jobs, self.by_key, self.queues = {}, {}, {}
        self.load()
        self.file = open(JOURNAL, "ab")  # noqa: SIM115 - for the life of the process
        for job in self.jobs.values():
            self.enqueue(job)

    def load(self):
        if not os.path.exists(JOURNAL):
            return
        with open(JOURNAL, "rb+") as file:
            lines = file.read().split(b"\n")
            file.truncate(sum(len(line) + 1 for line in lines[:-1]))  # a line cut short was never vouched for
        for line in lines[:-1]:
            job = read_json(line)
            self.jobs.setdefault(job["job"], {}).update(job)
        for job in self.jobs.values():
            self.by_key[job["key"]] = job

    def save(self, job, /, **fields):
        with self.lock:
            fields = {"job": job["job"], **fields}
            self.file.write(print_json(fields).encode() + b"\n")
            self.file.flush()
            os.fsync(self.file.fileno())
            job.update(fields)
            self.lock.notify_all()

    def enqueue(self, job):
        """Jobs on one target run one after the other, in the order they came."""
        target = print_json(job["intent"].get("target", job["job"]))
        with self.lock:
            queue = self.queues.setdefault(target, [])
            queue.append(job)
            if len(queue) == 1:
                threading.Thread(target=self.work, args=(target,), daemon=True).start()

    def work(self, target):
        while True:
            with self.lock:
                queue = self.queues[target]
                if not queue:
                    del self.queues[target]
                    return
                job = queue[0]
            if job["status"] not in ENDED:
                run(self, job)
            with self.lock:
                queue.pop(0)
                self.lock.notify_all()

    def accept(self, key, trace, intent):
        scope = json.dumps([intent.get("tenant"), intent.get("source", {}).get("system"), key])
        with self.lock:
            old = self.by_key.get(scope)
            if old:
                return old if old["intent"] == intent else None
            name = hashlib.sha256(scope.encode()).hexdigest()[:32]
            job = {"job": name, "key": scope, "trace": trace, "intent": intent, "status": "QUEUED"}
            self.save(job, **job)
            self.jobs[name] = self.by_key[scope] = job
        self.enqueue(job)
        return job

    def is_overtaken(self, intent, ref):
        """Has the source said something later about it already?"""
        source = intent.get("source", {})
        number = lambda one: int(one["sequence"].text) if "sequence" in one else 0
        others = [job["intent"].get("source", {}) for job in self.jobs.values() if job["status"] == "DONE" and job.get("ref") == ref]
        return any(one.get("system") == source.get("system") and number(one) > number(source) > 0 for one in others)

    def own_versions(self, ref, intent):
        """What was made for the same source and requester: nobody else's word."""
        whose = lambda one: (one.get("source", {}).get("system"), one.get("requester"))
        return {job["ver"] for job in self.jobs.values()
                if job["status"] == "DONE" and job.get("ref") == ref and whose(job["intent"]) == whose(intent)}

    def wait_idle(self):
        with self.lock:
            self.lock.wait_for(lambda: not self.queues)


def run(jobs, job):
    """Until the job has ended: each attempt is on disk before it is made."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            write(jobs, job)
        except Stop as end:
            if end.fields["status"] == "FAILED" and job.get("open"):
                end.fields.update(status="MANUAL", reason="refused, but an attempt before it may yet come through: look at the chart")
            return jobs.save(job, **end.fields)
        except NoReply as why:
            wait, reason = RETRY * 2 ** (attempt - 1), "no reply: " + str(why)
        except Busy as why:
            wait, reason = max(why.wait, RETRY * 2 ** (attempt - 1)), "the server is busy"
        except (KeyError, TypeError, AttributeError, ValueError) as why:
            wait, reason = RETRY * 2 ** (attempt - 1), "an answer that makes no sense: " + type(why).__name__
        if attempt < ATTEMPTS:
            threading.Event().wait(wait)
    return jobs.save(job, status="MANUAL", reason=reason + "; look at the chart, and enter it there if it is missing")


def show_again(jobs, job):
    """What waits for a human shows the chart as it is now."""
    ref = job.get("target") or job["intent"].get("target", {}).get("reference")
    try:
        if ref:
            jobs.save(job, **dict(zip(("ver", "chart"), read(ref, job["trace"]))))
    except (NoReply, Busy, Stop):
        pass


class Busy(Exception):
    def __init__(self, wait):
        super().__init__(wait)
        self.wait = wait


def check(reply):
    """Refusals that have nothing to do with versions."""
    if reply.status in (408, 429) or reply.status >= 500:
        after = reply.headers.get("Retry-After") or "0"
        raise Busy(int(after) if after.isdigit() else 1)
    if reply.status in (400, 401, 403, 404, 405, 413, 415, 422):
        raise Stop("FAILED", "refused with status %d" % reply.status)
    return reply


def write(jobs, job):
    intent = job["intent"]
    operation = intent["operation"]
    if operation == "create":
        return create(jobs, job, intent["resource"])
    if operation not in ("update", "patch", "delete"):
        raise Stop("FAILED", "no such operation here: " + operation)
    return change(jobs, job, find_target(job, intent))


def send(jobs, job, method, path, body, guard):
    """A write, on disk before it goes; the job is open from then on, until this has had a certain answer."""
    was_open = job.get("open", False)
    jobs.save(job, status="SENDING", open=True)
    reply = ask(method, path, job["trace"], body, guard)
    if reply.status < 500:
        job["open"] = was_open  # not on disk: after a kill it counts as open
    return reply


def create(jobs, job, resource):
    """Under the resource's own identifier where it has one, else under one of ours: sent again, it matches itself."""
    kind = resource["resourceType"]
    mark = next((one for one in resource.get("identifier", []) if "system" in one and "value" in one), None)
    body = resource if mark else {**resource, "identifier": [{"system": SYSTEM, "value": job["job"]}]}
    mark = mark or body["identifier"][0]
    query = urllib.parse.urlencode({"identifier": mark["system"] + "|" + mark["value"]})
    reply = check(send(jobs, job, "POST", kind, body, {"If-None-Exist": query}))
    if reply.status not in (200, 201):
        raise Stop("MANUAL", "conflict: several resources bear the identifier " + mark["value"], meant=body)
    found = search(kind, mark, job["trace"])
    if not found:
        raise NoReply("what was written is not found yet")
    ref, ver, stored = found[0]
    if len(found) > 1 or content({**stored, "id": None}) != content({**body, "id": None}):
        raise Stop("MANUAL", "conflict: the identifier stands for something else, or changed since", None, ver, stored, body)
    raise Stop("DONE", None, ref, ver)


def search(kind, identifier, trace):
    """[(reference, version, resource)] of those that bear the identifier."""
    query = urllib.parse.urlencode({"identifier": identifier["system"] + "|" + identifier["value"]})
    reply = check(ask("GET", kind + "?" + query, trace))
    if not reply.body or reply.body.get("resourceType") != "Bundle":
        raise NoReply("no Bundle")
    found = [entry["resource"] for entry in reply.body.get("entry", [])]
    return [(kind + "/" + one["id"], one["meta"]["versionId"], one) for one in found if one["resourceType"] == kind]


def find_target(job, intent):
    target = intent["target"]
    if "reference" in target:
        return target["reference"]
    if job.get("target"):
        return job["target"]
    found = search(target["type"], target["identifier"], job["trace"])
    if len(found) != 1:
        raise Stop("FAILED" if not found else "MANUAL", "%d resources bear the identifier" % len(found))
    return found[0][0]


def read(path, trace):
    """(version, resource); the resource is None where it is deleted."""
    reply = ask("GET", path, trace)
    if reply.status == 410:
        return reply.version, None
    if reply.status == 404:
        raise Stop("FAILED", path + " is not there")
    check(reply)
    if not reply.body or reply.body.get("resourceType") == "OperationOutcome":
        raise NoReply("no resource")
    version = reply.body.get("meta", {}).get("versionId")
    if version != (reply.version or version):
        raise NoReply("the answer contradicts itself")
    tags = reply.body.get("meta", {}).get("tag", [])
    if any(tag.get("code") == "SUBSETTED" for tag in tags):
        raise NoReply("only a part of the resource")
    return version, reply.body


def newer(ref, base, trace):
    """The versions after `base`, oldest first: [(version, resource or None)]."""
    reply = check(ask("GET", ref + "/_history?_count=100", trace))
    after = []
    for entry in (reply.body or {}).get("entry", []):
        resource = entry.get("resource")
        version = entry.get("response", {}).get("etag", "").removeprefix("W/").strip('"')
        if version == base:
            return list(reversed(after))
        after.append((version, resource))
    raise Stop("MANUAL", "conflict: version %s is no longer in the history" % base)


def intended(intent, resource):
    """What the resource is to be, made from this version of it; None: deleted."""
    if intent["operation"] == "delete":
        return None
    if intent["operation"] == "update":
        return {**intent["resource"], "id": resource["id"]} if resource else intent["resource"]
    return patched(resource, intent["patch"])


def reference(resource, *names):
    return next((resource[name]["reference"] for name in names if "reference" in (resource.get(name) or {})), None)


def is_others(intent, resource, trace):
    """Is it another patient's or encounter's than the intent's? One that was merged into another is that one too."""
    patient, encounter = reference(resource, "subject", "patient", "for"), reference(resource, "encounter")
    if encounter and intent.get("encounter") not in (None, encounter):
        return True
    if not patient or intent.get("patient") in (None, patient):
        return False
    links = (check(ask("GET", intent["patient"], trace)).body or {}).get("link", [])
    return not any(link.get("type") == "replaced-by" and reference(link, "other") == patient for link in links)


def change(jobs, job, ref):
    intent, trace = job["intent"], job["trace"]
    base = job.get("base") or intent.get("baseVersion") or intent.get("resource", {}).get("meta", {}).get("versionId")
    current, resource = read(ref, trace)
    if intent["operation"] == "delete" and resource is None:
        raise Stop("DONE", "it is deleted; by whom nobody knows", ref)
    if not base and intent["operation"] == "update":
        raise Stop("MANUAL", "nobody said which version this replaces", None, current, resource, intent["resource"])
    base = base or current
    if resource and is_others(intent, resource, trace):
        raise Stop("MANUAL", "conflict: it is another patient's or encounter's", None, current, resource)
    if jobs.is_overtaken(intent, ref):
        raise Stop("MANUAL", "conflict: its source has said something later already", None, current, resource)
    was = resource if current == base else read(ref + "/_history/" + base, trace)[1]
    try:
        body = intended(intent, was)
    except PatchFailed as why:
        raise Stop("MANUAL", "conflict: " + str(why), chart=resource, ver=current) from None
    if current != base:
        base, body = look_back(jobs, job, ref, base, body, resource)
    jobs.save(job, base=base, target=ref)
    reply = send(jobs, job, "DELETE" if body is None else "PUT", ref, body, {"If-Match": 'W/"' + base + '"'})
    if reply.status in (409, 412):
        raise NoReply("the chart moved on; looking again")
    check(reply)
    if reply.status not in (200, 201, 204):
        raise NoReply("status %d" % reply.status)
    if body is None:
        raise Stop("DONE", None, ref, reply.version)
    if reply.version == base and content(was) == content(body):
        raise Stop("DONE", None, ref, base)
    finish(jobs, job, ref, base, body)


def finish(jobs, job, ref, base, body):
    """Done, when the history shows what was meant right after the version it was made from."""
    after = newer(ref, base, job["trace"])
    if not after:
        raise NoReply("the history lags")
    if content(after[0][1]) != content(body):
        raise Stop("MANUAL", "the server stored something else than was sent", ref, after[0][0], after[-1][1], body)
    raise Stop("DONE", None, ref, after[0][0])


def look_back(jobs, job, ref, base, body, resource):
    """Others wrote since `base`, or this job did and never heard of it."""
    after = newer(ref, base, job["trace"])
    if not after:
        raise NoReply("the history lags")
    if content(after[0][1]) == content(body):
        raise Stop("DONE", None if job.get("base") else "it stands there already", ref, after[0][0])
    own = jobs.own_versions(ref, job["intent"])
    if all(version in own for version, _ in after) and job["intent"]["operation"] == "patch":
        try:
            return after[-1][0], patched(after[-1][1], job["intent"]["patch"])
        except PatchFailed:
            pass
    raise Stop("MANUAL", "conflict: the chart was changed meanwhile", ver=after[-1][0], chart=resource, meant=body)


# ---- the engine's own interface ----

def view(job):
    said = {name: job.get(name) for name in ("job", "status", "ref", "ver", "reason")}
    return {**said, "open": job["job"] if job["status"] == "MANUAL" else None}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    jobs = None

    def answer(self, status, value):
        text = print_json(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def may(self):
        """Whoever asks says who he is."""
        return not TOKEN or self.headers.get("Authorization") == "Bearer " + TOKEN

    def do_GET(self):
        name = self.path.rpartition("/")[2]
        if self.path == "/api/health":
            self.answer(200, {"status": "up"})
        elif not self.may():
            self.answer(401, {"reason": "expected Authorization"})
        elif self.path == "/api/open":
            waiting = [job for job in list(self.jobs.jobs.values()) if job["status"] == "MANUAL"]
            for job in waiting:
                show_again(self.jobs, job)
            self.answer(200, {"open": [{**view(job), "chart": job.get("chart"), "version": job.get("ver"),
                                        "asked": job["intent"], "meant": job.get("meant")} for job in waiting]})
        elif self.path.startswith("/api/writes/") and name in self.jobs.jobs:
            self.answer(200, view(self.jobs.jobs[name]))
        else:
            self.answer(404, {"reason": "there is no " + self.path})

    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.may():
            return self.answer(401, {"reason": "expected Authorization"})
        if self.path == "/api/sweep":
            self.jobs.wait_idle()
            return self.answer(200, {})
        key = self.headers.get("X-Dedup")
        if self.path != "/api/writes" or not key:
            return self.answer(400, {"reason": "expected POST /api/writes with X-Dedup"})
        job = self.jobs.accept(key, self.headers.get("X-Trace") or key, read_json(text))
        if not job:
            return self.answer(422, {"reason": "this key was used for something else"})
        return self.answer(202, view(job))

    def log_message(self, *_):
        """Requests are not logged: they may name patients."""


def main():
    Handler.jobs = Jobs()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "0"))), Handler)
    print("conditional.py: listening at http://127.0.0.1:%d" % server.server_port, flush=True)
    server.serve_forever(poll_interval=3600)


if __name__ == "__main__":
    main()
