#!/usr/bin/env node
import { run } from './cli.js';

process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  environment: process.env,
  out: (text) => { process.stdout.write(text); },
  error: (text) => { process.stderr.write(text); },
});
