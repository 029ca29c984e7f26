// Fifty components that read one session: one shows the text, the others what seldom changes. With `?how=hooks` they read
// it with @longwire/react, with `?how=plain` each by `useSyncExternalStore` from the client, as one would without it.
import { connect, type Session } from '@longwire/client'
import { LongwireProvider, useView } from '@longwire/react'
import type { SessionView } from '@longwire/view'
import { memo, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import type { FiftyPage } from '../fifty-page.ts'

const client = connect(location.origin)
const session = await client.open({ agent: 'page' })
const useRead = new URL(location.href).searchParams.get('how') === 'plain' ? usePlain : useView
const renders = { text: 0, other: 0 }

function usePlain<T>(selector: (view: SessionView) => T): T {
  return useSyncExternalStore(session.subscribe, () => selector(session.view))
}

function textOf({ turns }: SessionView): string {
  const parts = turns.at(-1)?.messages.at(-1)?.parts ?? []
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

const READ: readonly ((view: SessionView) => unknown)[] = [
  (view) => view.status,
  (view) => view.turns.length,
  (view) => view.requests.length,
  (view) => view.turns.at(-1)?.status,
  (view) => view.usage,
  (view) => view.agent,
  (view) => view.turns.at(-1)?.trace.length,
]

function Text() {
  renders.text += 1
  return <p>{useRead(textOf)}</p>
}

const Other = memo(function Other({ at }: { at: number }) {
  renders.other += 1
  return <li>{JSON.stringify(useRead(READ[at % READ.length]!))}</li>
})

function App({ of }: { of: Session }) {
  return (
    <LongwireProvider client={client} session={of}>
      <Text />
      <ul>
        {Array.from({ length: 49 }, (_, at) => (
          <Other key={String(at)} at={at} />
        ))}
      </ul>
    </LongwireProvider>
  )
}

createRoot(document.getElementById('root')!).render(<App of={session} />)

/** Resolves when the last turn has ended. Not by reading its text, which would be work that no component does. */
function ended(): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (session.view.turns.at(-1)?.endedAt === undefined) return
      unsubscribe()
      resolve()
    }
    const unsubscribe = session.subscribe(look)
    look()
  })
}

const page: FiftyPage = {
  async run(input) {
    const before = { ...renders }
    const pictures: number[] = []
    let events = 0
    const unsubscribe = session.subscribe(() => {
      events += 1
    })
    const began = performance.now()
    let last = began
    let isOver = false
    const drawn = new Promise<void>((resolve) => {
      const draw = (now: number) => {
        pictures.push(now - last)
        last = now
        if (isOver) resolve()
        else requestAnimationFrame(draw)
      }
      requestAnimationFrame(draw)
    })
    await session.send(input)
    await ended()
    isOver = true
    await drawn
    unsubscribe()
    const { text, other } = renders
    const tookMs = performance.now() - began
    return { textRenders: text - before.text, otherRenders: other - before.other, pictures, tookMs, events }
  },
}
Object.assign(globalThis, page, { isReady: true })
