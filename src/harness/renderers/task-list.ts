import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { Clock } from '../../base/clock.ts';
import { ClockSpinner } from './clock-spinner.ts';
import type { Screen } from './screen.ts';

/** What listr2 puts in front of a task's output, and the columns that it leaves free. */
const OUTPUT_MARGIN = 6;

/** One thing that goes on: what is shown of it now, and how it ended. */
export interface RunningTask {
  title(): string;
  /** Lines below the title, of at most `outputColumns` columns; gone when the task ends. */
  output(): string;
  ended: Promise<{ ok: boolean; title: string }>;
  /** Nothing of it stays on the screen. */
  isPassing: boolean;
}

/** listr2 looks whether standard output is a terminal; we draw on standard error. */
class TerminalTasks extends DefaultRenderer {
  static override readonly nonTTY = true;
}

/** Draws tasks with listr2, one after another, so that text can stand between them. Signals are `cli/main.ts`'s: listr2's handlers stay off. */
export class TaskList {
  readonly #screen: Screen;
  readonly #clock: Clock;
  readonly #logger: ListrLogger;

  constructor(screen: Screen, clock: Clock) {
    this.#screen = screen;
    this.#clock = clock;
    const stream = streamOf(screen);
    this.#logger = new ListrLogger({ processOutput: new ProcessOutput(stream, stream) });
  }

  /** How wide a line of a task's output may be. */
  get outputColumns(): number {
    return Math.max(10, this.#screen.columns - OUTPUT_MARGIN);
  }

  /** Draws the task until it has ended. */
  async draw(running: RunningTask): Promise<void> {
    let refresh = (): void => {};
    await new Listr(
      {
        title: running.title(),
        task: async (_, task) => {
          refresh = () => {
            const title = running.title();
            const output = running.output();
            if (title !== task.title) task.title = title;
            if (output !== (task.output ?? '')) task.output = output;
          };
          refresh();
          const end = await running.ended;
          refresh = () => {};
          task.title = end.title;
          if (!end.ok) throw new Error(end.title);
        },
      },
      {
        registerSignalListeners: false,
        renderer: TerminalTasks,
        exitOnError: false,
        rendererOptions: {
          logger: this.#logger,
          spinner: new ClockSpinner(this.#clock, () => refresh()),
          clearOutput: running.isPassing,
          showErrorMessage: false,
        },
      },
    ).run();
  }
}

/** What listr2 uses of a stream. It replaces `write` while it draws, so each has one of its own. */
function streamOf(screen: Screen): NodeJS.WriteStream {
  const stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'> & { write: (text: string | Uint8Array) => boolean } = {
    isTTY: true,
    get columns() {
      return screen.columns;
    },
    get rows() {
      return screen.rows;
    },
    write(text) {
      screen.write(String(text));
      return true;
    },
  };
  return stream as NodeJS.WriteStream;
}
