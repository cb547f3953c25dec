import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'sample-app/**/*.test.ts', 'test/**/*.test.ts'],
    // Two cores: whole clusters run in some of the files.
    maxWorkers: 2,
    // On a busy machine everything takes several times as long: these only end what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    setupFiles: ['test/support/loopback-only.ts'],
    reporters: ['default', ['json', { outputFile: '.vitest/report.json' }]],
  },
});
