/** What a change does to those who call the API. */
export type Severity = 'breaking' | 'warning' | 'info';

type Rule = Severity | { readonly request: Severity; readonly response: Severity };

// What a server accepts may grow, what it answers may shrink; the other way round an existing client fails.
const accepting = { request: 'breaking', response: 'info' } as const;
const answering = { request: 'info', response: 'breaking' } as const;

/** Every rule with its severity, by the direction in which the data travels where that matters. */
export const rules = {
  'operation-removed': 'breaking',
  'operation-added': 'info',
  'operation-deprecated': 'info',
  'operation-id-changed': 'warning',
  'webhook-removed': 'warning',
  'webhook-added': 'info',

  'parameter-removed': 'warning',
  'parameter-added': 'info',
  'parameter-added-required': 'breaking',
  'parameter-became-required': 'breaking',
  'parameter-became-optional': 'info',
  'parameter-location-changed': 'breaking',
  'parameter-serialization-changed': 'breaking',

  'request-body-removed': 'warning',
  'request-body-added': 'info',
  'request-body-added-required': 'breaking',
  'request-body-became-required': 'breaking',
  'request-body-became-optional': 'info',
  'media-type-removed': 'breaking',
  'media-type-added': 'info',

  'response-removed': 'breaking',
  'error-response-removed': 'warning',
  'response-added': 'warning',
  'error-response-added': 'info',
  'response-body-removed': 'breaking',
  'response-body-added': 'info',
  'response-header-removed': 'breaking',
  'optional-response-header-removed': 'warning',
  'response-header-added': 'info',
  'response-header-became-optional': 'breaking',
  'response-header-became-required': 'info',

  'security-tightened': 'breaking',
  'security-relaxed': 'info',
  'security-scheme-changed': 'breaking',

  'type-narrowed': accepting,
  'type-widened': answering,
  'type-changed': 'breaking',
  'null-forbidden': accepting,
  'null-allowed': answering,
  'enum-value-removed': accepting,
  'enum-value-added': { request: 'info', response: 'warning' },
  'enum-added': accepting,
  'enum-removed': { request: 'info', response: 'warning' },
  'enum-replaced': 'breaking',
  'limit-tightened': accepting,
  'limit-relaxed': answering,
  'limit-changed': 'breaking',
  'schema-not-comparable': 'breaking',
  'alternative-removed': accepting,
  'alternative-added': answering,
  'default-changed': { request: 'warning', response: 'info' },

  'property-removed': { request: 'warning', response: 'breaking' },
  'optional-property-removed': { request: 'warning', response: 'warning' },
  'property-no-longer-accepted': 'breaking',
  'property-added': 'info',
  'property-added-required': { request: 'breaking', response: 'info' },
  'property-became-required': accepting,
  'property-became-optional': answering,
  'property-deprecated': 'info',
  'additional-properties-forbidden': accepting,
  // Clients must ignore what they do not know, or no field could ever be added.
  'additional-properties-allowed': 'info',
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;

export type Direction = 'request' | 'response';

export function severityOf(rule: RuleName, direction: Direction): Severity {
  const severity: Rule = rules[rule];
  return typeof severity === 'string' ? severity : severity[direction];
}
