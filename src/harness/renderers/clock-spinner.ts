import { Spinner } from 'listr2';
import type { Clock, Timer } from '../../base/clock.ts';

const FRAME_MS = 120;

/** listr2's spinner on a clock that is passed in. `onFrame` is called before each frame is drawn. */
export class ClockSpinner extends Spinner {
  readonly #clock: Clock;
  readonly #onFrame: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, onFrame: () => void) {
    super();
    this.#clock = clock;
    this.#onFrame = onFrame;
  }

  override isRunning(): boolean {
    return this.#timer !== undefined;
  }

  override start(draw?: () => void): void {
    this.#timer = this.#clock.after(FRAME_MS, () => {
      this.spin();
      this.#onFrame();
      draw?.();
      // What is drawn may have ended the list.
      if (this.#timer !== undefined) this.start(draw);
    });
  }

  override stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
