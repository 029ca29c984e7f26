import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { catchUp } from './measures/catch-up.ts'
import { comingBack } from './measures/coming-back.ts'
import { commits } from './measures/commits.ts'
import { consolePictures } from './measures/console-pictures.ts'
import { hostile } from './measures/hostile.ts'
import { idleMemory } from './measures/idle-memory.ts'
import { latency } from './measures/latency.ts'
import { neighbour } from './measures/neighbour.ts'
import { nodes } from './measures/nodes.ts'
import { oneLine } from './measures/one-line.ts'
import { pictures } from './measures/pictures.ts'
import { recovery } from './measures/recovery.ts'
import { throughput } from './measures/throughput.ts'
import { turns } from './measures/turns.ts'
import { page, pageWith } from './page.ts'
import { type Pace, type Section, table } from './report.ts'

// Measures this server beside a raw `ws` server and other peers, and prints a table for each measure. See docs/performance.md for what it found.

const MEASURES = [
  throughput,
  latency,
  idleMemory,
  catchUp,
  comingBack,
  oneLine,
  turns,
  recovery,
  neighbour,
  hostile,
  pictures,
  consolePictures,
  commits,
  nodes,
]
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
  if (values.write && values.quick) throw new Error('--write needs measures at their full length')
  await run()
}

async function run(): Promise<void> {
  const pace: Pace = { isQuick: values.quick, say: (progress) => console.error(progress) }
  const sections: Section[] = []
  for (const measure of MEASURES.filter(({ name }) => values.only?.includes(name) ?? true)) {
    pace.say(`— ${measure.title}`)
    sections.push({ measure, rows: await measure.run(pace) })
  }
  for (const section of sections) console.log(`\n${section.measure.title}\n\n${table(section)}`)
  if (values.write) await write(sections, new Date())
}

async function write(sections: readonly Section[], now: Date): Promise<void> {
  const text = values.only ? pageWith(await readFile(PAGE, 'utf8'), sections, now) : page(sections, now)
  await writeFile(PAGE, text)
}
