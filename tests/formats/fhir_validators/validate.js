// Reads one FHIR resource per line; prints one JSON array per line with what either validator has against it.
// Run it from a directory whose node_modules holds the packages: they are looked for there, not beside this file.
const path = require("path");
const readline = require("readline");
const installed = (name) => require(path.join(process.cwd(), "node_modules", name));

const SchemaValidator = installed("@asymmetrik/fhir-json-schema-validator");
const { Fhir } = installed("fhir");
const schema = new SchemaValidator();
const structure = new Fhir();

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const resource = JSON.parse(line);
  // The whole list is long, and condensing it takes seconds: the first few will do.
  const faults = schema.validate(resource, true).slice(0, 3).map((fault) => `schema: ${fault.dataPath} ${fault.message}`);
  const { messages } = structure.validate(resource, { errorOnUnexpected: true });
  for (const { severity, location, message } of messages) {
    if (severity === "error" || severity === "warning") faults.push(`${severity}: ${location}: ${message}`);
  }
  console.log(JSON.stringify(faults));
});
