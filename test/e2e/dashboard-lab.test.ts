import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { execa, type ResultPromise } from 'execa';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import lab from '../../labs/02-automated-canary/lab.ts';
import { launchBrowser } from '../support/browser.ts';
import { projectRoot, Workplace } from '../support/workplace.ts';

// A lab that runs as a user runs it, waiting for Enter before each step, and its page in two languages. The cases build on one another, in order.
const browser: Browser | undefined = await launchBrowser();
const UNTIL = 'look';
const CANARY_STEP = 'set-image';
const STEPS = lab.steps.slice(0, lab.steps.findIndex(({ id }) => id === UNTIL) + 1);
const LANGUAGES = ['en', 'ko'] as const;
/** How long a step's commands may take on a busy machine. */
const STEP_MS = 60_000;

/** A line between browser and dashboard that can be cut. */
class Line {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  isCut = false;

  private constructor(target: number) {
    this.#server = createServer((socket) => {
      if (this.isCut) {
        socket.destroy();
        return;
      }
      const onward = connect(target, '127.0.0.1');
      for (const end of [socket, onward]) {
        this.#sockets.add(end);
        end.on('error', () => {});
        end.on('close', () => {
          this.#sockets.delete(end);
          socket.destroy();
          onward.destroy();
        });
      }
      socket.pipe(onward).pipe(socket);
    });
  }

  static async to(target: number): Promise<Line> {
    const line = new Line(target);
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }
  cut(): void {
    this.isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }
  close(): void {
    this.cut();
    this.#server.close();
  }
}

let place: Workplace;
let run: ResultPromise<{ reject: false; stdin: 'pipe' }>;
let line: Line;
const pages = {} as Record<(typeof LANGUAGES)[number], Page>;

const pressEnter = (): void => {
  run.stdin.write('\n');
};
const stepOn = (page: Page, id: string): Locator => page.locator(`[data-lesson-step="${id}"]`);
const isRunning = (page: Page, id: string): Promise<void> =>
  page.locator(`[data-lesson-step="${id}"].running`).waitFor({ timeout: STEP_MS });

describe.skipIf(browser === undefined)('the page of a running lab', () => {
  beforeAll(async () => {
    place = await Workplace.create();
    run = execa(
      process.execPath,
      [path.join(projectRoot, 'bin', 'canary-lab.js'), 'lab', lab.id, '--dashboard', '--step', '--until', UNTIL, '--lang', 'en'],
      { cwd: place.folder, env: place.environment, extendEnv: false, reject: false, stdin: 'pipe' },
    );
    const port = await new Promise<number>((resolve, reject) => {
      let text = '';
      run.stderr.on('data', (chunk) => {
        text += chunk;
        const found = text.match(/Dashboard: http:\/\/localhost:(\d+)\/rollouts\n/);
        if (found !== null) resolve(Number(found[1]));
      });
      void run.then(({ stderr }) => reject(new Error(`The lab did not start: ${stderr}`)));
    });
    line = await Line.to(port);
    for (const language of LANGUAGES) {
      pages[language] = await (await browser!.newContext({ locale: language === 'ko' ? 'ko-KR' : 'en-US' })).newPage();
      await pages[language].goto(`http://127.0.0.1:${line.port}/rollouts/`);
    }
  });

  afterAll(async () => {
    run.kill('SIGINT');
    await run;
    line.close();
    await browser!.close();
    await place.remove();
  });

  it('shows its title, its steps and the text of the first one, in the language of each reader', async () => {
    for (const language of LANGUAGES) {
      const page = pages[language];
      await isRunning(page, STEPS[0]!.id);
      await page.getByRole('heading', { name: lab.title[language] }).waitFor();
      await stepOn(page, STEPS[0]!.id).getByText(STEPS[0]!.say[language]).waitFor();
      expect(await page.locator('[data-lesson-step] b').allTextContents()).toEqual(STEPS.map(({ title }) => title[language]));
      expect(await page.locator('[data-lesson-step].waiting').count()).toBe(STEPS.length - 1);
    }
  });

  it('ticks the checks of a step as they pass, and goes on to the next', async () => {
    const [first, second] = STEPS;
    pressEnter();
    for (const language of LANGUAGES) {
      await isRunning(pages[language], second!.id);
      const step = stepOn(pages[language], first!.id);
      expect(await step.getAttribute('class')).toBe('pass');
      const ticked = await step.locator('.checks .pass').allTextContents();
      expect(ticked).toHaveLength(first!.checks.length);
      for (const [at, check] of first!.checks.entries()) expect(ticked[at]).toContain(check.title[language]);
    }
  });

  it('catches up after the connection was lost for a while', async () => {
    const [, second, third] = STEPS;
    line.cut();
    await pages.en.getByRole('alert').waitFor();
    pressEnter();
    line.isCut = false;
    for (const language of LANGUAGES) {
      await isRunning(pages[language], third!.id);
      expect(await stepOn(pages[language], second!.id).locator('.checks .pass').count()).toBe(second!.checks.length);
    }
    await pages.en.getByRole('alert').waitFor({ state: 'detached' });
  }, 200_000);

  it('stands beside the Rollout that the lab makes, until the last check', async () => {
    for (const { id } of STEPS.slice(2)) {
      await isRunning(pages.ko, id);
      if (id === CANARY_STEP) await pages.ko.goto(`http://127.0.0.1:${line.port}/rollouts/rollout/sample-app/sample-app`);
      // Asked while the lab waits: at its end the dashboard goes with it.
      if (id === UNTIL) await pages.ko.locator('h1 .status[data-status="Paused"]').waitFor();
      pressEnter();
    }
    for (const language of LANGUAGES) await pages[language].locator('[data-lesson="pass"]').waitFor({ timeout: STEP_MS });
    expect(await pages.ko.locator('[data-lesson-step].pass').count()).toBe(STEPS.length);
    expect((await run).exitCode).toBe(0);
  }, 400_000);
});
