// Draws the page /docs from openapi.json. Text goes in as text, never as HTML.
'use strict';

function make(name, props, ...children) {
  const node = Object.assign(document.createElement(name), props || {});
  node.append(...children.filter((c) => c !== null && c !== undefined && c !== ''));
  return node;
}

const at = (api, ref) => ref.slice(2).split('/').reduce((node, key) => node[key], api);
const resolve = (api, node) => (node && node.$ref ? at(api, node.$ref) : node);
const nameOf = (ref) => ref.slice(ref.lastIndexOf('/') + 1);

// What a schema asks, in a few words; links to named ones.
function words(schema) {
  if (!schema || Object.keys(schema).length === 0) return ['any JSON'];
  if (schema.$ref) return [make('a', {href: '#schema-' + nameOf(schema.$ref), textContent: nameOf(schema.$ref)})];
  if (schema.anyOf) return schema.anyOf.flatMap((one, i) => (i ? [' or ', ...words(one)] : words(one)));
  if (schema.enum) return ['one of ' + schema.enum.join(', ')];
  if (schema.type === 'array') return ['list of ', ...words(schema.items)];
  const kind = Array.isArray(schema.type) ? schema.type.join(' or ') : schema.type;
  const parts = [schema.format || kind || 'any JSON'];
  const range = [['minimum', '≥ '], ['maximum', '≤ '], ['minLength', 'length ≥ '], ['maxLength', 'length ≤ ']];
  for (const [key, sign] of range) if (schema[key] !== undefined) parts.push(sign + schema[key]);
  if (schema.pattern) parts.push('like ' + schema.pattern);
  return [parts.join(', ')];
}

function fieldTable(rows) {
  const body = rows.map(([name, schema, note]) => {
    const extra = [];
    if (schema && schema.default !== undefined) extra.push(' Default: ' + JSON.stringify(schema.default) + '.');
    if (schema && schema.maxItems) extra.push(' At most ' + schema.maxItems + '.');
    return make('tr', {}, make('td', {}, make('code', {textContent: name})), make('td', {}, ...words(schema)),
        make('td', {}, note || '', ...extra));
  });
  return make('table', {}, make('tbody', {}, ...body));
}

const pretty = (value) => make('pre', {textContent: JSON.stringify(value, null, 2)});

// A curl line that can be pasted.
function curl(path, method, example) {
  const url = location.origin + path;
  const parts = ['curl -s' + (method === 'get' ? '' : ' -X ' + method.toUpperCase()) + " '" + url + "'"];
  if (example !== undefined) {
    parts.push("-H 'Content-Type: application/json'", "-d '" + JSON.stringify(example).replaceAll("'", "'\\''") + "'");
  }
  return make('pre', {textContent: parts.join(' \\\n  ')});
}

function parameters(api, operation) {
  const all = (operation.parameters || []).map((p) => resolve(api, p));
  const note = (p) => [p.in === 'header' ? 'Header.' : p.in === 'path' ? 'In the path.' : '', p.description || ''].join(' ').trim();
  const rows = all.filter((p) => p.name !== 'X-Request-Id').map((p) => [p.name, p.schema, note(p)]);
  return rows.length ? [make('h4', {textContent: 'Parameters'}), fieldTable(rows)] : [];
}

function requestBody(operation) {
  if (!operation.requestBody) return [];
  const content = operation.requestBody.content['application/json'];
  return [make('h4', {textContent: 'Body'}), make('p', {}, ...words(content.schema))];
}

function answers(api, operation) {
  const out = [make('h4', {textContent: 'Answers'})];
  const refusals = [];
  for (const [status, raw] of Object.entries(operation.responses)) {
    const answer = resolve(api, raw);
    if (Number(status) >= 400) {
      refusals.push([status, {}, (answer['x-codes'] || []).join(', ')]);
      continue;
    }
    const [type, content] = Object.entries(answer.content || {})[0] || [];
    out.push(make('p', {}, make('strong', {textContent: status + ' '}), answer.description,
        ...(content ? [' · ', ...(type === 'application/json' ? words(content.schema) : [type])] : [])));
    if (content && content.example !== undefined && Number(status) === 201 || content && content.example !== undefined &&
        !operation.responses['201']) {
      out.push(make('details', {}, make('summary', {textContent: 'Example answer'}), pretty(content.example)));
    }
  }
  const table = make('table', {}, make('tbody', {}, ...refusals.map(([status, , codes]) => make('tr', {},
      make('td', {textContent: status}), make('td', {}, make('code', {textContent: codes}))))));
  out.push(make('details', {}, make('summary', {textContent: 'Refusals and their codes'}), table));
  return out;
}

function article(api, path, method, operation) {
  const content = operation.requestBody && operation.requestBody.content['application/json'];
  const needs = operation['x-permission'];
  return make('article', {id: operation.operationId},
      make('span', {className: 'needs', textContent: !needs ? 'open to all' : needs === 'any' ? 'any caller' : 'needs ' + needs}),
      make('h3', {}, make('span', {className: 'method ' + method, textContent: method}), ' ' + path),
      make('p', {textContent: operation.summary}),
      ...parameters(api, operation), ...requestBody(operation),
      make('h4', {textContent: 'Try it'}), curl(path, method, content && content.example), ...answers(api, operation));
}

function schemaArticle(name, schema) {
  const required = new Set(schema.required || []);
  const rows = Object.entries(schema.properties || {}).map(([field, s]) =>
    [field, s, [required.has(field) ? 'Required.' : '', s.description || ''].join(' ').trim()]);
  return make('article', {id: 'schema-' + name}, make('h3', {textContent: name}),
      rows.length ? fieldTable(rows) : make('p', {}, ...words(schema)));
}

function draw(api) {
  document.getElementById('version').textContent = api.info.version;
  document.getElementById('about').textContent = api.info.description || '';
  const groups = new Map();
  const links = document.getElementById('links');
  const endpoints = document.getElementById('endpoints');
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = (operation.tags || ['other'])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push([path, method, operation]);
    }
  }
  const order = [...groups.keys()].sort((a, b) => (a === 'service') - (b === 'service'));
  endpoints.replaceChildren();
  for (const tag of order) {
    links.append(make('h3', {textContent: tag}));
    endpoints.append(make('h2', {textContent: tag, id: 'tag-' + tag}));
    for (const [path, method, operation] of groups.get(tag)) {
      const short = path.replace('/api/v1/mission-management', '');
      links.append(make('a', {className: 'link', href: '#' + operation.operationId},
          make('span', {className: 'method ' + method, textContent: method}), make('span', {textContent: short})));
      endpoints.append(article(api, path, method, operation));
    }
  }
  const schemas = document.getElementById('schemas');
  schemas.append(make('h2', {textContent: 'Schemas'}));
  for (const [name, schema] of Object.entries(api.components.schemas)) schemas.append(schemaArticle(name, schema));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

document.getElementById('filter').addEventListener('input', (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  for (const link of document.querySelectorAll('#links a')) {
    link.style.display = link.textContent.toLowerCase().includes(wanted) ? '' : 'none';
  }
});

fetch('openapi.json').then((answer) => answer.json()).then(draw).catch((error) => {
  document.getElementById('endpoints').replaceChildren(
      make('p', {textContent: 'openapi.json could not be read: ' + error.message}));
});
