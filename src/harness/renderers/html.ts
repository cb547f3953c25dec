import { quoteCommand } from '../../base/shell-quote.ts';
import { countChecks, type LabReport } from '../report.ts';
import { timelineSvg } from './timeline-svg.ts';
import { wordsIn } from './words.ts';

const MARKS = { pass: '✔', fail: '✖', skip: '–' } as const;
const STYLE = `
:root{color-scheme:light dark;--line:#8885;--good:#1a7f37;--bad:#c62828;--soft:#8882}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
ul.checks{list-style:none;padding:0}ul.checks>li{padding:.4rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
.pass>b{color:var(--good)}.fail>b{color:var(--bad)}.skip{opacity:.6}
dl{display:grid;grid-template-columns:max-content 1fr;gap:0 .8rem;margin:.2rem 0 0 1.4rem;font-size:.85rem}dt{opacity:.7}dd{margin:0}
pre{overflow-x:auto;background:var(--soft);padding:.6rem;border-radius:.4rem;font-size:.8rem}
.timeline{width:100%;height:auto;font-size:11px;fill:currentColor}@media(max-width:40rem){.timeline{font-size:22px}}.timeline .grid{stroke:var(--line)}.timeline .weight{fill:none;stroke:#0969da;stroke-width:2.5}.timeline .paused{fill:#d4a72c33}
`;

/** The report as one page that needs nothing else and reads well on a phone. */
export function htmlReport(report: LabReport): string {
  const words = wordsIn(report.lang);
  const summary = words.summary(report.outcome, countChecks(report), (report.durationMs / 1000).toFixed(1));
  const steps = report.steps
    .map((step) => {
      const commands = step.commands
        .map((command) => `<pre>$ ${escaped(quoteCommand(command.argv))}\n${escaped((command.stdout + command.stderr).trimEnd())}</pre>`)
        .join('\n');
      const checks = step.checks
        .map((check) => {
          const values =
            check.outcome === 'skip'
              ? ''
              : `<dl><dt>${words.expected}</dt><dd>${escaped(check.expected)}</dd><dt>${words.observed}</dt><dd>${escaped(check.observed)}</dd></dl>`;
          return `<li class="${check.outcome}"><b>${MARKS[check.outcome]}</b> ${escaped(check.title)}${values}</li>`;
        })
        .join('\n');
      return `<section><h2>${escaped(step.title)}</h2>\n${commands}\n<ul class="checks">\n${checks}\n</ul></section>`;
    })
    .join('\n');
  const timeline = timelineSvg(report.timeline, escaped(words.report.timeline));
  return `<!doctype html>
<html lang="${report.lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(report.lab)}</title><style>${STYLE}</style></head>
<body>
<h1>${escaped(report.lab)}</h1>
<p>${escaped(summary)}</p>
<p>${escaped(`${report.cluster.provider} · Kubernetes ${report.cluster.kubernetes} · ${report.startedAt} · seed ${report.seed}`)}<br>${escaped(words.report.traffic(report.traffic.requests, report.traffic.failures))}</p>
${timeline === '' ? '' : `<h2>${escaped(words.report.timeline)}</h2>\n${timeline}`}
${steps}
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
