import type { Connection } from '../client/connect.ts';
import { type ConnectionFlags, connectOptions } from './connection-flags.ts';
import type { PluginHost } from './plugin-host.ts';

/** One run of the plugin: the machine, the global flags, and the cluster once a command asks for it. */
export class Session {
  readonly host: PluginHost;
  readonly flags: ConnectionFlags;
  #connection: Promise<Connection> | undefined;

  constructor(host: PluginHost, flags: ConnectionFlags) {
    this.host = host;
    this.flags = flags;
  }

  /** Colours are on even when piped, as upstream's are; `NO_COLOR` is ours to heed. */
  get hasColour(): boolean {
    return this.flags.color !== false && this.host.env['TERM'] !== 'dumb' && !this.host.env['NO_COLOR'];
  }

  connect(): Promise<Connection> {
    return (this.#connection ??= this.host.connect(connectOptions(this.flags, this.host)));
  }

  print(line: string): void {
    this.host.stdout(`${line}\n`);
  }

  async close(): Promise<void> {
    if (this.#connection === undefined) return;
    await this.#connection.then(
      (connection) => connection.close(),
      () => {},
    );
  }
}
