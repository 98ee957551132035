import { Head } from '../parts/head.tsx'
import { SignForm } from '../parts/sign-form.tsx'

export default function SignUp() {
  return (
    <>
      <Head title="Sign up" description="Open an account to buy and sell tickets." />
      <h1>Sign up</h1>
      <SignForm action="/signup" button="Sign up" passwordHint="8 to 128 characters" />
    </>
  )
}
