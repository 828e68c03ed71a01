import { provideValue, type Provider } from '@org/enterprise-di';
import { systemClock, token, type Clock as ClockPort, type Logger as LoggerPort } from '@org/enterprise-kernel';
import type { Settings as SettingsValue } from './settings.js';

/** What every module may ask for. */
export const Settings = token<SettingsValue>('platform.Settings');
export const Logger = token<LoggerPort>('platform.Logger');
export const Clock = token<ClockPort>('platform.Clock');
/** Shows a text to the person who started the process: for what no log may hold. */
export const Terminal = token<(text: string) => void>('platform.Terminal');

export const platform = (settings: SettingsValue, logger: LoggerPort, terminal: (text: string) => void) => ({
  name: 'platform',
  providers: [provideValue(Settings, settings), provideValue(Logger, logger), provideValue(Clock, systemClock), provideValue(Terminal, terminal)] satisfies Provider[],
});
