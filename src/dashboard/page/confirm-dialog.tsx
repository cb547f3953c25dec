import { useEffect, useRef } from 'preact/hooks';
import { useTexts } from './language.ts';

export interface Question {
  action: string;
  text: string;
  onYes: () => void;
}

/** Asks before something that is hard to take back. Escape and Cancel change nothing. */
export function ConfirmDialog({ question, onClose }: { question: Question; onClose: () => void }) {
  const texts = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="confirm-title" onClose={onClose}>
      <h2 id="confirm-title">{texts.areYouSure}</h2>
      <p>{question.text}</p>
      <div class="row end">
        <button type="button" onClick={() => dialog.current?.close()}>
          {texts.cancel}
        </button>
        <button
          type="button"
          class="primary"
          onClick={() => {
            question.onYes();
            dialog.current?.close();
          }}
        >
          {texts.yes(question.action)}
        </button>
      </div>
    </dialog>
  );
}
