import type { Want } from './binding.js';
import { isDelayed, type ClassParameter } from './class-parameters.js';
import { describeEngineKey } from './key.js';
import { lazyTarget } from './lazy.js';
import type { Provider } from './provider.js';

/** Lists what a provider asks for. */
export function wantsOf(provider: Provider, parameters: readonly ClassParameter[]): Want[] {
  switch (provider.kind) {
    case 'factory':
      return Object.entries(provider.deps).map(([name, dep]) => {
        const target = lazyTarget(dep);
        const { id, symbol } = target ?? dep;
        return { name, key: symbol, id, lazy: target !== undefined, optional: false };
      });
    case 'class':
      return parameters.map(({ token, optional, multiple }, position) => {
        const lazy = isDelayed(token);
        const key = lazy ? token.wrap() : token;
        return { name: `#${position}`, key, id: describeEngineKey(key), lazy, optional: optional || multiple };
      });
    case 'adopted':
      return [];
  }
}
