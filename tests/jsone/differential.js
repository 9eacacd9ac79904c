// Random templates and contexts, evaluated by npm's json-e and by the driver; says where they differ.
// Usage: node differential.js DRIVER COUNT SEED (through differential.sh). Same seed, same cases. A difference that is meant
// (INTENDED) passes; the line before the last tells how many there were of each.
'use strict';
const { spawnSync } = require('child_process');
const { isDeepStrictEqual } = require('util');

const [, , driver, countText, seedText] = process.argv;
const NOW = Date.parse('2017-01-19T16:27:20.974Z');
const RealDate = Date;
global.Date = class extends RealDate {
  constructor(...args) { super(...(args.length ? args : [NOW])); }
};
const jsone = require('json-e');
// Upstream's $reverse turns the context's own list around.
Array.prototype.reverse = function reverse() { return this.map((_, i) => this[this.length - 1 - i]); };

// ---- randomness ----
let state = (Number(seedText) * 2654435761) >>> 0 || 1;
function random(n) { // xorshift32
  state ^= state << 13; state >>>= 0;
  state ^= state >>> 17;
  state ^= state << 5; state >>>= 0;
  return state % n;
}
const pick = list => list[random(list.length)];
const chance = percent => random(100) < percent;
const many = (n, make) => Array.from({ length: random(n + 1) }, make);

// ---- contexts ----
const NAMES = ['a', 'b', 'c', 'num', 'str', 'list', 'obj', 'flag', 'none', 'x', 'i'];
const WORDS = ['', 'a', 'b', 'xyz', 'Hello', '  pad ', 'é漢', '10', '-2.5', '1 day', 'a,b,c', 'true', '$', '2 h 3 min'];
const NUMBERS = [0, 1, 2, 3, -1, -2, 7, 10, 0.5, -0.25, 1e21, 123456789012, 3.75, 1e-7];
const KEYS = ['a', 'b', 'c', 'd', 'key', 'val', 'x y', 'é'];

function value(depth) {
  const kind = random(depth > 0 ? 10 : 6);
  if (kind < 2) return pick(NUMBERS);
  if (kind < 4) return pick(WORDS);
  if (kind === 4) return chance(50);
  if (kind === 5) return null;
  if (kind < 8) return many(4, () => value(depth - 1));
  const map = {};
  for (const key of many(3, () => pick(KEYS))) map[key] = value(depth - 1);
  return map;
}
function context() {
  const map = { num: pick(NUMBERS), str: pick(WORDS), list: many(5, () => pick(NUMBERS)), flag: chance(50), none: null };
  map.obj = { a: value(1), b: value(1), key: pick(WORDS) };
  for (const name of many(3, () => pick(NAMES))) map[name] = value(2);
  return map;
}

// ---- expressions ----
const BINARY = ['+', '-', '*', '/', '**', '==', '!=', '<', '>', '<=', '>=', '&&', '||', 'in', '+', '+', '=='];
const FUNCTIONS = ['min', 'max', 'sqrt', 'ceil', 'floor', 'abs', 'lowercase', 'uppercase', 'str', 'number', 'len', 'strip',
  'lstrip', 'rstrip', 'split', 'join', 'typeof', 'defined', 'fromNow'];
const quote = text => (chance(50) ? `'${text}'` : `"${text}"`);

function literal() {
  switch (random(6)) {
  case 0: case 1: return String(pick([0, 1, 2, 3, 10, '0.5', '2.25']));
  case 2: case 3: return quote(pick(WORDS));
  case 4: return pick(['true', 'false']);
  default: return 'null';
  }
}
function access(depth) {
  const base = expression(depth - 1);
  switch (random(6)) {
  case 0: case 1: return `${base}.${pick(KEYS.slice(0, 6))}`;
  case 2: return `${base}[${expression(depth - 1)}]`;
  case 3: return `${base}[${quote(pick(KEYS))}]`;
  case 4: return `${base}[${chance(50) ? expression(0) : ''}:${chance(50) ? expression(0) : ''}]`;
  default: return `${pick(['list', 'str', 'obj'])}[${pick(['0', '1', '-1', '0:2', '1:', ':-1', '"a"', '-9'])}]`;
  }
}
function expression(depth) {
  if (depth <= 0) return chance(55) ? pick(NAMES) : literal();
  switch (random(12)) {
  case 0: case 1: case 2: case 3:
    return `${expression(depth - 1)} ${pick(BINARY)} ${expression(depth - 1)}`;
  case 4: return `(${expression(depth - 1)})`;
  case 5: return `${pick(['!', '-', '+'])}${expression(depth - 1)}`;
  case 6: case 7: return access(depth);
  case 8: return `${pick(FUNCTIONS)}(${many(2, () => expression(depth - 1)).join(', ')})`;
  case 9: return `[${many(3, () => expression(depth - 1)).join(', ')}]`;
  case 10: return `{${many(3, () => `${chance(50) ? pick(['a', 'b', 'key']) : quote(pick(KEYS))}: ${expression(depth - 1)}`).join(', ')}}`;
  default: return chance(40) ? `range(${pick([0, 1, 5])}, ${pick([0, 3, 7, -2])}${pick(['', ', 2', ', -1', ', 0'])})` : literal();
  }
}
let mutated; // whether the case has an expression that was damaged on purpose
function damage(text) {
  mutated = true;
  const at = random(text.length + 1);
  if (chance(50)) return text.slice(0, at) + text.slice(at + 1 + random(3));
  return text.slice(0, at) + pick(['(', ')', '[', ']', '{', '}', ',', ':', '.', '+', '**', '!', ' in ', '"', '#', '1', 'a', '=', '&'])
    + text.slice(at);
}
function source() {
  const text = expression(1 + random(3));
  return chance(6) ? damage(text) : text;
}

