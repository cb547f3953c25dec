/**
 * Plays the story of `test/embedded/virtual-time.test.ts` (a pause of five minutes, probes, back-offs, schedules) in a jump, at 60 times the
 * speed and at the speed of the host, which takes six minutes, and prints whether all three tell the same. Not part of the tests.
 */
import { openTimeStory, tellTimeStory } from '../test/support/time-story.ts';

const stories: string[][] = [];
for (const how of ['jump', { rate: 60 }, { rate: 1 }] as const) {
  const cluster = await openTimeStory();
  try {
    stories.push(await tellTimeStory(cluster, how));
  } finally {
    await cluster.stop();
  }
  process.stdout.write(`${how === 'jump' ? 'jump' : `x${how.rate}`}: ${stories.at(-1)!.length} entries\n`);
}
const [jumped, ...others] = stories;
for (const other of others)
  for (const [at, entry] of jumped!.entries())
    if (other[at] !== entry) {
      process.stdout.write(`entry ${at}: "${entry}" in the jump, "${other[at]}" here\n`);
      process.exitCode = 1;
      break;
    }
process.stdout.write(process.exitCode === 1 ? 'The stories differ.\n' : `All tell the same:\n${jumped!.join('\n')}\n`);
