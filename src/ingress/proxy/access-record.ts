import type { RouteContext } from '../route-request.ts';

/** One request that has ended, for the log and the metrics. Sizes in bytes. */
export interface AccessRecord {
  /** Cluster time of the end. */
  atMs: number;
  remoteAddress: string;
  method: string;
  target: string;
  minorVersion: number;
  host: string;
  referer: string | undefined;
  userAgent: string | undefined;
  /** 499 when the client left before an answer. */
  status: number;
  bytesSent: number;
  bodyBytesSent: number;
  requestBytes: number;
  durationMs: number;
  route: RouteContext | undefined;
  /** One entry for each try. */
  tries: { address: string; status: number; durationMs: number; connectMs: number; headerMs: number; responseBytes: number }[];
  requestId: string;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function logTime(second: number): string {
  const iso = new Date(second * 1000).toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[Number(iso.slice(5, 7)) - 1]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}

/** The seconds of most requests, by their milliseconds: `toFixed` is slow. */
const SECONDS = Array.from({ length: 256 }, (_, ms) => (ms / 1000).toFixed(3));
const seconds = (ms: number): string => SECONDS[ms] ?? (ms / 1000).toFixed(3);
const UNPRINTABLE = /["\\]|[^\x20-\x7e]/;
const quoted = (text: string): string => (UNPRINTABLE.test(text) ? escaped(text) : text);
const escaped = (text: string): string =>
  text.replace(/["\\]|[^\x20-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

/** Gives a function for access lines in the `upstreaminfo` format of ingress-nginx. It remembers the text of the last second. */
export function accessLineFormatter(): (record: AccessRecord) => string {
  let lastSecond = -1;
  let lastText = '';
  return (record) => {
    const second = Math.floor(record.atMs / 1000);
    if (second !== lastSecond) {
      lastSecond = second;
      lastText = logTime(second);
    }
    return accessLine(record, lastText);
  };
}

function accessLine(record: AccessRecord, time: string): string {
  const { tries, route } = record;
  const name = route?.primary?.name ?? (route === undefined ? '-' : 'upstream-default-backend');
  // Joined to one flat string: a log that keeps a thousand concatenations keeps all their pieces, which the collector then moves about.
  return [
    record.remoteAddress,
    `- - [${time}]`,
    `"${quoted(`${record.method} ${record.target} HTTP/1.${record.minorVersion}`)}"`,
    record.status,
    record.bodyBytesSent,
    `"${quoted(record.referer ?? '-')}"`,
    `"${quoted(record.userAgent ?? '-')}"`,
    record.requestBytes,
    seconds(record.durationMs),
    `[${name}]`,
    `[${route?.canary?.name ?? ''}]`,
    tries.length === 1 ? oneTry(tries[0]!) : triesText(tries),
    record.requestId,
  ].join(' ');
}

function oneTry({ address, responseBytes, durationMs, status }: AccessRecord['tries'][number]): string {
  return `${address} ${responseBytes} ${seconds(durationMs)} ${status}`;
}

/** The same four columns of several tries, or of none. */
function triesText(tries: AccessRecord['tries']): string {
  if (tries.length === 0) return '- - - -';
  const columns = [
    tries.map(({ address }) => address),
    tries.map(({ responseBytes }) => responseBytes),
    tries.map(({ durationMs }) => seconds(durationMs)),
    tries.map(({ status }) => status),
  ];
  return columns.map((column) => column.join(', ')).join(' ');
}
