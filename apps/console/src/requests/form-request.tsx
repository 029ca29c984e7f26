import { Button } from '@base-ui/react/button'
import type { RequestView } from '@longwire/view'
import { useState } from 'react'
import type { Talks } from '../line/talks.ts'
import { useAnswer } from './answer.ts'
import type { JsonObject } from './json-object.ts'
import { fieldsOf } from './schema-fields.ts'
import { SchemaForm } from './schema-form.tsx'

/** A form that the agent wants filled in. */
export function FormRequest({ request, live }: { request: RequestView; live: Talks }) {
  const { isAnswering, answer } = useAnswer(request, live)
  const schema = request.schema ?? {}
  const [content, setContent] = useState<JsonObject>(() => initialOf(request))
  return (
    <form
      className="request-body"
      onSubmit={(event) => {
        event.preventDefault()
        void answer({ action: 'accept', content })
      }}
    >
      <SchemaForm schema={schema} value={content} onChange={setContent} />
      <div className="request-actions">
        <Button type="submit" className="button primary" disabled={isAnswering}>
          Answer
        </Button>
        <Button
          type="button"
          className="button quiet"
          disabled={isAnswering}
          onClick={() => void answer({ action: 'decline' })}
        >
          Rather not
        </Button>
      </div>
    </form>
  )
}

function initialOf({ schema }: RequestView): JsonObject {
  return Object.fromEntries(
    fieldsOf(schema).flatMap(({ name, initial, kind, isRequired }) => {
      if (initial !== undefined) return [[name, initial]]
      return kind === 'yes-no' && isRequired ? [[name, false]] : []
    }),
  )
}
