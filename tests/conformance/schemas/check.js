// check.js SCHEMAS LIST: ajv compiles the schemas in the folder SCHEMAS (KIND.json); LIST has lines "good|bad KIND FILE", and
// each file is judged by ajv and by the YAML language server, as an editor would. node_modules is where NODE_PATH says.
// Prints a line for each failure and, last, "PASSED FAILED SKIPPED".
const fs = require('fs');
const path = require('path');
const yaml = require('yaml');

const [folder, list] = process.argv.slice(2);
const kinds = ['service', 'environment', 'project', 'release', 'standard'];
let passed = 0, failed = 0, skipped = 0;

function result(good, text) {
  if (good) passed++;
  else {
    failed++;
    console.log('FAILED   ' + text);
  }
}

function withAjv(schemas, cases) {
  const Ajv = require('ajv').default;
  const ajv = new Ajv({strict: false, allErrors: true});
  const validators = {};
  for (const kind of kinds) {
    result(ajv.validateSchema(schemas[kind]), `schema ${kind} against draft-07: ${ajv.errorsText()}`);
    validators[kind] = ajv.compile(schemas[kind]);
  }
  for (const [verdict, kind, file] of cases) {
    const value = yaml.parse(fs.readFileSync(file, 'utf8'), {merge: true}) ?? {};
    const valid = validators[kind](value);
    result(valid === (verdict === 'good'),
           `ajv: ${file} as ${kind}: ${valid ? 'passes, and should not' : ajv.errorsText(validators[kind].errors).slice(0, 400)}`);
  }
}

async function withServer(schemas, cases) {
  const {getLanguageService} = require('yaml-language-server');
  const {TextDocument} = require('vscode-languageserver-textdocument');
  const uri = (file) => 'file://' + path.resolve(file);
  for (const kind of kinds) {
    const settings = {validate: true, completion: true, hover: true, customTags: [],
                      schemas: [{uri: 'file:///' + kind + '.json', fileMatch: ['*'], schema: schemas[kind]}]};
    const service = getLanguageService({
      schemaRequestService: () => Promise.reject('no network'),
      workspaceContext: {resolveRelativePath: (relative) => relative},
      yamlSettings: {yamlVersion: '1.2'},
    });
    service.configure(settings);
    for (const [verdict, of, file] of cases) {
      if (of !== kind) continue;
      const document = TextDocument.create(uri(file), 'yaml', 1, fs.readFileSync(file, 'utf8'));
      const found = await service.doValidation(document, false);
      result((found.length === 0) === (verdict === 'good'),
             `language server: ${file} as ${kind}: ${found.map((d) => d.message).join('; ').slice(0, 400) || 'nothing found'}`);
    }
    if (kind === 'service') {
      const document = TextDocument.create('file:///new.yaml', 'yaml', 1, 'autoscaling:\n  \n');
      const offered = (await service.doComplete(document, {line: 1, character: 2}, false)).items.map((item) => item.label);
      result(offered.includes('minReplicas') && !offered.includes('image'), `language server: completes ${offered}`);
    }
  }
}

(async () => {
  const schemas = {};
  for (const kind of kinds) schemas[kind] = JSON.parse(fs.readFileSync(path.join(folder, kind + '.json'), 'utf8'));
  const cases = fs.readFileSync(list, 'utf8').trim().split('\n').map((line) => line.split(' '));
  withAjv(schemas, cases);
  try {
    require.resolve('yaml-language-server');
  } catch {
    console.log('SKIPPED  the language server could not be installed');
    skipped += cases.length;
    console.log(`${passed} ${failed} ${skipped}`);
    return;
  }
  await withServer(schemas, cases);
  console.log(`${passed} ${failed} ${skipped}`);
})();
