import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Button } from '@base-ui/react/button'

export interface ConfirmProps {
  readonly isOpen: boolean
  readonly title: string
  readonly about: string
  readonly act: string
  readonly isDanger?: boolean
  readonly onAct: () => void
  readonly onClose: () => void
}

/** Asks before something that cannot be undone. */
export function Confirm({ isOpen, title, about, act, isDanger = false, onAct, onClose }: ConfirmProps) {
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(next) => next || onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog">
          <AlertDialog.Title>{title}</AlertDialog.Title>
          <AlertDialog.Description className="about">{about}</AlertDialog.Description>
          <div className="actions">
            <AlertDialog.Close className="button">Cancel</AlertDialog.Close>
            <Button className={isDanger ? 'button primary danger' : 'button primary'} onClick={onAct}>
              {act}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
