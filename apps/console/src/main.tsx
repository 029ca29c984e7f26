import '@fontsource-variable/inter/wght.css'
import './style/tokens.css'
import './style/base.css'
import './style/controls.css'
import './shell/shell.css'
import './shell/faults.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { clientOf, stayOf } from './line/stay.ts'
import { followChanges } from './shell/follow-changes.ts'
import { mendLanguage } from './shell/language.ts'
import { showTheme } from './shell/theme.ts'
import { loadAhead } from './talk/load.ts'

mendLanguage()
showTheme()
loadAhead(location.pathname)
followChanges()
const stay = stayOf(location)
const client = clientOf(stay, location.origin)

createRoot(document.getElementById('page')!).render(
  <StrictMode>
    <App client={client} stay={stay} />
  </StrictMode>,
)
