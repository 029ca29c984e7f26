import { defineAgent, tool } from '@longwire/agent'
import type { AnswerOf, Client, MetadataOf, Session, ViewOf } from '@longwire/client'
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'

const seat = tool({
  description: 'Books a seat.',
  inputSchema: z.object({ row: z.number(), window: z.boolean() }),
  execute: async ({ row }) => ({ seat: `${row}A` }),
})
const camera = tool({
  description: 'Takes a picture where the person is.',
  inputSchema: z.object({ flash: z.boolean() }),
  outputSchema: z.object({ picture: z.string() }),
  client: true,
})
const agent = defineAgent({
  name: 'guide',
  tools: { seat, camera },
  types: {} as { metadata: { trip: string }; forms: { meal: { dish: 'soup' | 'salad' } } },
  run: () => {},
})
type Guide = typeof agent
type Part = ViewOf<Guide>['turns'][number]['messages'][number]['parts'][number]
type SeatPart = Extract<Part, { type: 'tool'; name: 'seat' }>

test("the types of an agent's tools, forms and metadata are those of its clients' sessions", () => {
  expect(agent.name).toBe('guide')
  expect(typed).toBeTypeOf('function')
  expectTypeOf<SeatPart['input']>().toEqualTypeOf<{ row: number; window: boolean } | undefined>()
  expectTypeOf<SeatPart['output']>().toEqualTypeOf<{ seat: string } | undefined>()
  expectTypeOf<Extract<Part, { type: 'tool' }>['name']>().toEqualTypeOf<'seat' | 'camera'>()
  expectTypeOf<MetadataOf<Guide>>().toEqualTypeOf<{ trip: string }>()
  expectTypeOf<AnswerOf<Guide>>().toEqualTypeOf<{ dish: 'soup' | 'salad' }>()
  expectTypeOf<Parameters<Client['open']>[0]['agent']>().toEqualTypeOf<string>()
})

// Never called: what it says is for the compiler.
async function typed(client: Client): Promise<void> {
  const session = await client.open<Guide>({ agent: 'guide', metadata: { trip: 'Oslo' } })
  // @ts-expect-error another agent's name
  await client.open<Guide>({ agent: 'other' })
  // @ts-expect-error metadata of another shape
  await client.open<Guide>({ agent: 'guide', metadata: { trip: 7 } })
  session.provide({ camera: async ({ flash }) => ({ picture: flash ? 'bright' : 'dark' }) })
  // @ts-expect-error the tool gives a picture
  session.provide({ camera: async () => ({ photo: '' }) })
  // @ts-expect-error a tool of the server is not for clients
  session.provide({ seat: async () => ({ seat: '1A' }) })
  session.onCommit('tool.started', (event) => {
    if (event.name === 'seat') expectTypeOf(event.input).toEqualTypeOf<{ row: number; window: boolean }>()
  })
  session.select(
    (view) => view.metadata.trip,
    (trip) => expectTypeOf(trip).toEqualTypeOf<string>(),
  )
  await session.answer('r1', { action: 'accept', content: { dish: 'soup' } })
  // @ts-expect-error no such dish
  await session.answer('r1', { action: 'accept', content: { dish: 'stone' } })
  const any: Session = await client.open({ agent: 'whatever', metadata: { free: true } })
  any.provide({ clock: () => Date.now() })
}
