import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  '--hide-scrollbars',
];

async function executable(): Promise<string | undefined> {
  if (process.platform === 'linux' && process.arch === 'x64') {
    // Read when the package is imported: it unpacks its own system libraries then.
    process.env['AWS_EXECUTION_ENV'] ??= 'AWS_Lambda_nodejs24.x';
    const { default: packed } = await import('@sparticuz/chromium');
    return packed.executablePath();
  }
  return ['/usr/bin/chromium', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find((file) =>
    existsSync(file),
  );
}

/** A real Chromium without a window; `undefined` where this machine has none. */
export async function launchBrowser(): Promise<Browser | undefined> {
  const executablePath = await executable();
  return executablePath === undefined ? undefined : chromium.launch({ executablePath, args: ARGUMENTS });
}
