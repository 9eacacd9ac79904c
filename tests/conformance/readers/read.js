// Reads the corpus (lines of {"yaml", "value"}) from stdin with the package named and compares.
'use strict';
const { isDeepStrictEqual } = require('util');
const path = require('path');
const [name, modules] = process.argv.slice(2);
const library = require(path.join(modules, name));
const load = name === 'yaml' ? library.parse : library.load;

// js-yaml 4 makes maps without some prototypes; only content counts.
const plain = (value) => (value === undefined ? 'undefined' : JSON.parse(JSON.stringify(value)));
const typed = (value) => value instanceof Date || (typeof value === 'number' && !Number.isFinite(value));

function hasOddity(value) {
  if (typed(value)) return true;
  return value !== null && typeof value === 'object' && Object.values(value).some(hasOddity);
}

let documents = 0;
let differ = 0;
for (const line of require('fs').readFileSync(0, 'utf8').split('\n')) {
  if (!line) continue;
  const { yaml, value } = JSON.parse(line);
  documents++;
  let found;
  try {
    found = load(yaml);
  } catch (error) {
    found = error;
  }
  if (found instanceof Error || hasOddity(found) || !isDeepStrictEqual(plain(found), value)) {
    if (++differ <= 5) console.error('differs:', JSON.stringify(yaml), found instanceof Error ? found.message : JSON.stringify(found));
  }
}
console.log(`${documents} documents, ${differ} differ`);
process.exitCode = differ || !documents ? 1 : 0;
