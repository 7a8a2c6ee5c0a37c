// SPDX-License-Identifier: Apache-2.0
// Drives fhirsim from JavaScript, with Node's own modules. See README.md.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http from "node:http";

const fhirsim = spawn(process.env.FHIRSIM ?? "build/bin/fhirsim", ["--listen", "127.0.0.1:0"],
  { stdio: ["ignore", "pipe", "inherit"] });
const [ready] = await once(fhirsim.stdout, "data"); // it says where it listens, when it is ready
const fhir = /http:[^ ,]+\/fhir/.exec(ready)[0];
const control = /http:[^ ,]+\/_control/.exec(ready)[0];

// A connection for each call: on a reused one the library may send a request again by itself.
function call(method, url, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false }, async (reply) => {
      let text = "";
      for await (const piece of reply) text += piece;
      resolve({ status: reply.statusCode, headers: reply.headers, text });
    });
    request.on("error", reject);
    request.end(body);
  });
}

// The status of the reply, or that there is none.
async function put(etag) {
  const body = JSON.stringify({ resourceType: "Patient", id: "ada", active: false });
  const headers = { "If-Match": etag, "Content-Type": "application/fhir+json" };
  try {
    return (await call("PUT", `${fhir}/Patient/ada`, body, headers)).status;
  } catch {
    return "no reply";
  }
}

try {
  const chart = await readFile(new URL("chart.json", import.meta.url));
  const loaded = await call("POST", `${control}/charts`, chart,
    { "Content-Type": "application/fhir+json" });
  console.log(`loaded: ${JSON.parse(loaded.text).resources} resources`);

  await call("POST", `${control}/faults`, JSON.stringify(
    { fault: "reset-after", match: { interaction: "update" }, times: 1 }));
  const { headers: { etag } } = await call("GET", `${fhir}/Patient/ada`);
  console.log(`read: ETag ${etag}`);
  console.log(`first write: ${await put(etag)}`);
  console.log(`second write: ${await put(etag)}`);
  const versions = await call("GET", `${control}/resources/Patient/ada/versions`);
  console.log(`in the chart: ${JSON.parse(versions.text).length} versions`);
  const journal = await call("GET", `${control}/journal`);
  for (const line of journal.text.trim().split("\n")) {
    const { kind, fault, status } = JSON.parse(line);
    console.log(["journal:", kind, fault ?? status].filter(Boolean).join(" "));
  }
} finally {
  fhirsim.kill();
}
