import type { LabProof } from '../verify-lab.ts';

/** The proof of a lab as a page: for each check the real change to the cluster after which it failed. */
export function proofList(proof: LabProof): string {
  const lines = [
    `# ${proof.lab}: what each check notices`,
    '',
    'Made by `node bin/launch.js scripts/update-proofs.ts`, which walks through the lab and, after each step, changes the cluster',
    'under every check that has just held until the check fails, then takes the change back. A test repeats it.',
    '',
    `${proof.proven} of ${proof.checks} checks were seen failing after a real change.`,
    '',
    '| step | check | fails when |',
    '| --- | --- | --- |',
  ];
  for (const step of proof.steps) {
    for (const found of [...step.proofs].sort((a, b) => (a.check < b.check ? -1 : 1))) {
      lines.push(`| \`${step.id}\` | \`${found.check}\` | ${found.proven ? found.change.replaceAll('|', '\\|') : '(nothing)'} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}
