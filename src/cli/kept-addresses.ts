import { isPortFree } from '../cluster/host-port.ts';
import type { ServeAnnouncement } from '../cluster/serve-announcement.ts';

type Addresses = Pick<ServeAnnouncement, 'server' | 'ingressUrl' | 'chartRepositories'>;

/** Arguments of `cluster serve` that ask for the ports which the cluster had before, as far as they are free: clients, bookmarks and helm know them. */
export async function portArguments(before: Addresses): Promise<string[]> {
  const wanted: [flag: string, url: string | undefined][] = [
    ['--api-port', before.server],
    ['--ingress-port', before.ingressUrl],
    ['--charts-port', Object.values(before.chartRepositories)[0]],
  ];
  const found: string[] = [];
  for (const [flag, url] of wanted) {
    const port = url === undefined ? undefined : portOf(url);
    if (port !== undefined && (await isPortFree(port))) found.push(flag, String(port));
  }
  return found;
}

/** One line for each address that could not be kept, with what to type where something must be typed. */
export function movedAddresses(before: Addresses, now: Addresses): string[] {
  const lines: string[] = [];
  const say = (what: string, from: string, to: string, next: string): void => {
    if (from !== to) lines.push(`${what} moved from ${from} to ${to}, as port ${portOf(from)} is taken. ${next}`);
  };
  say('The API server has', before.server, now.server, 'The kubeconfig names the new address.');
  say('The ingress has', before.ingressUrl, now.ingressUrl, 'Send requests there.');
  const moved = Object.entries(now.chartRepositories).filter(([name, url]) => (before.chartRepositories[name] ?? url) !== url);
  const [first] = moved;
  if (first !== undefined)
    say(
      'The chart repositories have',
      new URL(before.chartRepositories[first[0]]!).origin,
      new URL(first[1]).origin,
      `Tell helm: ${moved.map(([name, url]) => `helm repo add ${name} ${url} --force-update`).join('; ')}`,
    );
  return lines;
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}
