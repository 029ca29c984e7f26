import { toolAsked } from '@longwire/client'
import type { RequestView, SessionView } from '@longwire/view'
import { ApprovalAsking } from './approval-asking.ts'
import { type Asked, type Asking, REFUSALS, refusal } from './asking.ts'
import { ChoiceAsking } from './choice-asking.ts'
import { fieldsOf } from './field.ts'
import { FormAsking } from './form-asking.ts'
import { ResultAsking } from './result-asking.ts'

/** A request as a person at a terminal begins to answer it. */
export function askingOf(view: SessionView, request: RequestView): Asking {
  switch (request.kind) {
    case 'approval':
      return new ApprovalAsking({ input: request.input, schema: request.schema ?? inputSchema(view, request) })
    case 'choice':
      return new ChoiceAsking(request.options ?? [])
    case 'form':
      return FormAsking.begin(fieldsOf(request.schema), {
        filled: accepted,
        last: 'Enter sends it',
        refused: refusal,
        refusals: REFUSALS,
      })
    case 'client-tool':
      return new ResultAsking('What is the result?', accepted)
  }
}

function accepted(content: Parameters<ConstructorParameters<typeof ResultAsking>[1]>[0]): Asked {
  return { answer: { action: 'accept', content } }
}

function inputSchema(view: SessionView, request: RequestView) {
  const name = toolAsked(view, request)
  return view.tools.find((tool) => tool.name === name)?.inputSchema
}
