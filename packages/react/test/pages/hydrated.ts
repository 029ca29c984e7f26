// A page that was rendered on a server, and goes on from the view that came with it.
import { connect } from '@longwire/client'
import { hydrateRoot } from 'react-dom/client'
import { hydratedApp } from '../hydrated-app.ts'

const view = JSON.parse(document.getElementById('view')!.textContent!)
hydrateRoot(document.getElementById('root')!, hydratedApp(connect(location.origin), view))
Object.assign(globalThis, { isReady: true })
