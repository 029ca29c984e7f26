import { Button } from '@base-ui/react/button'
import type { RequestView } from '@longwire/view'
import type { Talks } from '../line/talks.ts'
import { useAnswer } from './answer.ts'

/** One of several: a press is the answer. */
export function Choice({ request, live }: { request: RequestView; live: Talks }) {
  const { isAnswering, answer } = useAnswer(request, live)
  return (
    <div className="request-body">
      <div className="choices">
        {(request.options ?? []).map(({ value, label, description }) => (
          <Button
            key={value}
            className="choice"
            disabled={isAnswering}
            onClick={() => void answer({ action: 'accept', content: value })}
          >
            <span className="choice-label">{label}</span>
            {description === undefined ? null : <span className="choice-about">{description}</span>}
          </Button>
        ))}
      </div>
      <div className="request-actions">
        <Button className="button quiet" disabled={isAnswering} onClick={() => void answer({ action: 'decline' })}>
          None of these
        </Button>
      </div>
    </div>
  )
}
