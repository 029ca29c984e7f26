import { Button } from '@base-ui/react/button'
import type { Json } from '@longwire/protocol'
import type { RequestView } from '@longwire/view'
import { useState } from 'react'
import type { Talks } from '../line/talks.ts'
import { useAnswer } from './answer.ts'
import { Proposed } from './proposed.tsx'

/** Something that only this side can do. A page of ours cannot, so the person may give the result by hand. */
export function ClientTool({ request, live }: { request: RequestView; live: Talks }) {
  const { isAnswering, answer } = useAnswer(request, live)
  const [text, setText] = useState('')
  return (
    <form
      className="request-body"
      onSubmit={(event) => {
        event.preventDefault()
        void answer({ action: 'accept', content: jsonOrText(text) })
      }}
    >
      {request.input === undefined ? null : <Proposed input={request.input} />}
      <label className="labelled">
        <span>The result, as text or as JSON</span>
        <textarea className="field" rows={2} required value={text} onChange={({ target }) => setText(target.value)} />
      </label>
      <div className="request-actions">
        <Button type="submit" className="button primary" disabled={isAnswering}>
          Give it
        </Button>
        <Button type="button" className="button quiet" onClick={() => void answer({ action: 'decline' })}>
          Cannot be done
        </Button>
      </div>
    </form>
  )
}

function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
