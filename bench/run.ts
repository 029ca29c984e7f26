import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { catchUp } from './measures/catch-up.ts'
import { idleMemory } from './measures/idle-memory.ts'
import { latency } from './measures/latency.ts'
import { throughput } from './measures/throughput.ts'
import { page } from './page.ts'
import { type Pace, type Section, table } from './report.ts'

// Measures this server beside a raw `ws` server, and prints one table. See docs/performance.md for what it found.

const MEASURES = [throughput, latency, idleMemory, catchUp]
const PAGE = new URL('../docs/performance.md', import.meta.url)

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const names = MEASURES.map(({ name }) => name)

if (values.help) {
  console.log(`npm run bench -- [--only ${names.join('|')}]… [--quick] [--write]`)
} else {
  const unknown = values.only?.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Error(`there is no measure ${unknown}: there are ${names.join(', ')}`)
  if (values.write && (values.quick || values.only)) throw new Error('--write needs all measures, at their full length')
  await run()
}

async function run(): Promise<void> {
  const pace: Pace = { isQuick: values.quick, say: (progress) => console.error(progress) }
  const sections: Section[] = []
  for (const measure of MEASURES.filter(({ name }) => values.only?.includes(name) ?? true)) {
    pace.say(`— ${measure.title}`)
    sections.push({ measure, rows: await measure.run(pace) })
  }
  console.log(table(sections.flatMap(({ rows }) => rows)))
  if (values.write) await writeFile(PAGE, page(sections, new Date()))
}
