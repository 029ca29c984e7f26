import { cpus, release, totalmem, type } from 'node:os'
import { type Section, table } from './report.ts'

const HEAD = `# Performance

Longwire beside a raw \`ws\` server that streams the same frames and keeps nothing: no log, no places, no way to come back.
Each server runs in a process of its own, and the load generator in a third, all on one machine. Longwire runs as it is
served: agents in a worker thread, the SQLite log on a disk with durability \`process\`, every bound at its default.

The numbers are of one machine and one day; what to look at are the ratios. Make them again with

\`\`\`sh
npm run bench             # prints the table
npm run bench -- --write  # and writes this page
npm run bench -- --quick --only latency
\`\`\`
`

/** The page that `--write` writes. */
export function page(sections: readonly Section[], now: Date): string {
  const parts = sections.map(({ measure, rows }) => `## ${measure.title}\n\n${measure.meaning}\n\n${table(rows)}\n`)
  return [HEAD, `${machine(now)}\n`, ...parts].join('\n')
}

function machine(now: Date): string {
  const processors = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  const model = processors[0]?.model.trim() ?? 'unknown processor'
  return `Measured on ${now.toISOString().slice(0, 10)}: ${processors.length} × ${model}, ${memory} GiB, ${type()} ${release()}, Node ${process.versions.node}.`
}
