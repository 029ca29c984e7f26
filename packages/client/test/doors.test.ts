import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { type Client, connect } from '../src/index.ts'
import { HeldClock } from './held-clock.ts'

test('[K44] who is asked over HTTP and says nothing for twenty seconds is unreachable, in the middle of an answer too', async () => {
  await using home = await asked()
  const { client, clock } = home
  const never = client.agents()
  await home.answer()
  clock.sleep(19_999)
  clock.sleep(1)
  await expect(never).rejects.toMatchObject({ code: 'unreachable', retry: 'later' })

  const half = client.agents()
  const begun = await home.answer()
  await home.says(begun, '{"agents":')
  clock.sleep(20_000)
  await expect(half).rejects.toMatchObject({ code: 'unreachable' })
})

test('[K44] an answer that goes on coming may take as long as it takes', async () => {
  await using home = await asked()
  const { client, clock } = home
  const slow = client.agents()
  const answer = await home.answer()
  for (const piece of ['{"agents":', '[{"name":"', 'h\u00e9', '"}', ']}']) {
    await home.says(answer, piece)
    clock.sleep(15_000)
  }
  answer.end()
  expect(await slow).toEqual([{ name: 'h\u00e9' }])
  expect(clock.next).toBeUndefined()
})

interface Asked extends AsyncDisposable {
  readonly client: Client
  readonly clock: HeldClock
  /** The answer to the next request, nothing of which is sent yet. */
  answer(): Promise<ServerResponse>
  /** Says a piece, and waits until the client has it. */
  says(answer: ServerResponse, piece: string): Promise<void>
}

async function asked(): Promise<Asked> {
  const answers: ServerResponse[] = []
  let came = Promise.withResolvers<void>()
  let read = Promise.withResolvers<void>()
  const server = createServer((_, answer) => {
    answers.push(answer)
    came.resolve()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const clock = new HeldClock()
  const after = clock.after.bind(clock)
  // Each time that something of an answer was heard, the client waits anew.
  clock.after = (ms, then) => {
    read.resolve()
    return after(ms, then)
  }
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { clock })
  return {
    client,
    clock,
    async answer() {
      await came.promise
      came = Promise.withResolvers()
      return answers.pop()!
    },
    async says(answer, piece) {
      read = Promise.withResolvers()
      answer.write(piece)
      await read.promise
    },
    async [Symbol.asyncDispose]() {
      client.close()
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}
