import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import type { Client } from '@longwire/client'
import { LongwireProvider } from '@longwire/react'
import { lazy, Suspense, useMemo } from 'react'
import { Route, Switch } from 'wouter'
import type { Stay } from './line/stay.ts'
import { StayContext } from './line/stay-context.ts'
import { SessionList } from './sessions/session-list.ts'
import { SessionListContext } from './sessions/session-list-context.ts'
import { Shell } from './shell/shell.tsx'
import { Toasts } from './shell/toasts.tsx'
import { Home } from './talk/home.tsx'
import { loadSideBySide, loadWatch } from './talk/load.ts'

const SideBySide = lazy(loadSideBySide)
const Watch = lazy(loadWatch)
const Inspector = lazy(() => import('./inspector/inspector.tsx'))
const Operator = lazy(() => import('./operator/operator.tsx'))

export function App({ client, stay }: { client: Client; stay: Stay }) {
  const list = useMemo(() => new SessionList(client), [client])
  return (
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={400}>
        <LongwireProvider client={client}>
          <StayContext value={stay}>
            <SessionListContext value={list}>
              <Suspense fallback={null}>
                {stay.kind === 'watch' ? <Watch session={stay.session} /> : <Pages />}
              </Suspense>
              <Toasts />
            </SessionListContext>
          </StayContext>
        </LongwireProvider>
      </Tooltip.Provider>
    </CSPProvider>
  )
}

function Pages() {
  return (
    <Shell>
      <Suspense fallback={<p className="loading">Loading…</p>}>
        <Switch>
          <Route path="/s/:ids">{({ ids }) => <SideBySide ids={ids} />}</Route>
          <Route path="/inspect/:session?">{({ session }) => <Inspector session={session} />}</Route>
          <Route path="/operator/*?">
            <Operator />
          </Route>
          <Route>
            <Home />
          </Route>
        </Switch>
      </Suspense>
    </Shell>
  )
}
