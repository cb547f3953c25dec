import { stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { RunContext } from '../../src/base/run-context.ts';
import { connect } from '../../src/client/connect.ts';
import type { Cluster, ClusterProvider, ClusterSpec, ProviderName } from '../../src/cluster/provider.ts';
import { configMaps, nodes } from '../../src/kube/resource-type.ts';

/** One machine on which the provider works: `left` lists what is on it that was not there at first. */
export interface ProviderStage {
  provider: ClusterProvider;
  spec(name: string): ClusterSpec;
  context(signal?: AbortSignal): RunContext;
  left(): Promise<string[]>;
}

export interface ContractOptions {
  /** Cases that do not apply, each with its reason. */
  skip?: { test: string; reason: string }[];
}

const open = (cluster: Cluster, ctx: RunContext) =>
  connect({ kubeconfig: cluster.kubeconfig, context: cluster.context, env: ctx.env, clock: ctx.clock, requestTimeoutMs: 20_000 });

/** What every provider promises; run against each that can be had. */
export function describeClusterProvider(name: ProviderName, stage: () => Promise<ProviderStage>, options: ContractOptions = {}): void {
  const fact = (title: string, body: (on: ProviderStage) => Promise<void>): void => {
    const skipped = options.skip?.find(({ test }) => test === title);
    it.skipIf(skipped !== undefined)(
      skipped === undefined ? title : `${title} (skipped: ${skipped.reason})`,
      async () => {
        await body(await stage());
      },
      120_000,
    );
  };

  describe(`cluster provider ${name}`, () => {
    fact('detects that it works and starts nothing', async ({ provider, context, left }) => {
      expect(provider.name).toBe(name);
      const detection = await provider.detect(context());
      expect(detection).toMatchObject({ usable: true, detail: expect.stringMatching(/\w/) });
      expect(await left()).toEqual([]);
    });

    fact('gives a cluster whose API answers, with a kubeconfig for its user alone', async ({ provider, spec, context, left }) => {
      const ctx = context();
      const cluster = await provider.create(spec('contract-one'), ctx);
      expect(cluster.provider).toBe(name);
      expect((await stat(cluster.kubeconfig)).mode & 0o077).toBe(0);
      expect(cluster.ingressUrl).toMatch(/^http:\/\/[^/]+[^/]$/);
      expect(Object.keys(cluster.chartRepositories).sort()).toEqual(expect.arrayContaining(['argo', 'ingress-nginx']));
      const connection = await open(cluster, ctx);
      expect(JSON.parse(await connection.raw('/version'))).toMatchObject({ gitVersion: cluster.kubernetesVersion });
      const { items } = await connection.api.list(nodes);
      expect(items.every((node) => node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'))).toBe(true);
      connection.close();
      await ctx.cleanup.run();
      expect(await left()).toEqual([]);
    });

    fact('holds two clusters at once that do not meet', async ({ provider, spec, context, left }) => {
      const ctx = context();
      const [one, two] = [await provider.create(spec('contract-one'), ctx), await provider.create(spec('contract-two'), ctx)];
      const [first, second] = [await open(one, ctx), await open(two, ctx)];
      const key = { namespace: 'default', name: 'met' };
      await first.api.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: key });
      expect(await second.api.get(configMaps, key)).toBeUndefined();
      expect(one.ingressUrl).not.toBe(two.ingressUrl);
      first.close();
      second.close();
      await ctx.cleanup.run();
      expect(await left()).toEqual([]);
    });

    fact('ends the cluster when it is told to, and again without complaint', async ({ provider, spec, context, left }) => {
      const ctx = context();
      const cluster = await provider.create(spec('contract-one'), ctx);
      await cluster.delete();
      await cluster.delete();
      const connection = await open(cluster, ctx);
      await expect(connection.raw('/version')).rejects.toThrow();
      connection.close();
      await ctx.cleanup.run();
      expect(await left()).toEqual([]);
    });

    fact('starts nothing when the run has already been interrupted', async ({ provider, spec, context, left }) => {
      const ctx = context(AbortSignal.abort(new Error('interrupted')));
      await expect(provider.create(spec('contract-one'), ctx)).rejects.toThrow('interrupted');
      await ctx.cleanup.run();
      expect(await left()).toEqual([]);
    });
  });
}
