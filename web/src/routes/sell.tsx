import { Head } from '../parts/head.tsx'
import { ListingForm } from '../parts/listing-form.tsx'
import { Refused } from '../parts/refused.tsx'
import { useVisitor } from '../parts/visitor.tsx'
import { useWords } from '../words/words.ts'

export default function Sell() {
  const visitor = useVisitor()
  const { sell } = useWords()
  return (
    <>
      <Head title={sell.title} description={sell.description} />
      <h1>{sell.title}</h1>
      <p class="lead">{sell.lead}</p>
      <Refused failure={visitor.refusal} />
      <ListingForm action="/sell" intent="sell" button={sell.submit} />
    </>
  )
}
