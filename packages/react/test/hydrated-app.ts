import type { Client } from '@longwire/client'
import { LongwireProvider, useSessionState, useView } from '@longwire/react'
import type { SessionView } from '@longwire/view'
import { createElement, type ReactNode } from 'react'

/** An application that is rendered on a server with the view it has, and goes on from there in the browser. */
export function hydratedApp(client: Client, view: SessionView): ReactNode {
  return createElement(LongwireProvider, { client, session: { session: view.session, view } }, createElement(Said))
}

function Said(): ReactNode {
  const said = useView(({ turns }) =>
    turns
      .flatMap(({ messages }) => messages)
      .flatMap(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')))
      .join(' / '),
  )
  return createElement('p', { id: 'text' }, `${useSessionState().status}: ${said}`)
}