// ---- templates ----
function string() {
  switch (random(5)) {
  case 0: return pick(WORDS);
  case 1: return `${pick(WORDS)}\${${source()}}`;
  case 2: return `\${${source()}}-\${${source()}}`;
  case 3: return pick(['$${a}', '$$${a}', 'x$', '${', '${}', '$${', '${a} $${b} ${c}', '${a', '{a}']);
  default: return `\${${pick(['num', 'str', 'flag', 'none', 'a'])}}`;
  }
}
function key() {
  return chance(70) ? pick(KEYS) : pick(['${str}', 'k${num}', '$$eval', '$$x', '$foo', '$_x', '$$${a}', 'p$${a}', '${']);
}
const each = () => pick(['each(x)', 'each(x,i)', 'each(x, i)', 'each(v)', 'each()', 'each(x,i,a)', 'each(x,x)']);
const condition = () => pick(['flag', 'num > 1', '!flag', 'true', 'false', 'list', 'str == "a"', source()]);
// Upstream's $match keeps the delete marker in its result, as {}; ours leaves it out as any parent does.
const solid = depth => (chance(50) ? { $eval: source() } : value(depth));

const OPERATORS = {
  $eval: () => ({ $eval: chance(95) ? source() : value(1) }),
  $if: d => Object.assign({ $if: chance(95) ? condition() : value(0) }, chance(85) && { then: template(d) },
    chance(60) && { else: template(d) }, chance(3) && { $then: 1 }, chance(3) && { thenn: 1 }),
  $json: d => ({ $json: template(d) }),
  $let: d => Object.assign({ $let: chance(85) ? { x: template(d), [pick(['i', 'a', 'a b'])]: template(d) } : template(d) },
    chance(96) && { in: template(d) }),
  $map: d => ({ $map: operand(d), [each()]: template(d) }),
  $reduce: d => Object.assign({ $reduce: operand(d), [pick(['each(a,x)', 'each(a, x, i)', 'each(a,a)', 'each(a)'])]: template(d) },
    chance(95) && { initial: value(1) }),
  $find: d => ({ $find: operand(d), [each()]: chance(95) ? pick(['x > 1', 'x == i', 'x', source()]) : value(1) }),
  $sort: d => Object.assign({ $sort: operand(d) }, chance(50) && { [pick(['by(x)', 'by(x)', 'by(x,y)'])]: pick(['x', '-x', 'x.a', source()]) }),
  $match: () => ({ $match: chance(95) ? { [condition()]: solid(1), [condition()]: solid(1) } : value(1) }),
  $switch: d => ({ $switch: chance(95) ? { [condition()]: template(d), [pick(['false', '$default', condition()])]: template(d) } : value(1) }),
  $merge: d => ({ $merge: chance(90) ? many(3, () => object(d)) : operand(d) }),
  $mergeDeep: d => ({ $mergeDeep: chance(90) ? many(3, () => object(d)) : chance(50) ? { $eval: '[obj, obj]' } : value(1) }),
  $flatten: d => ({ $flatten: operand(d) }),
  $flattenDeep: d => ({ $flattenDeep: operand(d) }),
  $reverse: d => ({ $reverse: operand(d) }),
  $fromNow: d => Object.assign({ $fromNow: pick(['1 day', '2h', '-1y 2 mo', '3 weeks 4 min', '', 'x', { $eval: 'str' }, 13]) },
    chance(30) && { from: pick(['2019-01-01T01:00:00.123Z', '2019-06-01T00:00:00+02:00', '', { $eval: 'now' }, '${now}', '2020-02-29']) }),
};
function operand(d) {
  if (chance(50)) return { $eval: pick(['list', 'list', 'obj', '[obj, obj]', '[list, [list]]', 'range(0, 4)', source()]) };
  return chance(50) ? many(4, () => template(d)) : template(d);
}
function object(d) {
  const map = {};
  for (const name of many(3, key)) map[name] = template(d - 1);
  return map;
}
function template(depth) {
  if (depth <= 0) return chance(60) ? string() : value(0);
  const kind = random(10);
  if (kind < 6) {
    const made = OPERATORS[pick(Object.keys(OPERATORS))](depth - 1);
    if (chance(2)) made[pick(['foo', '$eval', '$x', 'bar'])] = 1;
    return made;
  }
  if (kind < 7) return many(4, () => template(depth - 1));
  if (kind < 9) return object(depth);
  return string();
}

