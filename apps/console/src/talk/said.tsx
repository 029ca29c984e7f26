import type { MessageView } from '@longwire/view'
import { CornerDownRight, Zap } from 'lucide-react'
import { FileShown } from './file-shown.tsx'

const HOW = {
  queue: undefined,
  steer: { Icon: CornerDownRight, says: 'joined the running turn' },
  interrupt: { Icon: Zap, says: 'broke in' },
}

/** What a person said, with what it did where it did not just begin a turn. */
export function Said({ message }: { message: MessageView }) {
  const how = HOW[message.delivery ?? 'queue']
  return (
    <div className="said">
      <div className="said-bubble">
        <span className="for-ears">You said: </span>
        {message.parts.map((part, index) => {
          const key = `${message.id}-${index}`
          if (part.type === 'text') return <p key={key}>{part.text}</p>
          return part.type === 'file' || part.type === 'data' ? <FileShown key={key} part={part} /> : null
        })}
      </div>
      {how ? (
        <p className="said-how">
          <how.Icon size={12} aria-hidden="true" />
          {how.says}
        </p>
      ) : null}
    </div>
  )
}
