// Converts units with NLM's ucum-lhc: {"from", "to"} a line in, {"valid", "factor"} a line out.
// `valid`: both are UCUM as they stand, without a correction; `factor`: one of the first in the second, null where the
// dimensions differ. A line without "from" is answered with no issues, as the other judges answer their first question.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
console.error = console.log = () => {}; // it talks about blanks; standard output is for answers
const { UcumLhcUtils } = require('@lhncbc/ucum-lhc');
const ucum = UcumLhcUtils.getInstance();

function answer({ from, to }) {
  if (from === undefined) return { issues: [] };
  const valid = [from, to].every((unit) => ucum.validateUnitString(unit).status === 'valid');
  const found = ucum.convertUnitTo(from, 1, to);
  return { valid, factor: found.status === 'succeeded' ? found.toVal : null };
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line.trim()) process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\n');
}