// ---- comparing ----
function upstream(one) {
  try {
    return { result: jsone(JSON.parse(JSON.stringify(one.template)), JSON.parse(JSON.stringify(one.context))) };
  } catch (error) {
    return { error: error.toString(), known: Array.isArray(error.location) };
  }
}
function has(result, test) {
  if (test(result)) return true;
  return typeof result === 'object' && result !== null && Object.values(result).some(part => has(part, test));
}
const plain = result => JSON.parse(JSON.stringify(result, (k, v) => (Object.is(v, -0) ? 0 : v)));

// Differences that we mean to have; each is named in src/jsone or answered by an error where upstream answers nonsense.
const INTENDED = [
  ['a number that JSON lacks', (one, up, our) => 'result' in up && /the number .*, which JSON does not have/.test(our.error)
    && has(up.result, v => typeof v === 'number' && !Number.isFinite(v))],
  ['a function in a string', (one, up, our) => /produced a function/.test(our.error)],
  ['join of objects', (one, up, our) => /builtin: join/.test(our.error) && /join/.test(JSON.stringify(one.template))],
  ['a reference that is no time', (one, up, our) => /reference of fromNow is no time/.test(our.error)],
  ['upstream crashed', (one, up, our) => 'error' in up && !up.known && 'error' in our],
  ['a missing operand or a superfluous one', (one, up, our) => one.mutated && /^SyntaxError.*Found: /.test(our.error)
    && !/^SyntaxError/.test(up.error)],
  ['a slice between other things than integers', (one, up, our) => /interval access with non-integers/.test(our.error)],
  ['a limit', (one, up, our) => /^LimitError/.test(our.error)],
];

function main() {
  const cases = [];
  for (let i = 0; i < Number(countText); i++) {
    mutated = false;
    const one = { template: template(1 + random(4)), context: context() };
    one.mutated = mutated;
    cases.push(one);
  }
  const input = cases.map(({ template: t, context: c }) => JSON.stringify({ template: t, context: c })).join('\n') + '\n';
  const ran = spawnSync(driver, { input, maxBuffer: 1 << 30 });
  if (ran.status !== 0) throw new Error(`the driver ended with ${ran.status || ran.signal}: ${ran.stderr}`);
  const answers = ran.stdout.toString().trimEnd().split('\n').map(line => JSON.parse(line));
  const tally = { equal: 0, 'equal errors': 0 };
  let shown = 0;
  cases.forEach((one, i) => {
    const up = upstream(one), our = answers[i];
    const intended = INTENDED.find(([, test]) => test(one, up, our));
    let outcome = 'DIFFERENT';
    if ('result' in up && 'result' in our && isDeepStrictEqual(plain(up.result), plain(our.result))) outcome = 'equal';
    else if (up.known && up.error === our.error) outcome = 'equal errors';
    else if (intended) outcome = intended[0];
    tally[outcome] = (tally[outcome] || 0) + 1;
    if (outcome === 'DIFFERENT' && shown++ < 10)
      console.log(`${JSON.stringify({ template: one.template, context: one.context })}\n  upstream: ${JSON.stringify(up)}\n  kiln:     ${JSON.stringify(our)}`);
  });
  console.log(Object.entries(tally).map(([name, n]) => `${n} ${name}`).join(', '));
  const failed = (tally.DIFFERENT || 0) + cases.length - answers.length;
  console.log(`jsone-differential: ${cases.length - failed} passed, ${failed} failed, 0 skipped`);
  process.exit(tally.DIFFERENT || answers.length !== cases.length ? 1 : 0);
}
main();
