import { useState } from 'preact/hooks';
import type { WireContainer, WireRollout } from '../wire.ts';
import { useWrite } from './action-buttons.tsx';
import { ConfirmDialog, type Question } from './confirm-dialog.tsx';
import { useTexts } from './language.ts';
import { saveImage } from './rest-client.ts';
import { useSettings } from './settings.ts';
import { splitImage } from './split-image.ts';

/** Containers and their images; an edited image starts a new revision. */
export function ContainersPanel({ rollout, kind }: { rollout: WireRollout; kind: 'containers' | 'initContainers' }) {
  const texts = useTexts();
  const { readOnly } = useSettings();
  const write = useWrite();
  const [drafts, setDrafts] = useState<Record<string, string>>();
  const [question, setQuestion] = useState<Question>();
  const containers: readonly WireContainer[] = rollout[kind] ?? [];
  const known = [
    ...new Set((rollout.replicaSets ?? []).flatMap(({ images = [], initContainerImages = [] }) => [...images, ...initContainerImages])),
  ];
  const { namespace = '', name } = rollout.objectMeta;
  const changes = containers.flatMap((container) => {
    const draft = drafts?.[container.name]?.trim();
    return draft === undefined || draft === container.image ? [] : [{ container: container.name, image: splitImage(draft), text: draft }];
  });
  const isWrong = changes.some(({ image }) => image === undefined);
  const save = async (): Promise<void> => {
    setDrafts(undefined);
    for (const { container, image } of changes)
      if (image !== undefined) await write(texts.save, () => saveImage(namespace, name, container, image));
  };
  const ask = (): void =>
    setQuestion({
      action: texts.save,
      text: `${changes.map(({ container, text }) => `${container}: ${text}`).join(', ')}. ${texts.confirmImages}`,
      onYes: () => {
        void save();
      },
    });
  return (
    <section class="panel" aria-labelledby={`${kind}-title`}>
      <div class="row">
        <h2 id={`${kind}-title`}>{texts[kind]}</h2>
        {drafts !== undefined || readOnly ? null : (
          <button
            type="button"
            class="small"
            data-edit={kind}
            onClick={() => setDrafts(Object.fromEntries(containers.map((container) => [container.name, container.image ?? ''])))}
          >
            {texts.edit}
          </button>
        )}
      </div>
      <datalist id={`${kind}-images`}>
        {known.map((image) => (
          <option key={image} value={image} />
        ))}
      </datalist>
      {containers.map((container) => (
        <div key={container.name} class="container" data-container={container.name}>
          <span class="container-name">{container.name}</span>
          {drafts === undefined ? (
            <span class="mono">{container.image}</span>
          ) : (
            <input
              class="mono"
              aria-label={texts.imageOf(container.name)}
              list={`${kind}-images`}
              value={drafts[container.name]}
              spellcheck={false}
              aria-invalid={splitImage(drafts[container.name] ?? '') === undefined}
              onInput={(event) => setDrafts({ ...drafts, [container.name]: event.currentTarget.value })}
            />
          )}
        </div>
      ))}
      {drafts === undefined ? null : (
        <div class="row end">
          {isWrong ? <span class="warning">{texts.imageNeedsTag}</span> : null}
          <button type="button" onClick={() => setDrafts(undefined)}>
            {texts.cancel}
          </button>
          <button type="button" class="primary" data-save={kind} disabled={isWrong || changes.length === 0} onClick={ask}>
            {texts.save}
          </button>
        </div>
      )}
      {question === undefined ? null : <ConfirmDialog question={question} onClose={() => setQuestion(undefined)} />}
    </section>
  );
}
