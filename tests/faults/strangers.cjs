// simple-hl7 reads the messages of a file (one JSON list of texts): one JSON line each of what it found.
const fs = require("node:fs");
const hl7 = require("simple-hl7");

const parser = new hl7.Parser({ segmentSeperator: "\r" });
const first = (value) => (Array.isArray(value) ? first(value[0]) : value);
const component = (segment, field, at) => first(segment.fields[field - 1].value[0][at - 1].value);

for (const text of JSON.parse(fs.readFileSync(process.argv[2], "utf8"))) {
  const message = parser.parse(text);
  const sections = message.getSegments("OBX").filter((one) => component(one, 2, 1) !== "ED")
    .map((one) => [component(one, 3, 2), component(one, 5, 1)]);
  const found = { segments: message.segments.length + 1, name: component(message.getSegment("PID"), 5, 1), sections };
  process.stdout.write(JSON.stringify(found).replace(/[\u2028\u2029\u0085]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`) + "\n");
}
