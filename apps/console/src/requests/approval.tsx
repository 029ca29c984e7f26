import { Button } from '@base-ui/react/button'
import type { Json } from '@longwire/protocol'
import type { RequestView } from '@longwire/view'
import { Check, Pencil, X } from 'lucide-react'
import { useState } from 'react'
import type { Talks } from '../line/talks.ts'
import { useAnswer } from './answer.ts'
import { Changes } from './changes.tsx'
import { asObject } from './json-object.ts'
import { Proposed } from './proposed.tsx'
import { schemaFor } from './schema-fields.ts'
import { SchemaForm } from './schema-form.tsx'

/** May the agent do this: yes, yes with changes, or no with a reason. */
export function Approval({ request, live }: { request: RequestView; live: Talks }) {
  const { isAnswering, answer } = useAnswer(request, live)
  const [mode, setMode] = useState<'look' | 'edit' | 'deny'>('look')
  const [edited, setEdited] = useState<Json>(request.input ?? null)
  const [reason, setReason] = useState('')
  const isChanged = JSON.stringify(edited) !== JSON.stringify(request.input ?? null)
  const canEdit = asObject(request.input) !== undefined

  function approve() {
    void answer({ approved: true, ...(isChanged ? { editedInput: edited } : {}) })
  }

  if (mode === 'deny') {
    return (
      <form
        className="request-body"
        onSubmit={(event) => {
          event.preventDefault()
          void answer({ approved: false, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) })
        }}
      >
        <label className="labelled">
          <span>Why not? The agent reads it. (May be left empty)</span>
          {/* biome-ignore lint/a11y/noAutofocus: the person has just asked for this field */}
          <input className="field" autoFocus value={reason} onChange={({ target }) => setReason(target.value)} />
        </label>
        <div className="request-actions">
          <Button type="submit" className="button danger" disabled={isAnswering}>
            Deny
          </Button>
          <Button type="button" className="button quiet" onClick={() => setMode('look')}>
            Back
          </Button>
        </div>
      </form>
    )
  }
  return (
    <form
      className="request-body"
      onSubmit={(event) => {
        event.preventDefault()
        approve()
      }}
    >
      {mode === 'edit' ? (
        <SchemaForm
          schema={schemaFor(request, live.session.view)}
          value={asObject(edited) ?? {}}
          onChange={(next) => setEdited(next)}
        />
      ) : (
        <Proposed input={edited} />
      )}
      {isChanged ? <Changes before={request.input ?? null} after={edited} /> : null}
      <div className="request-actions">
        <Button type="submit" className="button primary" disabled={isAnswering}>
          <Check size={15} />
          {isChanged ? 'Approve with changes' : 'Approve'}
        </Button>
        {canEdit && mode === 'look' ? (
          <Button type="button" className="button" onClick={() => setMode('edit')}>
            <Pencil size={14} />
            Edit
          </Button>
        ) : null}
        {mode === 'edit' ? (
          <Button
            type="button"
            className="button"
            onClick={() => {
              setEdited(request.input ?? null)
              setMode('look')
            }}
          >
            Leave as it was
          </Button>
        ) : null}
        <Button type="button" className="button quiet danger" onClick={() => setMode('deny')}>
          <X size={15} />
          Deny
        </Button>
      </div>
    </form>
  )
}
