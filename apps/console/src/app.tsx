import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { lazy, Suspense, useMemo } from 'react'
import { Route, Switch } from 'wouter'
import { type Line, LineContext } from './line/line-context.ts'
import { SessionList } from './sessions/session-list.ts'
import { SessionListContext } from './sessions/session-list-context.ts'
import { Shell } from './shell/shell.tsx'
import { Toasts } from './shell/toasts.tsx'
import { Home } from './talk/home.tsx'
import { SideBySide } from './talk/side-by-side.tsx'
import { Watch } from './talk/watch.tsx'

const Inspector = lazy(() => import('./inspector/inspector.tsx'))
const Operator = lazy(() => import('./operator/operator.tsx'))

export function App({ line }: { line: Line }) {
  const list = useMemo(() => new SessionList(line.client), [line])
  return (
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={400}>
        <LineContext value={line}>
          <SessionListContext value={list}>
            {line.stay.kind === 'watch' ? <Watch session={line.stay.session} /> : <Pages />}
            <Toasts />
          </SessionListContext>
        </LineContext>
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
