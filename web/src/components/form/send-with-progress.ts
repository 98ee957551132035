type Outcome = { kind: 'answered'; status: number; url: string } | { kind: 'lost' }

/** Longer than any upload that is still worth waiting for, in milliseconds. */
const withinMs = 300_000

/**
 * Sends a form as the browser would, and reports progress; redirects are followed. The page stays.
 * @param onProgress is given the share that was sent, from 0 to 1
 */
export const sendWithProgress = (form: HTMLFormElement, onProgress: (share: number) => void): Promise<Outcome> =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open('POST', form.action)
    request.timeout = withinMs
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0))
    request.upload.addEventListener('load', () => onProgress(1))
    request.addEventListener('load', () => {
      resolve({ kind: 'answered', status: request.status, url: request.responseURL })
    })
    for (const lost of ['error', 'timeout', 'abort']) request.addEventListener(lost, () => resolve({ kind: 'lost' }))
    request.send(new FormData(form))
  })
