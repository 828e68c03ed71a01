export { compareOpenApi, type CompareOpenApiOptions } from './compare.js';
export { type ApiChange, type SeverityOverrides } from './report.js';
export { rules, type Direction, type RuleName, type Severity } from './rules.js';
