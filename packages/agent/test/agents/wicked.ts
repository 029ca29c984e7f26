import { defineAgent, type Turn } from '@longwire/agent'

/** Does to its worker what it is asked to. */
const DEEDS: Readonly<Record<string, (turn: Turn) => Promise<void> | void>> = {
  nothing: () => {},
  'throw before': () => {
    throw new Error('before anything')
  },
  'throw in a stream': async (turn) => {
    await turn.text('I was about to')
    throw new Error('in mid-sentence')
  },
  'throw after': async (turn) => {
    await turn.step('work', () => 'done')
    throw new Error('after a step')
  },
  'never end': () => new Promise(() => {}),
  loop: () => {
    for (;;);
  },
  'loop in microtasks': async () => {
    for (;;) await null
  },
  'loop when stopped': async (turn) => {
    await turn.text('waiting')
    await new Promise<void>((resolve) => turn.signal.addEventListener('abort', () => resolve()))
    for (;;);
  },
  'one gigabyte': async (turn) => {
    for (let i = 0; i < 16_384; i++) void turn.text('x'.repeat(65_536))
  },
  leak: async () => {
    const kept: number[][] = []
    for (;;) {
      kept.push(Array.from({ length: 100_000 }, () => Math.random()))
      await new Promise((resolve) => setImmediate(resolve))
    }
  },
  exit: () => process.exit(3),
  'stray rejection': async () => {
    void Promise.reject(new Error('nobody awaited this'))
    await new Promise(() => {})
  },
  'stray throw': async () => {
    setTimeout(() => {
      throw new Error('thrown by a timer')
    }, 1)
    await new Promise(() => {})
  },
  'stray after the end': () => {
    setTimeout(() => {
      throw new Error('thrown when all was over')
    }, 20)
  },
  print: () => {
    console.log('one line\nand another')
    console.error('a warning')
  },
}

export default defineAgent({
  name: 'wicked',
  run: (turn) => DEEDS[turn.input.text]!(turn),
})
