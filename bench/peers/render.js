// render.js FOLDER: npm's json-e over objects.json for every service in every environment, a line of JSON each.
const fs = require('fs');
const path = require('path');
const jsone = require('json-e');

const folder = process.argv[2];
const read = (...name) => JSON.parse(fs.readFileSync(path.join(folder, ...name), 'utf8'));
const templates = Object.values(read('objects.json'));
const services = fs.readdirSync(path.join(folder, 'services')).sort().map(name => read('services', name));
let out = [];

// In blocks: a write for each object would be slow, one string of everything too long.
const flush = () => { process.stdout.write(out.join('')); out = []; };

for (const env of read('environments.json')) {
  for (const service of services) {
    for (const template of templates) {
      const object = jsone(template, {env, service});
      if (object !== null) out.push(JSON.stringify(object), '\n');
    }
    if (out.length > 1000) flush();
  }
}
flush();
