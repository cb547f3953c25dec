import { browserTime } from './browser-time.ts';

const REOPEN_MS = 600;

export interface StreamHandlers<T> {
  onValue: (value: T) => void;
  /** `true` when (again) connected. */
  onState?: ((isConnected: boolean) => void) | undefined;
  /** How often a stream that never opened is tried again; for what a server need not have. */
  tries?: number | undefined;
}

/**
 * Follows a stream of the server for as long as the page is seen, through restarts of the server. A hidden page holds no connection: a browser has only six for
 * one server.
 */
export function followStream<T>(path: string, { onValue, onState, tries }: StreamHandlers<T>): () => void {
  let source: EventSource | undefined;
  let forgetReopening = (): void => {};
  let failures = 0;
  const close = (): void => {
    forgetReopening();
    source?.close();
    source = undefined;
  };
  const open = (): void => {
    close();
    if (document.hidden) return;
    const opened = new EventSource(path);
    source = opened;
    opened.onopen = () => {
      failures = 0;
      onState?.(true);
    };
    opened.onmessage = ({ data }) => {
      onValue(JSON.parse(data as string) as T);
    };
    opened.onerror = () => {
      failures += 1;
      onState?.(false);
      if (opened.readyState !== EventSource.CLOSED) return;
      close();
      if (tries === undefined || failures < tries) forgetReopening = browserTime.after(REOPEN_MS, open);
    };
  };
  document.addEventListener('visibilitychange', open);
  open();
  return () => {
    document.removeEventListener('visibilitychange', open);
    close();
  };
}
