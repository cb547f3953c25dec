import type { Identity } from './identity.ts';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A page for people: who answered, and a row of dots that asks again and again, one colour per Pod template. */
export function page(identity: Identity): string {
  const rows = Object.entries(identity)
    .map(([name, value]) => `<tr><th>${escaped(name)}</th><td id="${escaped(name)}">${escaped(value) || '–'}</td></tr>`)
    .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>sample-app ${escaped(identity.version)}</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse}th{text-align:left;padding-right:2rem;font-weight:500;color:#555}
#dots{display:flex;flex-wrap:wrap;gap:4px;margin-top:1.5rem;min-height:3rem}
#dots i{width:14px;height:14px;border-radius:50%}#dots i.failed{border-radius:0;outline:2px solid #c00}
@media(prefers-color-scheme:dark){body{color:#eee;background:#181818}th{color:#aaa}}
</style></head><body>
<h1>sample-app ${escaped(identity.version)}</h1>
<table>${rows}</table>
<div id="dots" aria-label="recent answers"></div>
<script>
const dots = document.getElementById('dots');
const hue = (text) => [...text].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 360, 7);
async function ask() {
  const dot = document.createElement('i');
  try {
    const response = await fetch('success', { cache: 'no-store' });
    const answer = await response.json();
    dot.style.background = 'hsl(' + hue(answer.podTemplateHash || answer.version) + ' 70% 50%)';
    dot.title = answer.pod + ' ' + answer.version;
    if (!response.ok) dot.className = 'failed';
  } catch { dot.className = 'failed'; }
  dots.append(dot);
  while (dots.children.length > 200) dots.firstChild.remove();
}
setInterval(ask, 250);
</script></body></html>
`;
}
