// templates.js DUMP: what templates.c has measured, with npm's json-e on the same templates and contexts. Prints "name value"
// lines; exit 1 where a result differs. Only what the deployment template calls is here of kiln's functions.
'use strict';
const fs = require('fs');
const path = require('path');
const { isDeepStrictEqual } = require('util');
const jsone = require('json-e');

const ROUNDS = 5; // after one to warm up
const dump = process.argv[2];
const read = name => fs.readFileSync(path.join(dump, name), 'utf8');
const lines = name => read(name).trimEnd().split('\n').map(line => JSON.parse(line));

const { deployment, parts } = JSON.parse(read('templates.json'));
const environment = JSON.parse(read('environment.json'));
const services = lines('services.jsonl');

function get(value, dotted, otherwise = null) {
  let found = value;
  for (const key of dotted.split('.')) {
    const there = typeof found === 'object' && found !== null && !Array.isArray(found) && Object.hasOwn(found, key);
    found = there ? found[key] : null;
  }
  return found === null ? otherwise : found;
}
// A function marked so is given the context that it is called in.
function part(context, name, args = {}) {
  return jsone(parts[name], Object.assign({}, context, args));
}
part.jsone_builtin = true;
const functions = {
  items: map => Object.entries(map).map(([key, value]) => ({ key, value })),
  keys: map => Object.keys(map),
  get,
  part,
};

const evaluate = own => jsone(deployment, Object.assign({}, functions, environment, own));
function round() {
  const start = process.cpuUsage();
  for (const own of services) evaluate(own);
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1e6;
}

const first = round();
const seconds = Array.from({ length: ROUNDS }, round).sort((a, b) => a - b);
const wanted = lines('results.jsonl');
const differing = services.filter((own, i) => !isDeepStrictEqual(JSON.parse(JSON.stringify(evaluate(own))), wanted[i]));
console.log(`compared ${services.length}\ndiffering ${differing.length}`);
console.log(`first_seconds ${first}\nmedian_seconds ${seconds[Math.floor(ROUNDS / 2)]}`);
console.log(`memory_kib ${process.resourceUsage().maxRSS}`);
for (const own of differing.slice(0, 3)) console.error(`differs: ${own.service.name}`);
process.exit(differing.length || wanted.length !== services.length ? 1 : 0);
