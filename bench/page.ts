import { cpus, release, totalmem, type } from 'node:os'
import { type Section, table } from './report.ts'

const HEAD = `# Performance

Longwire beside a raw \`ws\` server that streams the same frames and keeps nothing: no log, no places, no way to come back.
What has another peer names it at the head of its table.
Each server runs in a process of its own, and the load generator in a third, all on one machine. Longwire runs as it is
served: agents in a worker thread, the SQLite log on a disk with durability \`process\`, every bound at its default.

The numbers are of one machine and one day; what to look at are the ratios. Make them again with

\`\`\`sh
npm run bench             # prints the tables
npm run bench -- --write  # and writes this page
npm run bench -- --write --only turns  # and writes its section
npm run bench -- --quick --only latency
\`\`\`
`

/** The page that `--write` writes, of all measures. */
export function page(sections: readonly Section[], now: Date): string {
  return joined([HEAD, machine(now), ...sections.map((section) => part(section))])
}

/** The page with these sections anew: each in its place, or at the end, and with its own day. The rest stays. */
export function pageWith(before: string, sections: readonly Section[], now: Date): string {
  const parts = before.split(/^(?=## )/m)
  for (const section of sections) {
    const fresh = part(section, machine(now))
    const at = parts.findIndex((known) => known.startsWith(`## ${section.measure.title}\n`))
    if (at < 0) parts.push(fresh)
    else parts[at] = fresh
  }
  return joined(parts)
}

function part(section: Section, ...notes: readonly string[]): string {
  const { title, meaning } = section.measure
  return joined([`## ${title}`, meaning, ...notes, table(section)])
}

function joined(paragraphs: readonly string[]): string {
  return `${paragraphs.map((paragraph) => paragraph.trimEnd()).join('\n\n')}\n`
}

function machine(now: Date): string {
  const processors = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  const model = processors[0]?.model.trim() ?? 'unknown processor'
  return `Measured on ${now.toISOString().slice(0, 10)}: ${processors.length} × ${model}, ${memory} GiB, ${type()} ${release()}, Node ${process.versions.node}.`
}
