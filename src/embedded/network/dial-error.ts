export type DialErrorCode = 'ECONNREFUSED' | 'ENOTFOUND' | 'EADDRINUSE' | 'EHOSTUNREACH';

/** An error shaped as Node's own for a failed connect, lookup or listen. */
export function dialError(code: DialErrorCode, host: string, port: number): Error & { code: DialErrorCode } {
  const syscall = code === 'ENOTFOUND' ? 'getaddrinfo' : code === 'EADDRINUSE' ? 'listen' : 'connect';
  const where = code === 'ENOTFOUND' ? host : `${host}:${port}`;
  const detail = code === 'EADDRINUSE' ? ': address already in use' : '';
  return Object.assign(new Error(`${syscall} ${code}${detail} ${where}`), { code, syscall, address: host, port });
}
