import '../inspector/inspector.css'
import './operator.css'
import { Tabs } from '@base-ui/react/tabs'
import { PaneHead } from '../talk/pane-head.tsx'
import { ConnectionsPanel } from './connections-panel.tsx'
import { InboxPanel } from './inbox-panel.tsx'
import { OverviewPanel } from './overview-panel.tsx'
import { SessionsPanel } from './sessions-panel.tsx'
import { TurnsPanel } from './turns-panel.tsx'

const PANELS = [
  { value: 'overview', name: 'Overview', Panel: OverviewPanel },
  { value: 'sessions', name: 'Sessions', Panel: SessionsPanel },
  { value: 'turns', name: 'Turns', Panel: TurnsPanel },
  { value: 'inbox', name: 'Inbox', Panel: InboxPanel },
  { value: 'connections', name: 'Connections', Panel: ConnectionsPanel },
] as const

/** What goes on in this server, for the one who runs it. */
export default function Operator() {
  return (
    <section className="pane operator" aria-label="Operator">
      <PaneHead title="Operator" about={<p className="pane-about">All principals of this server</p>} />
      <Tabs.Root className="inspect-tabs" defaultValue="overview">
        <Tabs.List className="segments" aria-label="What to look at">
          {PANELS.map(({ value, name }) => (
            <Tabs.Tab key={value} className="segment" value={value}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {PANELS.map(({ value, Panel }) => (
          <Tabs.Panel key={value} value={value} className="inspect-tab">
            <Panel />
          </Tabs.Panel>
        ))}
      </Tabs.Root>
    </section>
  )
}
