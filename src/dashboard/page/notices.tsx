import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { useTexts } from './language.ts';

export interface Notice {
  id: number;
  kind: 'error' | 'info';
  title: string;
  text: string;
}
export type Tell = (notice: Omit<Notice, 'id'>) => void;

const NoticeContext = createContext<Tell>(() => {});
export const NoticeProvider = NoticeContext.Provider;
export function useTell(): Tell {
  return useContext(NoticeContext);
}

export function Notices({ notices, onDismiss }: { notices: readonly Notice[]; onDismiss: (id: number) => void }) {
  const texts = useTexts();
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.map(({ id, kind, title, text }) => (
        <div key={id} class={`notice ${kind}`}>
          <div>
            <strong>{title}</strong>
            {text === '' ? null : <p>{text}</p>}
          </div>
          <button type="button" class="plain" aria-label={texts.dismiss} onClick={() => onDismiss(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
