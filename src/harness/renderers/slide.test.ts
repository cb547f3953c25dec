import { expect, it } from 'vitest';
import { BigText } from './big-text.ts';
import { type Slide, slideLines } from './slide.ts';
import { textWidth } from './text-width.ts';

const bigText = new BigText();
const slide: Slide = {
  header: '23단계 중 8단계 · 새 이미지: 25 %로 보내고 기다리기',
  big: '새 이미지: 25 %로 보내고 기다리기',
  body: [{ text: '컨테이너에 새 이미지를 지정합니다. 컨트롤러는 리비전 2를 만들고, 그 Pod에 canary 레이블을 붙입니다.' }],
  live: ['트래픽  ████▒'],
  footer: 'Space: 계속 · ←: 이전 화면 · q: 끝내기',
};

it.each([
  [100, 30],
  [60, 30],
  [80, 24],
  [40, 12],
  [200, 60],
])('fills a terminal of %i by %i exactly, in Korean too', (columns, rows) => {
  const lines = slideLines(slide, { columns, rows }, bigText);
  expect(lines).toHaveLength(rows);
  for (const line of lines) expect(textWidth(line), line).toBeLessThan(columns);
  expect(lines.at(-1)).toContain('Space');
  expect(lines.at(-3)).toContain('트래픽');
});

it('draws a title large where there is room, and frames it where there is not', () => {
  expect(slideLines(slide, { columns: 100, rows: 30 }, bigText).join('\n')).toMatch(/[▀▄█]{3}/);
  const small = slideLines({ ...slide, live: [] }, { columns: 60, rows: 14 }, bigText).join('\n');
  expect(small).toContain('┏');
  expect(small).toContain('새 이미지: 25 %로 보내고 기다리기');
});

it('shows a large command as one types it, too, and a framed one once', () => {
  const command = 'kubectl get nodes';
  const shown = (columns: number): string[] =>
    slideLines({ ...slide, big: command, exact: `$ ${command}`, body: [] }, { columns, rows: 30 }, bigText).filter((line) =>
      line.includes(command),
    );
  expect(shown(100)).toEqual([expect.stringContaining(`$ ${command}`)]);
  expect(shown(30)).toEqual([expect.stringContaining('┃')]);
});

it('shows the end of an output that is too long, and says that there is more', () => {
  const text = Array.from({ length: 100 }, (_, index) => `row ${index}`).join('\n');
  const lines = slideLines({ ...slide, big: undefined, body: [{ text, keepsLines: true }] }, { columns: 80, rows: 24 }, bigText);
  expect(lines.some((line) => line.trim() === '…')).toBe(true);
  expect(lines.join('\n')).toContain('row 99');
  expect(lines.join('\n')).not.toContain('row 50\n');
});
