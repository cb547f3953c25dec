import type { RunContext } from '../base/run-context.ts';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';

const INGRESS_PORTS = [80, 443, 8080] as const;
const WHO_LISTENS: Partial<Record<NodeJS.Platform, (port: number) => string>> = {
  darwin: (port) => `See who holds it: lsof -nP -iTCP:${port} -sTCP:LISTEN`,
  win32: (port) => `See who holds it: netstat -ano | findstr :${port}`,
  linux: (port) => `See who holds it: sudo ss -ltnp 'sport = :${port}'`,
};

/** Ports of the ingress, and who holds those that are taken. None is needed: every provider takes the next free one. */
export async function examinePorts(machine: Machine): Promise<Finding[]> {
  return Promise.all(
    INGRESS_PORTS.map(async (port): Promise<Finding> => {
      if (await machine.isPortFree(port)) return { id: `port-${port}`, ok: true, needed: false, text: `port ${port} is free` };
      const owner = await machine.portOwner(port);
      return {
        id: `port-${port}`,
        ok: false,
        needed: false,
        text: `port ${port} is taken by ${owner ?? 'a process that cannot be seen'}: the ingress will take the next free port`,
        ...(owner === undefined ? { next: WHO_LISTENS[machine.platform]?.(port) } : {}),
      };
    }),
  );
}

const LIMITS = [
  { id: 'inotify-instances', key: 'fs.inotify.max_user_instances', lowest: 512 },
  { id: 'inotify-watches', key: 'fs.inotify.max_user_watches', lowest: 524_288 },
] as const;

/** Limits of the kernel that clusters in containers reach first; Linux only. */
export async function examineLimits(machine: Machine): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id, key, lowest } of LIMITS) {
    const value = Number((await machine.readText(`/proc/sys/${key.replaceAll('.', '/')}`)) ?? Number.NaN);
    if (Number.isNaN(value)) continue;
    findings.push(
      value >= lowest
        ? { id, ok: true, needed: false, text: `${key} is ${value}` }
        : {
            id,
            ok: false,
            needed: false,
            text: `${key} is ${value}; two clusters in containers want ${lowest}`,
            next: `sudo sysctl ${key}=${lowest}`,
          },
    );
  }
  return findings;
}

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'] as const;
const CERTIFICATES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE'] as const;

/** Variables that turn requests away from their target. Values are not shown: a proxy's address may hold a password. */
export function examineEnvironment(env: RunContext['env']): Finding[] {
  const variable = (name: string): string | undefined => env[name] || env[name.toLowerCase()] || undefined;
  const proxies = PROXIES.filter((name) => variable(name) !== undefined);
  const certificates = CERTIFICATES.filter((name) => env[name]);
  const findings: Finding[] = [];
  if (proxies.length > 0) {
    const exempt = (variable('NO_PROXY') ?? '').split(',').map((part) => part.trim());
    const isLocalExempt = exempt.includes('127.0.0.1') || exempt.includes('*') || exempt.includes('127.0.0.0/8');
    findings.push({
      id: 'proxy',
      ok: isLocalExempt,
      needed: false,
      text: `proxy variables are set (${proxies.join(', ')})${isLocalExempt ? ', and 127.0.0.1 is exempt' : ', and 127.0.0.1 is not exempt: kubectl and helm would look for the cluster at the proxy'}`,
      ...(isLocalExempt ? {} : { next: `export NO_PROXY=127.0.0.1,localhost${exempt[0] ? ',$NO_PROXY' : ''}` }),
    });
  }
  if (certificates.length > 0)
    findings.push({
      id: 'certificates',
      ok: true,
      needed: false,
      text: `certificates of your own are set (${certificates.join(', ')}): nodes in containers do not know them`,
    });
  return findings;
}

/** Traps of the Windows Subsystem for Linux; empty elsewhere. */
export function examineWsl(machine: Machine, workingDirectory: string): Finding[] {
  if (machine.platform !== 'linux' || !/microsoft/i.test(machine.kernel)) return [];
  const findings: Finding[] = [
    {
      id: 'wsl',
      ok: true,
      needed: false,
      text: 'Windows Subsystem for Linux: a browser in Windows reaches the ingress at http://localhost',
    },
  ];
  if (!/WSL2|microsoft-standard/i.test(machine.kernel))
    findings.push({
      id: 'wsl-1',
      ok: false,
      needed: false,
      text: 'WSL 1 has no kernel of its own: containers do not run',
      next: 'In Windows: wsl --set-version DISTRIBUTION 2',
    });
  if (/^\/mnt\/[a-z](\/|$)/.test(workingDirectory))
    findings.push({
      id: 'wsl-drive',
      ok: false,
      needed: false,
      text: 'this folder is on a Windows drive, which is slow and has no file modes',
      next: 'Work below your home in Linux: cd ~',
    });
  return findings;
}
