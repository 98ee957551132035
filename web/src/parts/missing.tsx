import { Head } from './head.tsx'

export const Missing = () => (
  <>
    <Head title="Not found" description="There is nothing at this address." />
    <h1>Not found</h1>
    <p>There is nothing at this address. It may have been withdrawn, or the address has a slip in it.</p>
    <p>
      <a href="/">See what tickets there are</a>
    </p>
  </>
)
