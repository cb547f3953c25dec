import { equalJson } from '../../base/equal-json.ts';
import type { ResourceQuota } from '../../kube/generated/types.ts';
import { resourceQuotas } from '../../kube/resource-type.ts';
import type { StoreWatch } from '../store/store.ts';
import { usedBy } from './admission/counted-quota.ts';
import type { ServerCore } from './server-core.ts';
import { storagePrefix } from './storage-key.ts';

/** Keeps the status of ResourceQuotas (upstream's resource quota controller). Follows other objects only while a quota exists. */
export class QuotaStatus {
  readonly #core: ServerCore;
  #quotas: StoreWatch | undefined;
  #everything: StoreWatch | undefined;

  constructor(core: ServerCore) {
    this.#core = core;
  }

  start(): void {
    this.#quotas = this.#core.store.watch(storagePrefix(resourceQuotas), this.#core.store.revision, () => this.#refresh());
    this.#refresh();
  }

  stop(): void {
    this.#quotas?.close();
    this.#everything?.close();
  }

  #refresh(): void {
    const { store } = this.#core;
    const { entries } = store.list(storagePrefix(resourceQuotas));
    if (entries.length > 0)
      this.#everything ??= store.watch('/registry/', store.revision, (events) => {
        if (events.some(({ type }) => type !== 'updated')) this.#refresh();
      });
    else {
      this.#everything?.close();
      this.#everything = undefined;
    }
    for (const entry of entries) {
      const quota = entry.value.object as ResourceQuota;
      const status = { hard: quota.spec?.hard ?? {}, used: usedBy(this.#core, quota) };
      if (equalJson(status, quota.status)) continue;
      store.update(entry.key, entry.revision, (revision) => ({
        ...quota,
        status,
        metadata: { ...quota.metadata, resourceVersion: String(revision) },
      }));
    }
  }
}
