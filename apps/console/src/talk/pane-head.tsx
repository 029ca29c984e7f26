import { Button } from '@base-ui/react/button'
import { PanelLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { LineStatus } from '../shell/line-status.tsx'
import { useShell } from '../shell/shell-context.ts'

/** The line above a page: what it is, and what can be done with it. */
export function PaneHead({ title, about, children }: { title: ReactNode; about?: ReactNode; children?: ReactNode }) {
  const { isNarrow, openList } = useShell()
  return (
    <header className="pane-head">
      {isNarrow ? (
        <Button className="button quiet square" aria-label="Sessions" onClick={openList}>
          <PanelLeft size={18} />
        </Button>
      ) : null}
      <div className="pane-title">
        {title === '' ? null : <h1>{title}</h1>}
        {about}
      </div>
      {isNarrow ? <LineStatus /> : null}
      {children}
    </header>
  )
}
