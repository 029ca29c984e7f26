// A process of its own for stories in which a process dies. It says what was acknowledged on its standard output, a line
// each, in order, and only ends when it is killed or its story is over.
import { type Durability, SqliteStore } from '../src/index.ts'
import { newSession, range } from './sessions.ts'

export interface Story {
  readonly directory: string
  readonly durability: Durability
  readonly boot: string
  readonly lockWaitMs?: number
  /** `hold`: only has the store open. `append`: appends for ever. `erase`: erases `big`. `fill`: appends until refused. */
  readonly tells: 'hold' | 'append' | 'erase' | 'fill'
}

const story: Story = JSON.parse(process.argv[2]!)

/** Resolves when the line is out, so that a listener that is slower than the store slows the store. */
function say(...words: (string | number)[]): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${words.join(' ')}\n`, () => resolve()))
}

const store = await SqliteStore.open({ ...story, readBoot: () => story.boot }).catch(async (error) => {
  await say('refused', error.fault, error.message)
  process.exit(0)
})
switch (story.tells) {
  case 'hold':
    await say('open')
    break
  case 'append':
    await Promise.all(range(8).map((n) => appendForEver(`s${n}`, 1 + (n % 3))))
    break
  case 'erase':
    await store.erase('big')
    await say('erased')
    break
  case 'fill':
    await fill()
    break
}

async function appendForEver(key: string, count: number): Promise<never> {
  const record = (await store.load(key)) ?? (await store.create(newSession(key), ['{"n":1}']))
  await say('log', key, record.log)
  for (let { head } = record; ; ) {
    const commits = range(count).map((n) => JSON.stringify({ n: head + n + 1, pad: 'x'.repeat(500) }))
    head = await store.append(key, { head, commits, at: 2, wakeAt: head + count })
    await say('ack', key, head)
  }
}

async function fill(): Promise<void> {
  await store.create(newSession('s'), [])
  for (let head = 0; ; ) {
    try {
      head = await store.append('s', {
        head,
        commits: [JSON.stringify({ n: head + 1, pad: 'x'.repeat(20_000) })],
        at: 2,
      })
      await say('ack', 's', head)
    } catch (error) {
      await say('fault', (error as { fault: string }).fault, (error as Error).message)
      const again = await store.append('s', { head, commits: ['{}'], at: 2 }).catch((next) => next)
      await say('then', again.fault)
      process.exit(0)
    }
  }
}
