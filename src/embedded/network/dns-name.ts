/** A cluster DNS name taken apart: a Service, and the host of one of its Pods when the name has one. */
export interface ServiceName {
  service: string;
  namespace: string;
  podHost?: string;
}

/**
 * What a name may mean inside the cluster, in the order in which a Pod's resolver would try it with the search path
 * `NS.svc.cluster.local svc.cluster.local cluster.local` (ndots 5). Empty for a name that cannot be one of the cluster's.
 */
export function serviceNamesFor(host: string, fromNamespace = 'default'): ServiceName[] {
  const parts = host.toLowerCase().replace(/\.$/, '').split('.');
  if (parts.some((part) => part === '')) return [];
  const tail = parts.slice(-2).join('.') === 'cluster.local' ? parts.slice(0, -2) : parts;
  if (tail.at(-1) === 'svc') {
    const [a, b, c, ...rest] = tail.slice(0, -1);
    if (rest.length > 0 || a === undefined || b === undefined) return [];
    return c === undefined ? [{ service: a, namespace: b }] : [{ podHost: a, service: b, namespace: c }];
  }
  if (tail.length !== parts.length) return [];
  const [a, b, c, ...rest] = parts;
  if (rest.length > 0 || a === undefined) return [];
  if (b === undefined) return [{ service: a, namespace: fromNamespace }];
  if (c === undefined)
    return [
      { podHost: a, service: b, namespace: fromNamespace },
      { service: a, namespace: b },
    ];
  return [{ podHost: a, service: b, namespace: c }];
}
