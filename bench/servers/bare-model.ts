import { answering, VITALS } from '../process/answering.ts'
import { sharedClock } from './speech.ts'
import { toldModel } from './told-model.ts'

// The peer of a turn: the same model, read by a loop in the same thread. Nobody is told, and nothing is kept.

export interface Reading {
  readonly tokens: number
  readonly times: number
}

answering({ ...VITALS, read, stop: () => {} })

/** Reads so many calls, one after the other, and answers how many milliseconds each took. */
async function read({ tokens, times }: Reading): Promise<readonly number[]> {
  const took: number[] = []
  while (took.length < times) took.push(await readOne(tokens))
  return took
}

async function readOne(tokens: number): Promise<number> {
  const begun = sharedClock()
  let said = ''
  const { stream } = await toldModel(tokens).doStream({ prompt: [] })
  for await (const part of stream) if (part.type === 'text-delta') said += part.delta
  if (said === '') throw new Error('the model said nothing')
  return (sharedClock() - begun) / 1_000
}
