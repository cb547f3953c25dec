/**
 * What ingress-nginx 1.9.4 does with canaries, written down a second time as plain tables of rules and without any of the product's code:
 * which locations exist, which canary hangs on which upstream, and the first rule that hits.
 */
export interface OraclePath {
  path: string;
  type: 'Exact' | 'Prefix' | 'ImplementationSpecific';
  service: string;
}
export interface OracleIngress {
  name: string;
  age: number;
  canary: Record<string, string> | undefined;
  rules: { host: string; paths: OraclePath[] }[];
}
export interface OracleWorld {
  ingresses: OracleIngress[];
  ready: Record<string, boolean>;
}
export interface OracleRequest {
  host: string;
  path: string;
  header: string | undefined;
  cookie: string | undefined;
  rolled: number;
}

interface Location {
  path: string;
  type: string;
  service: string | undefined;
}

/** `404`, `301`, `503`, or the name of the Service that answers; `undefined` where upstream's behaviour is not certain. */
export function expectedAnswer(world: OracleWorld, request: OracleRequest): string | undefined {
  const oldestFirst = [...world.ingresses].sort((a, b) => a.age - b.age || (a.name < b.name ? 1 : -1));
  const type = (path: OraclePath): string => (path.type === 'Exact' ? 'Exact' : 'Prefix');

  // Who names a Service first owns its upstream.
  const owner = new Map<string, OracleIngress>();
  for (const ingress of oldestFirst)
    for (const { paths } of ingress.rules) for (const { service } of paths) if (!owner.has(service)) owner.set(service, ingress);
  const isNoServer = (service: string): boolean => owner.get(service)!.canary !== undefined;

  const servers = new Map<string, Location[]>([['', [{ path: '/', type: 'Prefix', service: undefined }]]]);
  const ordinary = oldestFirst.filter(({ canary }) => canary === undefined);
  for (const { rules } of ordinary)
    for (const { host } of rules) if (!servers.has(host)) servers.set(host, [{ path: '/', type: 'Prefix', service: undefined }]);
  // A canary adds locations too where an older preview owns its Service.
  for (const { rules } of oldestFirst) {
    for (const { host, paths } of rules) {
      for (const path of paths) {
        if (isNoServer(path.service)) continue;
        const locations = servers.get(host) ?? servers.get('')!;
        const known = locations.find((one) => one.path === path.path && one.type === type(path));
        if (known === undefined) locations.push({ path: path.path, type: type(path), service: path.service });
        else known.service ??= path.service;
      }
    }
  }

  const alternatives = new Map<string, string[]>();
  const deleted = new Set<string>();
  if (ordinary.length > 0) {
    for (const { canary, rules } of oldestFirst) {
      if (canary === undefined) continue;
      for (const { host, paths } of rules) {
        const locations = servers.get(host);
        if (locations === undefined) continue;
        for (const path of paths) {
          if (deleted.has(path.service)) continue;
          if (locations.some(({ service }) => service === path.service)) return undefined;
          const partners = locations.filter(
            (one) =>
              one.path === path.path &&
              one.type === type(path) &&
              one.service !== undefined &&
              one.service !== path.service &&
              !isNoServer(one.service),
          );
          for (const { service } of partners)
            alternatives.set(service!, [...new Set([...(alternatives.get(service!) ?? []), path.service])]);
          if (partners.length > 0) continue;
          if ([...servers.values()].flat().some(({ service }) => service === path.service)) return undefined;
          deleted.add(path.service);
        }
      }
    }
  }

  const wildcard = [...servers.keys()].find(
    (host) =>
      host.startsWith('*.') && request.host.endsWith(host.slice(1)) && /^[a-z0-9_-]+$/.test(request.host.slice(0, -(host.length - 1))),
  );
  const locations = servers.get(request.host) ?? (wildcard === undefined ? servers.get('')! : servers.get(wildcard)!);
  const exact = locations.find((one) => one.type === 'Exact' && one.path === request.path);
  const prefixes = locations.filter((one) => one.type === 'Prefix').sort((a, b) => b.path.length - a.path.length);
  const bare = prefixes.find((one) => one.path === request.path);
  if (exact === undefined && bare === undefined && prefixes.some(({ path }) => path === `${request.path}/`)) return '301';
  const location =
    exact ?? prefixes.find(({ path }) => request.path === path || request.path.startsWith(path.endsWith('/') ? path : `${path}/`));
  if (location?.service === undefined) return '404';

  const stable = location.service;
  if (!world.ready[stable]) return '503';
  const canary = alternatives.get(stable)?.[0];
  if (canary === undefined || deleted.has(canary) || !world.ready[canary]) return stable;
  const rules = owner.get(canary)!.canary ?? {};
  return byRules(rules, request) ? canary : stable;
}

function byRules(rules: Record<string, string>, { header, cookie, rolled }: OracleRequest): boolean {
  const {
    'canary-by-header': name,
    'canary-by-header-value': value,
    'canary-by-header-pattern': pattern,
    'canary-by-cookie': cookieName,
  } = rules;
  const table: [condition: boolean, toCanary: boolean][] = [
    [name !== undefined && header !== undefined && value !== undefined && header === value, true],
    [
      name !== undefined && header !== undefined && value === undefined && pattern !== undefined && new RegExp(pattern ?? '').test(header),
      true,
    ],
    [name !== undefined && value === undefined && pattern === undefined && header === 'always', true],
    [name !== undefined && value === undefined && pattern === undefined && header === 'never', false],
    [cookieName !== undefined && cookie === 'always', true],
    [cookieName !== undefined && cookie === 'never', false],
  ];
  const hit = table.find(([condition]) => condition);
  if (hit !== undefined) return hit[1];
  return rolled <= Number(rules['canary-weight'] ?? 0);
}

/** The total of the weights of the canary that would be rolled for. */
export function rollTotal(rules: Record<string, string> | undefined): number {
  return Math.max(100, Number(rules?.['canary-weight-total'] ?? 100));
}
