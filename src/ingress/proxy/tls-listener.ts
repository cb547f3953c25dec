import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { Configuration, TlsCertificate } from '../configuration.ts';
import { matchHost } from '../match-host.ts';

/**
 * Speaks TLS on sockets that are handed to it and passes the decrypted side on. The certificate is chosen by server name: that of
 * the host, of the wildcard above it, else the fake one. Contexts are kept for as long as their certificate is the same.
 */
export class TlsListener {
  readonly #server: tls.Server;
  readonly #contexts = new Map<string, tls.SecureContext>();

  constructor(options: { fallback: TlsCertificate; configuration: () => Configuration; onSocket: (socket: Socket) => void }) {
    const contextOf = (certificate: TlsCertificate): tls.SecureContext => {
      let context = this.#contexts.get(certificate.cert);
      if (context === undefined) {
        if (this.#contexts.size > 256) this.#contexts.clear();
        this.#contexts.set(certificate.cert, (context = tls.createSecureContext(certificate)));
      }
      return context;
    };
    this.#server = tls.createServer(
      {
        ...options.fallback,
        ALPNProtocols: ['http/1.1'],
        SNICallback: (name, done) => {
          try {
            done(null, contextOf(matchHost(options.configuration(), name.toLowerCase()).tls?.certificate ?? options.fallback));
          } catch (error) {
            done(error as Error);
          }
        },
      },
      options.onSocket,
    );
    this.#server.on('tlsClientError', (_, socket) => socket.destroy());
  }

  accept(socket: Socket): void {
    this.#server.emit('connection', socket);
  }
}
