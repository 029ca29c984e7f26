import { Dialog } from '@base-ui/react/dialog'
import { keysOf, SHORTCUTS, type ShortcutName, WRITING_KEYS } from './shortcuts.ts'

export function ShortcutList({ isOpen, onOpenChange }: { isOpen: boolean; onOpenChange: (isOpen: boolean) => void }) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog">
          <Dialog.Title>Keyboard</Dialog.Title>
          <dl className="shortcuts">
            {(Object.keys(SHORTCUTS) as ShortcutName[]).map((name) => (
              <Row key={name} keys={keysOf(name)} does={SHORTCUTS[name].does} />
            ))}
          </dl>
          <h3 className="shortcuts-where">Where you write</h3>
          <dl className="shortcuts">
            {WRITING_KEYS.map(({ keys, does }) => (
              <Row key={keys} keys={keys} does={does} />
            ))}
          </dl>
          <div className="actions">
            <Dialog.Close className="button">Close</Dialog.Close>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Row({ keys, does }: { keys: string; does: string }) {
  return (
    <div>
      <dt>{does}</dt>
      <dd>
        {keys.split(' ').map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dd>
    </div>
  )
}
