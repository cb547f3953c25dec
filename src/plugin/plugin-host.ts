import type { Clock } from '../base/clock.ts';
import type { Connection, ConnectOptions } from '../client/connect.ts';
import type { ServeDashboardOptions, ServedDashboard } from '../dashboard/serve-dashboard.ts';

/** What the plugin needs of the machine; `main.ts` supplies the real one. */
export interface PluginHost {
  env: Readonly<Record<string, string | undefined>>;
  stdout(text: string): void;
  stderr(text: string): void;
  /** The host's clock: redraws, time limits. Ages are taken against the server's. */
  clock: Clock;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
  connect(options: ConnectOptions): Promise<Connection>;
  /** Absent where no page can be served. */
  serveDashboard?(options: Omit<ServeDashboardOptions, 'log'>): Promise<ServedDashboard>;
  /** The text of a file; `-` is standard input. */
  readFile(path: string): Promise<string>;
}
