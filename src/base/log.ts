/** Diagnostic lines for people who debug; never the result of a command. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** A log whose lines carry `name`. */
  named(name: string): Log;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';
const ORDER: LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** Writes `LEVEL name: message key=value` lines of at least `level`. */
export function createLog(write: (line: string) => void, level: LogLevel, name = ''): Log {
  const emit = (at: LogLevel, message: string, fields?: Record<string, unknown>): void => {
    if (ORDER.indexOf(at) < ORDER.indexOf(level)) return;
    const tail = Object.entries(fields ?? {})
      .map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join('');
    write(`${at.toUpperCase()} ${name ? `${name}: ` : ''}${message}${tail}`);
  };
  return {
    debug: (message, fields) => emit('debug', message, fields),
    info: (message, fields) => emit('info', message, fields),
    warn: (message, fields) => emit('warn', message, fields),
    error: (message, fields) => emit('error', message, fields),
    named: (child) => createLog(write, level, name ? `${name}/${child}` : child),
  };
}

export const silentLog: Log = createLog(() => {}, 'silent');
