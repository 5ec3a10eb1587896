// Three clients that nobody here wrote, each sending the messages of a file (one JSON list of texts) to our listener.
// `node peers.cjs NAME PORT FILE` prints the acknowledgements that the client handed over, as JSON.
const fs = require("node:fs");

const [name, port, file] = process.argv.slice(2);
const messages = JSON.parse(fs.readFileSync(file, "utf8"));

async function simple() {
  const hl7 = require("simple-hl7");
  const parser = new hl7.Parser({ segmentSeperator: "\r" });
  const client = hl7.Server.createTcpClient({ host: "127.0.0.1", port: Number(port), keepalive: true, callback: () => {} });
  const answers = [];
  for (const text of messages) {
    const ack = await new Promise((resolve, reject) => client.send(parser.parse(text), (error, found) => (error ? reject(error) : resolve(found))));
    answers.push(ack.toString());
  }
  client.close();
  return answers;
}

async function nodeClient() {
  const { Client, Message } = require("node-hl7-client");
  const client = new Client({ host: "127.0.0.1" });
  const answers = [];
  let heard;
  const line = client.createConnection({ port: Number(port) }, async (answer) => heard(answer.getMessage().toString()));
  await new Promise((resolve) => line.on("connect", resolve));
  for (const text of messages) {
    const answer = new Promise((resolve) => (heard = resolve));
    await line.sendMessage(new Message({ text }));
    answers.push(await answer);
  }
  await line.close();
  return answers;
}

async function medplum() {
  const { Hl7Client } = require("@medplum/hl7");
  const { Hl7Message } = require("@medplum/core");
  const client = new Hl7Client({ host: "127.0.0.1", port: Number(port) });
  const answers = [];
  for (const text of messages) answers.push((await client.sendAndWait(Hl7Message.parse(text))).toString());
  await client.close();
  return answers;
}

({ "simple-hl7": simple, "node-hl7-client": nodeClient, "@medplum/hl7": medplum })[name]().then(
  (answers) => { console.log(JSON.stringify(answers)); process.exit(0); },
  (error) => { console.error(error); process.exit(1); },
);
