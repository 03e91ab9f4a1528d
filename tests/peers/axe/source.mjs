// Prints the source of axe-core, which a browser runs in the page that it judges.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

process.stdout.write(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js')));
