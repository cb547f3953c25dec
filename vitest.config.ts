import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'sample-app/**/*.test.ts', 'test/**/*.test.ts'],
    // Two cores: whole clusters run in some of the files.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    setupFiles: ['test/support/loopback-only.ts'],
    reporters: ['default', ['json', { outputFile: '.vitest/report.json' }]],
  },
});
