import type { Session } from '@longwire/client'
import { useConnection } from '@longwire/react'
import { CloudOff } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { counted } from '../shell/words.ts'

type Input = Session['outbox'][number]

/** What was written while the line is away. It is sent when the line is back, once. */
export function Unsent({ session }: { session: Session }) {
  const { kind } = useConnection()
  const outbox = useSyncExternalStore(session.subscribe, () => session.outbox)
  if (outbox.length === 0 || kind === 'online') return null
  return (
    <section className="waiting-box unsent" aria-label="Waiting to be sent">
      <p className="waiting-head" role="status">
        {outbox.length === 1 ? '1 message waits' : `${counted(outbox.length, 'message')} wait`} to be sent
      </p>
      <ul>
        {outbox.map((input) => (
          <li key={input.id} className="waiting-input">
            <CloudOff size={14} className="waiting-icon" aria-hidden="true" />
            <span className="waiting-text">{textOf(input)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function textOf({ text, parts }: Input): string {
  return (
    text ?? parts?.map((part) => (part.type === 'text' ? part.text : `[${part.name ?? part.type}]`)).join(' ') ?? ''
  )
}
